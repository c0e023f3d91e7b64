"""Colours of the report: tokens for light and dark, and the heat ramp with its measured ink.

Text on the ramp flips from dark to light at the step where the measured contrast says so (WCAG 2.2, 1.4.3).
"""

from __future__ import annotations

from collections.abc import Mapping

AA_CONTRAST = 4.5
HATCH_STRENGTH = 0.14
"""How far a hatch line is mixed from the cell's colour towards its ink."""

LIGHT: Mapping[str, str] = {
    "ink": "#16181d",
    "ink2": "#4f5665",
    "ink3": "#656c7a",
    "line": "#e4e6eb",
    "line2": "#cfd3db",
    "bg": "#f7f7f9",
    "card": "#ffffff",
    "accent": "#3b4cca",
    "accent-bg": "#eef0fd",
    "proven": "#0b6b45",
    "proven-bg": "#dff5ea",
    "warning": "#7a4b00",
    "warning-bg": "#fdf0d7",
    "wrong": "#a8200f",
    "wrong-bg": "#fdeae7",
    "unknown": "#4f5665",
    "unknown-bg": "#eceef2",
}
DARK: Mapping[str, str] = {
    "ink": "#eceef3",
    "ink2": "#a9afbc",
    "ink3": "#949baa",
    "line": "#2a2e37",
    "line2": "#3b404c",
    "bg": "#111318",
    "card": "#181b21",
    "accent": "#93a1ff",
    "accent-bg": "#23284a",
    "proven": "#6fdca9",
    "proven-bg": "#12382a",
    "warning": "#f3c26b",
    "warning-bg": "#3b2d10",
    "wrong": "#ff9285",
    "wrong-bg": "#43191a",
    "unknown": "#a9afbc",
    "unknown-bg": "#262a32",
}
LIGHT_RAMP: tuple[str, ...] = (
    "#f3f5fc",
    "#e7ecfb",
    "#d8e0f9",
    "#c6d2f7",
    "#b1c1f4",
    "#9aaef0",
    "#4159c3",
    "#384fb5",
    "#2f44a3",
    "#25368d",
)
DARK_RAMP: tuple[str, ...] = (
    "#1d2130",
    "#20263b",
    "#252d4a",
    "#2b355b",
    "#323e6e",
    "#3a4882",
    "#435397",
    "#8fa2f2",
    "#a6b5f7",
    "#bfcbfb",
)
_INKS = ("#16181d", "#ffffff")


def ink_on(background: str) -> str:
    """The ink that reads best on a colour, dark or white."""
    return max(_INKS, key=lambda ink: contrast(ink, background))


def contrast(one: str, two: str) -> float:
    """WCAG contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: str, two: str, share: float) -> str:
    """`one` with `share` of `two` mixed in."""
    channels = zip(_channels(one), _channels(two), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in channels)


def theme_css() -> str:
    """The tokens as CSS custom properties, dark ones by `prefers-color-scheme`; print is always light."""
    light, dark = _declarations(LIGHT, LIGHT_RAMP), _declarations(DARK, DARK_RAMP)
    return (
        f":root{{color-scheme:light dark;{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    )


def _declarations(tokens: Mapping[str, str], ramp: tuple[str, ...]) -> str:
    named = [f"--{name}:{colour}" for name, colour in tokens.items()]
    steps = [f"--heat{i}:{colour};--on{i}:{ink_on(colour)}" for i, colour in enumerate(ramp)]
    return ";".join([*named, *steps, f"--hatch:{HATCH_STRENGTH * 100:.0f}%"])


def _luminance(colour: str) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (v / 255 for v in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
