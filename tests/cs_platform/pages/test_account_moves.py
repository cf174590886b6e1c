"""Why did it move: every row says what changed, and nothing is counted that is no measure."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from health.models import BandOverride
from tests.page_house import DAY, GOOD, NOW, judge, show_present

BEFORE = DAY - timedelta(days=30)


@pytest.fixture
def health_page(client, csm, house, card):
    """The health page after the account was judged by these raw values on the two days."""

    def opened(before, after):
        account = house.accounts["own"]
        judge(account, card, raw={**GOOD, **before}, day=BEFORE)
        show_present(judge(account, card, raw={**GOOD, **after}))
        return client.get(reverse("account_health", args=[account.external_id]), {"since": "30"})

    return opened


def moves(response):
    return {row.name: (row.before, row.after) for row in response.context["moves"]}


def test_what_takes_points_off_a_measure_stands_beside_its_value(health_page):
    response = health_page(
        {"commercial_conversations_90d": 0.0},
        {
            "commercial_conversations_90d": 0.0,
            "upsells_declined_90d": 1.0,
            "renewal_pushbacks_90d": 2.0,
        },
    )
    said = "0 conversations; upsells declined: 1; pushback on renewal terms: 2"
    assert moves(response) == {"Commercial conversations": ("0 conversations", said)}
    commercial = response.context["components"][2]
    assert commercial.measures[1].raw == said


def test_penalties_of_a_value_that_is_missing_are_not_shown(health_page):
    nothing = {"commercial_conversations_90d": float("nan"), "upsells_declined_90d": 1.0}
    response = health_page({}, nothing)
    assert response.context["components"][2].measures[1].raw == ""


@pytest.mark.parametrize(
    ("key", "before", "after", "shown"),
    [
        ("days_to_resolution", 2.01, 2.04, ("2.01 days", "2.04 days")),
        ("users_active", 0.702, 0.704, ("70.2% of seats", "70.4% of seats")),
        ("usage_trend", 0.0996, 0.1004, ("+9.96%", "+10.04%")),
        ("days_to_resolution", 2.0, 3.0, ("2 days", "3 days")),
    ],
)
def test_two_values_that_differ_read_as_two(health_page, key, before, after, shown):
    assert list(moves(health_page({key: before}, {key: after})).values()) == [shown]


def test_a_band_set_by_hand_is_no_measure_and_has_no_colour(health_page, csm, house):
    BandOverride.objects.create(
        account=house.accounts["own"],
        band="intervene",
        reason="They told us on the phone.",
        starts_on=DAY,
        expires_on=DAY + timedelta(days=7),
        created_by=csm,
        created_at=NOW,
    )
    response = health_page({"champions": 2.0, "users_active": 0.6}, {"champions": 1.0})
    html = unescape(response.content.decode())
    measures = sum(len(component.measures) for component in response.context["components"])
    assert list(moves(response)) == ["Champions", "Users active", "Band set by hand"]
    assert response.context["unmoved"] == measures - 2
    colours = dict(
        re.findall(r'<tr>\s*<td>([^<]+)</td>.*?<td class="(num[^"]*)">', html, re.DOTALL)
    )
    assert {name: colours[name] for name in moves(response)} == {
        "Champions": "num is-intervene",
        "Users active": "num is-healthy",
        "Band set by hand": "num",
    }


def test_payment_says_that_it_is_the_worst_of_half_a_year(health_page):
    paid_late = health_page({}, {"worst_days_overdue_180d": 10.0})
    assert moves(paid_late) == {"Worst payment in 180 days": ("0 days overdue", "10 days overdue")}
