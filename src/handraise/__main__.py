"""`python -m handraise` is the command `handraise`."""

from __future__ import annotations

from handraise.cli.main import main

if __name__ == "__main__":
    main()
