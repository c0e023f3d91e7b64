"""What it means: the kinds of thing a playbook is made of, as frozen values without behaviour elsewhere.

Nothing here imports a third party, reads a file, or knows the clock. The words a person writes are
turned into these values by `handraise.playbook`; what they are worth for a person at an instant is
computed by `handraise.evaluate`.
"""
