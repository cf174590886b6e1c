"""What charts draw, say and tabulate. The strict CSP allows no style attribute in any of them."""

import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.ui.charts import (
    BandLine,
    Chart,
    LinePoint,
    Note,
    Part,
    ReferenceLine,
    ScorePoint,
    WaterfallStep,
    distribution,
    line_chart,
    score_history,
    sparkline,
    waterfall,
)
from accounts.ui.charts.svg import Scale, polylines
from accounts.ui.charts.time_axis import ticks

DAY = date(2025, 3, 14)
BANDS = (
    BandLine("healthy", "Healthy", 75),
    BandLine("watch", "Watch", 50),
    BandLine("intervene", "Intervene", 0),
)


def parsed(chart: Chart) -> ET.Element:
    return ET.fromstring(chart.svg)  # noqa: S314 -- our own markup


def elements(chart: Chart, name: str, css: str = "") -> list[ET.Element]:
    return [e for e in parsed(chart).iter(name) if css in (e.get("class") or "")]


def history(scores: list[float | None], **options: object) -> Chart:
    points = [ScorePoint(DAY + timedelta(days=i), score) for i, score in enumerate(scores)]
    return score_history(points, bands=BANDS, label="Health", **options)


def test_sparkline_says_where_it_came_from_and_where_it_is():
    chart = sparkline([80, 70, 42.9], label="Score", tone="intervene")
    assert chart.text == "Score: from 80 to 42"
    assert parsed(chart).get("aria-label") == chart.text
    assert "is-intervene" in parsed(chart).get("class", "")


def test_sparkline_lifts_the_pen_over_a_gap():
    path = elements(sparkline([50, None, 60, 70], label="Score"), "path")[0]
    assert path.get("d", "").count("M") == 2


def test_sparkline_marks_where_the_scorecard_changed():
    chart = sparkline([50, 60, 70], label="Score", marks=[0.5], marked="a new version is marked")
    (mark,) = elements(chart, "line", "chart-note")
    first, second = 3, 42  # of 84 wide with a margin of 3
    assert float(mark.get("x1", "")) == (first + second) / 2
    assert chart.text == "Score: from 50 to 70; a new version is marked"


def test_sparkline_without_data_draws_nothing_and_says_so():
    chart = sparkline([None, None], label="Score")
    assert chart.text == "Score: no data"
    assert elements(chart, "path") == []


@given(st.lists(st.one_of(st.none(), st.floats(-50, 150)), max_size=60))
def test_sparkline_stays_inside_its_box(values):
    chart = sparkline(values, label="Score")
    for circle in elements(chart, "circle"):
        assert 0 <= float(circle.get("cx", "")) <= 84
        assert 0 <= float(circle.get("cy", "")) <= 24


def test_history_draws_one_line_per_band_that_has_a_floor():
    chart = history([80, 76, 70])
    words = [e.text for e in elements(chart, "text", "chart-band-word")]
    assert words == ["Healthy 75", "Watch 50"]


def test_history_names_a_band_below_its_line_where_the_curve_begins_right_above():
    heights = {
        score: [
            float(e.get("y", "")) for e in elements(history([score]), "text", "chart-band-word")
        ]
        for score in (20, 54)
    }
    healthy, watch = heights[20]
    assert heights[54] == [healthy, watch + 19]


def test_history_shows_the_newest_score_as_its_floor():
    chart = history([80, 74.99])
    assert [e.text for e in elements(chart, "text", "chart-value")] == ["74"]
    assert "74 on 15 March 2025" in chart.text


def test_history_gives_the_numbers_newest_first_with_what_happened():
    chart = history([80, None, 70.5], notes=[Note(DAY, "Champion left", "watch")])
    assert chart.rows == (
        ("16 Mar 2025", "70.50", ""),
        ("15 Mar 2025", "", ""),
        ("14 Mar 2025", "80.00", "Champion left"),
    )


def test_history_leaves_out_notes_beyond_its_days():
    notes = [
        Note(DAY - timedelta(days=1), "Before"),
        Note(DAY, "On"),
        Note(date(2030, 1, 1), "Far"),
    ]
    chart = history([80, 70], notes=notes)
    assert len(elements(chart, "line", "chart-note")) == 1


def test_history_writes_no_two_notes_over_each_other():
    notes = [Note(DAY + timedelta(days=i), f"Crossing {i}") for i in range(25)]
    chart = history([80.0] * 100, notes=notes)
    assert len(elements(chart, "line", "chart-note")) == 25
    assert len(elements(chart, "text", "chart-note-word")) == 2


def test_history_without_scores_says_so():
    chart = score_history([], bands=BANDS, label="Health")
    assert (chart.svg, chart.text, chart.rows) == ("", "Health: no scores yet", ())


def test_history_with_one_day_is_a_point():
    assert len(elements(history([63]), "circle", "chart-dot-end")) == 1


BRIDGE = (
    WaterfallStep("Start", 1000, "$1,000", is_total=True),
    WaterfallStep("Expansion", 150, "+$150"),
    WaterfallStep("Churn", -80, "−$80"),
    WaterfallStep("End", 1070, "$1,070", is_total=True),
)


def test_waterfall_bars_hang_where_the_one_before_ended():
    bars = elements(waterfall(BRIDGE, label="ARR bridge"), "rect")
    tops = [float(bar.get("y", "")) for bar in bars]
    bottoms = [top + float(bar.get("height", "")) for top, bar in zip(tops, bars, strict=True)]
    assert bottoms[1] == pytest.approx(tops[0], abs=0.02)  # expansion stands on the start
    assert tops[2] == pytest.approx(tops[1], abs=0.02)  # churn hangs from there
    assert tops[3] == pytest.approx(bottoms[2], abs=0.02)  # and the end is level with it


def test_waterfall_colours_by_direction_and_lists_every_step():
    chart = waterfall(BRIDGE, label="ARR bridge")
    tones = [bar.get("class", "").rsplit("-", 1)[-1] for bar in elements(chart, "rect")]
    assert tones == ["total", "healthy", "intervene", "total"]
    assert chart.rows == tuple((step.label, step.shown) for step in BRIDGE)


def test_waterfall_below_zero_keeps_its_zero_line():
    chart = waterfall([WaterfallStep("Loss", -100, "−$100")], label="Bridge")
    assert elements(chart, "line", "chart-base")


def test_waterfall_without_steps_is_an_axis():
    assert elements(waterfall([], label="Bridge"), "rect") == []


PARTS = (
    Part("healthy", "Healthy", 60, "60 accounts"),
    Part("watch", "Watch", 30, "30 accounts"),
    Part("intervene", "Intervene", 10, "10 accounts"),
    Part("unscored", "Unscored", 0, "0 accounts"),
)


def test_distribution_shares_add_up_and_empty_parts_are_not_drawn():
    chart = distribution(PARTS, label="Accounts by band")
    assert chart.rows == (
        ("Healthy", "60 accounts", "60%"),
        ("Watch", "30 accounts", "30%"),
        ("Intervene", "10 accounts", "10%"),
        ("Unscored", "0 accounts", "0%"),
    )
    assert [r.get("x") for r in elements(chart, "rect", "chart-fill")] == ["0%", "60%", "90%"]


def test_distribution_of_nothing_says_so():
    chart = distribution([Part("healthy", "Healthy", 0, "0")], label="Accounts")
    assert chart.text == "Accounts: nothing to show"


MONTHS = [
    LinePoint(date(2024, 1, 31), 1.01, "101.0%"),
    LinePoint(date(2024, 2, 29), None, "no cohort"),
    LinePoint(date(2024, 3, 31), 1.07, "107.0%"),
]


def test_line_labels_its_end_and_names_the_reference():
    chart = line_chart(MONTHS, label="NRR", references=[ReferenceLine("Target 110%", 1.1)])
    assert [e.text for e in elements(chart, "text", "chart-value")] == ["107.0%"]
    assert "Target 110%" in [e.text for e in parsed(chart).iter("text")]
    assert chart.text == "NRR: 101.0% in January 2024, 107.0% in March 2024"
    assert chart.rows[1] == ("Feb 2024", "no cohort")


def test_line_marks_and_says_what_happened_on_its_days():
    notes = [Note(date(2024, 2, 1), "v2 published"), Note(date(2023, 2, 1), "v1 published")]
    chart = line_chart(MONTHS, label="NRR", notes=notes)
    assert len(elements(chart, "line", "chart-note")) == 1
    assert [e.text for e in elements(chart, "text", "chart-note-word")] == ["v2 published"]
    assert chart.text.endswith("107.0% in March 2024; 1 February 2024: v2 published")


def test_line_without_data_keeps_its_table():
    chart = line_chart([LinePoint(DAY, None, "no cohort")], label="NRR")
    assert chart.svg == ""
    assert chart.rows == (("Mar 2025", "no cohort"),)


def test_line_from_zero_stands_on_the_base():
    chart = line_chart(
        [LinePoint(DAY, 0, "0"), LinePoint(DAY + timedelta(days=90), 5, "5")],
        label="Tasks",
        from_zero=True,
        height=140,
    )
    assert elements(chart, "path")[0].get("d", "").startswith("M0 116")


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(min_value=0, max_value=2000))
def test_ticks_are_few_and_inside(first, span):
    last = first + timedelta(days=span)
    marked = ticks(first, last)
    assert len(marked) <= 6
    assert all(first <= day <= last for day in marked)


@pytest.mark.parametrize(
    "chart",
    [
        sparkline([1, 2], label='<b>"&'),
        history([80, 20], notes=[Note(DAY, '<script>alert("x")</script>')]),
        waterfall([WaterfallStep("<b>", 5, "<i>", is_total=True)], label="<u>"),
        distribution([Part("healthy", "<b>", 5, "<i>")], label="<u>"),
        line_chart([LinePoint(DAY, 1, "<i>")], label="<u>"),
    ],
    ids=["sparkline", "history", "waterfall", "distribution", "line"],
)
def test_charts_escape_words_and_carry_no_style(chart):
    for element in parsed(chart).iter():  # well-formed although the words are hostile
        assert element.tag not in {"script", "b", "i", "u"}
        assert element.get("style") is None
    assert parsed(chart).get("role") == "img"
    assert chart.text


def test_scale_of_a_flat_domain_is_its_middle():
    assert Scale(5, 5, 0, 100)(5) == 50


def test_polylines_of_nothing_is_nothing():
    assert polylines([None, None]) == ""


def test_where_room_is_short_the_crossing_is_written():
    notes = [
        Note(DAY + timedelta(days=50), "Champion left"),
        Note(DAY + timedelta(days=54), "Fell to watch", "watch"),
    ]
    words = elements(history([70.0] * 100, notes=notes), "text", "chart-note-word")
    assert [word.text for word in words] == ["Fell to watch"]


def test_short_words_stand_closer_than_long_ones():
    notes = [Note(DAY + timedelta(days=day), "Incident") for day in (20, 33, 40)]
    notes += [Note(DAY + timedelta(days=day), "Sponsor has left the company") for day in (70, 90)]
    words = elements(history([70.0] * 100, notes=notes), "text", "chart-note-word")
    assert [word.text for word in words] == [
        "Sponsor has left the company",
        "Incident",
        "Incident",
    ]


def test_a_line_beside_its_figure_keeps_the_dot_and_drops_the_words():
    chart = line_chart(MONTHS, label="NRR", is_end_written=False)
    assert len(elements(chart, "circle", "chart-dot-end")) == 1
    assert elements(chart, "text", "chart-value") == []
