"""What the playbook says of everybody at an instant: the one evaluator, vectorised.

`values` tests distinct values, `occurrences` counts acts, `conditions` gives every condition's
truth for a chunk's people or accounts, `scores` and `segments` build on them, `decide` lays out the decision
table and `explain` keeps the reasons for one person. Engines bring chunks and carry tables away.
"""
