"""What we know: facts with the instant they happened, the instant they were known, and their append number.

`rows` is what importers emit, one tuple a fact; `catalog` is the physical contract; `store` appends
with deduplication over all history and hands out chunks of whole accounts.
"""
