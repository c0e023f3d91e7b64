"""Colours: measured contrast in both themes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest

from handraise.reports.look import (
    AA_CONTRAST,
    DARK,
    DARK_RAMP,
    HATCH_STRENGTH,
    LIGHT,
    LIGHT_RAMP,
    contrast,
    ink_on,
    mixed,
)


@pytest.mark.parametrize("step", [*LIGHT_RAMP, *DARK_RAMP])
def test_text_on_every_step_of_the_heat_ramp_is_readable_also_on_the_hatch(step: str) -> None:
    ink = ink_on(step)
    assert contrast(ink, step) >= AA_CONTRAST
    assert contrast(ink, mixed(step, ink, HATCH_STRENGTH)) >= AA_CONTRAST


@pytest.mark.parametrize("ramp", [LIGHT_RAMP, DARK_RAMP])
def test_the_ink_flips_once_along_the_ramp(ramp: tuple[str, ...]) -> None:
    inks = [ink_on(step) for step in ramp]
    assert sum(a != b for a, b in itertools.pairwise(inks)) == 1


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_words_are_readable_on_every_ground_they_stand_on(theme: Mapping[str, str]) -> None:
    for ink in ("ink", "ink2", "ink3", "accent"):
        for ground in ("bg", "card"):
            assert contrast(theme[ink], theme[ground]) >= AA_CONTRAST, (ink, ground)
    for meaning in ("proven", "warning", "wrong", "unknown"):
        assert contrast(theme[meaning], theme[f"{meaning}-bg"]) >= AA_CONTRAST, meaning
        assert contrast(theme[meaning], theme["card"]) >= AA_CONTRAST, meaning
    assert contrast(theme["ink2"], theme["line"]) >= AA_CONTRAST  # notes on a hatched row


def test_both_themes_name_the_same_tokens() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert len(LIGHT_RAMP) == len(DARK_RAMP)


def test_black_on_white_has_the_contrast_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
