"""What the 16 cells of the matrix are called and where they go, unless a playbook says otherwise."""

from __future__ import annotations

from handraise.model.scores import RankCell

_ROWS = """
A1 | Call today                   | sales
A2 | Call this week               | sales
A3 | Qualify                      | qualification
A4 | Wake up                      | nurture
B1 | Call this week               | sales
B2 | Qualify                      | qualification
B3 | Warm up                      | nurture
B4 | Wake up                      | nurture
C1 | Qualify                      | qualification
C2 | Warm up                      | nurture
C3 | Keep informed                | nurture
C4 | Keep informed                | nurture
D1 | Answer, do not chase         | nurture
D2 | Keep informed                | nurture
D3 | Leave alone                  | nowhere
D4 | Leave alone                  | nowhere
"""


def _cells() -> dict[str, RankCell]:
    rows = (tuple(cell.strip() for cell in row.split("|")) for row in _ROWS.strip().splitlines())
    return {rank: RankCell(rank, label, route) for rank, label, route in rows}


DEFAULT_RANKS: dict[str, RankCell] = _cells()
