"""Curves, bands and score steps as pictures: what is drawn is what is said."""

import itertools
import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from accounts.ui.charts import (
    BandOnScale,
    CurvePoint,
    band_scale,
    before_and_after,
    line_picture,
    step_picture,
)
from accounts.ui.charts.curve import BASE, MARGIN, TOP
from accounts.ui.charts.svg import PLOT_WIDTH

BANDS = (
    BandOnScale("healthy", "Healthy", 75),
    BandOnScale("watch", "Watch", 50),
    BandOnScale("intervene", "Intervene", 0),
)


def path_of(chart):
    """Corners of the curve's line as (x, y)."""
    (data,) = re.findall(r'd="([^"]+)" class="chart-curve"', chart.svg)
    return [tuple(map(float, pair.split())) for pair in re.split("[ML]", data) if pair]


@given(
    st.lists(
        st.tuples(st.integers(-1000, 1000), st.integers(0, 100)),
        min_size=2,
        max_size=8,
        unique_by=lambda point: point[0],
    )
)
def test_a_line_is_drawn_where_its_points_are_and_flat_beyond_them(points):
    points = sorted(points)
    corners = path_of(line_picture([CurvePoint(*point) for point in points], label="Curve"))
    xs, ys = zip(*corners, strict=True)

    assert len(corners) == len(points) + 2
    assert (xs[0], xs[-1]) == (0, PLOT_WIDTH)
    assert all(a <= b for a, b in itertools.pairwise(xs))
    assert (ys[0], ys[-1]) == (ys[1], ys[-2])
    readings = [(BASE - y) / (BASE - TOP) * 100 for y in ys[1:-1]]
    assert np.allclose(readings, [reading for _, reading in points], atol=0.02)
    span = points[-1][0] - points[0][0]
    low = points[0][0] - span * MARGIN
    drawn = [low + x / PLOT_WIDTH * span * (1 + 2 * MARGIN) for x in xs[1:-1]]
    assert np.allclose(drawn, [raw for raw, _ in points], atol=span * 0.001)


def test_steps_stand_between_their_bounds():
    chart = step_picture([2, 5, 11], [20, 40, 60, 80], label="Login frequency")
    heights = [y for _, y in path_of(chart)]

    assert len(heights) == 8
    assert heights[::2] == heights[1::2]
    assert heights == sorted(heights, reverse=True)
    assert chart.rows == (("to 2", "20"), ("to 5", "40"), ("to 11", "60"), ("above 11", "80"))
    assert chart.text == "Login frequency: to 2 reads 20, to 5 reads 40, to 11 reads 60, " + (
        "above 11 reads 80"
    )


def test_a_curve_without_points_is_said_and_not_drawn():
    chart = line_picture([], label="Curve")

    assert (chart.svg, chart.text) == ("", "Curve: no points")


def test_bands_fill_the_scale_and_lines_stand_where_they_are():
    chart = band_scale(BANDS, lines=[40, 20], margin=2, label="Bands")
    blocks = re.findall(r'x="([\d.]+)%" y="26" width="([\d.]+)%"[^>]*class="chart-fill', chart.svg)

    assert [(float(x), round(float(width))) for x, width in blocks] == [(0, 50), (50, 25), (75, 25)]
    assert chart.svg.count('class="chart-margin"') == 2  # nobody rises into the worst band
    assert re.findall(r'x1="([\d.]+)%"', chart.svg) == ["40", "20"]
    assert chart.text == (
        "Bands: Healthy from 75, Watch from 50, Intervene from 0, alert line at 40, "
        "alert line at 20; rising takes 2 points more"
    )


def test_names_of_bands_are_escaped():
    chart = band_scale(
        [BandOnScale("watch", "<b>", 0)], lines=[], margin=0, label='Bands "of" <us>'
    )

    assert "<b>" not in chart.svg
    assert "<us>" not in chart.svg


def test_the_highest_step_is_the_tallest_bar_and_before_is_an_outline():
    chart = before_and_after(
        [0, 4, 0], [2, 0, 8], tones=["intervene", "watch", "healthy"], label="N"
    )
    bars = re.findall(r'height="([\d.]+)" class="chart-fill is-(\w+)"', chart.svg)

    assert [(round(float(height)), tone) for height, tone in bars] == [
        (33, "intervene"),
        (132, "healthy"),
    ]
    assert chart.svg.count('class="chart-before"') == 1
    assert "33.33–66.67 4 today, 0 with the draft" in chart.text


def test_no_scores_at_all_are_said():
    chart = before_and_after([0, 0], [0, 0], tones=["watch", "healthy"], label="Accounts by score")

    assert (chart.svg, chart.text) == ("", "Accounts by score: nothing to show")
