"""How right titles are read, and how fast: `python -m benchmarks.titles`."""

from __future__ import annotations

import time

from tests.hygiene.labelled_titles import PARTS, labelled_titles, measured

from handraise.evidence.interval import Interval
from handraise.hygiene.titles.reading import _read


def main() -> None:
    print(f"{'part':10} {'half':8} {'titles':7} {'precision':>22} {'coverage':>22}")
    for part in PARTS:
        for half, stratum in (("build", None), ("measure", None), ("measure", "any"), ("measure", "office")):
            found = measured(part, half, stratum)
            shares = (found.n_right / found.n_read, found.n_told_and_read / found.n_told)
            precision, coverage = told(shares[0], found.precision), told(shares[1], found.coverage)
            print(f"{part:10} {half:8} {stratum or 'all':7} {precision:>22} {coverage:>22}")
    titles = [t.title for t in labelled_titles()]
    began = time.process_time()
    for title in titles:
        _read.__wrapped__(title)
    print(f"{(time.process_time() - began) / len(titles) * 1e6:.0f} us a title not read before")


def told(share: float, interval: Interval) -> str:
    return f"{share:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


if __name__ == "__main__":
    main()
