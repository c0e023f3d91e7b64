"""The progress of an import tells the truth: bytes of what was read out of all, never backwards, to the end."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

from handraise.workspace import Workspace

HEADER = "marketoGUID,leadId,activityDate,activityTypeId,campaignId,primaryAttributeValueId,primaryAttributeValue,attributes\n"


def _rows(n: int, of: str) -> str:
    rows = (
        f'{of}{i},{i % 97},2026-01-{i % 28 + 1:02}T10:00:00Z,1,,{i % 9},/p{i % 9},"{{}}"\n' for i in range(n)
    )
    return HEADER + "".join(rows)


def test_progress_follows_what_was_read(tmp_path: Path) -> None:
    """A large file weighs more than a small one, packed or not."""
    large, small = tmp_path / "large.csv", tmp_path / "small.csv.gz"
    large.write_text(_rows(20_000, "a"), encoding="utf-8")
    small.write_bytes(gzip.compress(_rows(300, "b").encode()))
    with zipfile.ZipFile(tmp_path / "both.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.csv", _rows(6_000, "c"))
    told: list[tuple[int, int]] = []
    workspace = Workspace.create(tmp_path / "workspace")
    outcomes = workspace.import_files(
        [large, small, tmp_path / "both.zip"],
        exported_at="2026-01-31",
        progress=lambda done, of: told.append((done, of)),
    )
    assert sum(o.accepted for o in outcomes) == 26_300
    done, total = [d for d, _ in told], {of for _, of in told}
    assert len(total) == 1
    assert done == sorted(done)
    assert max(done) <= min(total)
    share_of_large = large.stat().st_size / min(total)
    shares = [d / min(total) for d in done if large.stat().st_size // 100 < d < large.stat().st_size]
    assert len(shares) >= 3
    assert [round(s, 1) for s in shares] == [
        round(share_of_large * n / 4, 1) for n in range(1, len(shares) + 1)
    ]
