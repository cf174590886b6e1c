"""Whatever colour a brand has, what stands on it can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.colours import DARK_PAGE, LIGHT_PAGE, brand_colours, contrast, readable_on, text_on

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def wcag(one: str, other: str) -> float:
    """The formula of WCAG 2 as it is written there, by itself."""

    def light(colour: str) -> float:
        total = 0.0
        for weight, at in ((0.2126, 1), (0.7152, 3), (0.0722, 5)):
            part = int(colour[at : at + 2], 16) / 255
            total += weight * (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4)
        return total

    a, b = light(one), light(other)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


@given(COLOURS)
def test_every_brand_can_be_read_on_both_pages(colour):
    found = brand_colours(colour)
    assert wcag(found.light, LIGHT_PAGE) >= 4.5
    assert wcag(found.dark, DARK_PAGE) >= 4.5


@given(COLOURS)
def test_a_colour_that_can_be_read_stays(colour):
    if wcag(colour, LIGHT_PAGE) >= 4.51:
        assert brand_colours(colour).light == colour
    assert readable_on(LIGHT_PAGE, readable_on(LIGHT_PAGE, colour)) == readable_on(
        LIGHT_PAGE, colour
    )


@given(COLOURS)
def test_black_or_white_can_be_read_on_every_colour(colour):
    assert wcag(text_on(colour), colour) >= 4.5


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.478), ("#0000ff", "#ffffff", 8.592)],
)
def test_known_contrasts(one, other, expected):
    assert contrast(one, other) == pytest.approx(expected, abs=0.001)
