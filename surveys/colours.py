"""Colours of a brand, made darker or lighter until what stands on them can be read (WCAG 2.2)."""

from __future__ import annotations

from typing import Final, NamedTuple

READABLE: Final = 4.5
"""Contrast of text with what it stands on, 1 to 21 (success criterion 1.4.3)."""
LIGHT_PAGE: Final = "#ffffff"
DARK_PAGE: Final = "#14161a"
_STEPS = 100


class BrandColours(NamedTuple):
    """Of links and buttons on a light and a dark page. Text on buttons has the page's colour."""

    light: str
    dark: str


def brand_colours(colour: str) -> BrandColours:
    """
    >>> brand_colours("#4338ca")
    BrandColours(light='#4338ca', dark='#7b74da')
    """
    return BrandColours(readable_on(LIGHT_PAGE, colour), readable_on(DARK_PAGE, colour))


def readable_on(page: str, colour: str) -> str:
    """The colour, with as much black or white as it needs to be read on a page, in hundredths.

    Black on a light page, white on a dark one. Both are written as # and six digits or a to f.
    """
    end = "#000000" if luminance(page) > 0.18 else "#ffffff"
    steps = (_mixed_colour(colour, end, step / _STEPS) for step in range(_STEPS))
    return next((found for found in steps if contrast(found, page) >= READABLE), end)


def text_on(colour: str) -> str:
    """Black or white, whichever stands out more on it: at least 4.58 to 1 on any colour.

    >>> text_on("#4338ca"), text_on("#ffe066")
    ('#ffffff', '#000000')
    """
    white, black = contrast(colour, "#ffffff"), contrast(colour, "#000000")
    return "#ffffff" if white >= black else "#000000"


def contrast(one: str, other: str) -> float:
    """1 to 21, whichever is lighter."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance in sRGB, 0 to 1."""
    red, green, blue = (_linear_part(part / 255) for part in _parts_of(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts_of(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear_part(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _mixed_colour(colour: str, end: str, share: float) -> str:
    pairs = zip(_parts_of(colour), _parts_of(end), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
