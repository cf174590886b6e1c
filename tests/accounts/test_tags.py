"""The design system's tags, rendered as a template renders them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from accounts.models import Installation
from accounts.ui.charts import Part, distribution

# How a band looks is a column of its scorecard.
pytestmark = pytest.mark.django_db
TODAY = date(2025, 3, 14)


def render(source: str, **context: object) -> str:
    installation = Installation(time_zone="Europe/Berlin")
    frame = {"today": TODAY, "zone": installation.zone, "installation": installation}
    return Template(source).render(Context(frame | context)).strip()


@pytest.mark.parametrize(
    ("band", "tone", "icon", "word"),
    [
        ("healthy", "healthy", "circle-check", "Healthy"),
        ("watch", "watch", "eye", "Watch"),
        ("intervene", "intervene", "octagon-alert", "Intervene"),
        ("emergency", "intervene", "octagon-alert", "Emergency"),
        ("unscored", "unscored", "circle-dashed", "Unscored"),
        (None, "unscored", "circle-dashed", "Unscored"),
        ("room_four", "unscored", "circle-dashed", "Room four"),
    ],
)
def test_band_chip_has_icon_and_word_beside_its_colour(band, tone, icon, word):
    html = render("{% band_chip band %}", band=band)
    assert f"is-{tone}" in html
    assert f"icons.svg#{icon}" in html
    assert html.endswith(f"{word} </span>")


def test_delta_says_direction_amount_unit_and_period():
    html = render('{% delta value period="since yesterday" %}', value=Decimal("-4.25"))
    assert "Down 4.3 points since yesterday" in html
    assert "delta-down" in html


def test_delta_where_down_is_good_is_coloured_as_good():
    html = render('{% delta value unit="tasks" good="down" %}', value=-2)
    assert "delta-up" in html
    assert "Down 2.0 tasks" in html


def test_delta_of_nothing_is_a_dash_and_of_zero_is_no_change():
    assert "Nothing to compare with yet" in render("{% delta value %}", value=None)
    assert "No change this week" in render('{% delta value period="this week" %}', value=0)
    assert "No change" in render("{% delta value %}", value=Decimal("-0.04"))


def test_compact_delta_keeps_its_words_for_those_who_listen():
    html = render('{% delta value period="in 30 days" compact=True %}', value=3)
    assert 'title="Up 3.0 points in 30 days"' in html
    assert '<span class="visually-hidden">Up </span> 3.0' in html


def test_money_shows_three_figures_and_keeps_the_exact_amount():
    html = render('{% money 1821460012 "USD" %}')
    assert html == '<span title="$18,214,600.12">$18.2M</span>'
    assert "–" in render('{% money None "USD" %}')


def test_when_is_relative_with_the_exact_day_in_the_title():
    html = render("{% when value %}", value=date(2025, 3, 26))
    assert html == '<time datetime="2025-03-26" title="26 Mar 2025">in 12 days</time>'


def test_when_counts_days_in_the_installations_zone():
    late = datetime(2025, 3, 13, 23, 30, tzinfo=UTC)  # already the 14th in Berlin
    html = render("{% when value %}", value=late)
    assert html.endswith(">today</time>")
    assert 'title="14 Mar 2025, 00:30"' in html


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2025, 3, 14, 15, tzinfo=UTC), "today at 16:00"),  # Berlin
        (datetime(2025, 3, 14, 17, tzinfo=UTC), "today"),  # the close of the day
        (datetime(2025, 3, 14, 23, 15, tzinfo=UTC), "tomorrow at 00:15"),
        (datetime(2025, 3, 17, 15, tzinfo=UTC), "in 3 days"),
    ],
)
def test_due_says_the_hour_where_it_counts(at, said):
    assert re.sub("<[^>]*>", "", render("{% due value %}", value=at)) == said


def test_dash_says_why_the_cell_is_empty():
    html = render('{% dash "Not connected" %}')
    assert 'title="Not connected"' in html
    assert '<span class="visually-hidden">Not connected</span>' in html


def test_spark_is_coloured_by_the_band_and_leaves_gaps():
    html = render('{% spark values "watch" %}', values=[Decimal("80.00"), None, Decimal("60.50")])
    assert 'class="spark is-watch"' in html
    assert 'aria-label="Score: from 80 to 60"' in html


@pytest.mark.parametrize(
    ("current", "href", "aria"),
    [
        ("-arr", "?q=x&amp;sort=arr", 'aria-sort="descending"'),
        ("arr", "?q=x&amp;sort=-arr", 'aria-sort="ascending"'),
        ("-risk", "?q=x&amp;sort=-arr", ""),
    ],
)
def test_sort_head_turns_the_sort_and_keeps_the_filter(current, href, aria):
    request = RequestFactory().get("/portfolio/?q=x&page=4")
    html = render('{% sort_head "ARR" "arr" current=current %}', request=request, current=current)
    assert f'href="{href}"' in html
    assert aria in html


def test_hostile_words_stay_words():
    html = render("{% dash reason %}", reason='<img src=x onerror="alert(1)">')
    assert "<img" not in html


def test_chart_comes_with_its_numbers():
    drawing = distribution([Part("healthy", "Healthy", 3, "3 accounts")], label="Accounts")
    html = render("{% chart drawing %}", drawing=drawing)
    assert '<svg class="chart chart-distribution"' in html
    assert '<td class="num">3 accounts</td>' in html
