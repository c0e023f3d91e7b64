"""Which records of people mean the same person.

`people` prepares a table, `names` reads people's names (`nicknames.txt`), `blocking` picks the pairs worth
comparing, `levels` and `weights` say what agrees and what that is worth, `matching` answers with evidence in words.
"""
