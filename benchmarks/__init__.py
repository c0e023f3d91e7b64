"""Measurements as ratios in one run: ours against the floor and against what a user would write instead."""
