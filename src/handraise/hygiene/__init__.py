"""Hygiene: what a title, a name, an address or a click can be trusted to say.

Pure functions from values to verdicts with reasons, over plain tables that anybody can read. They
guess nothing: what cannot be told is `None`. Nothing here knows the store; whoever calls them
writes the verdicts down as facts.
"""
