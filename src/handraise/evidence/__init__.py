"""Measures that prove or disprove a playbook: arrays in, frozen results with an interval out.

One measure a file. Nothing here reads a clock, draws at random without a seed, or touches a file.
People of one account share fate, so every interval takes the accounts into account. SciPy is loaded by the measures that
use it, when they do: it takes longer to load than most commands run.
"""
