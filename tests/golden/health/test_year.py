"""A year of the demo company scored night by night, then once more from an import of the same facts
on its last day.
"""

from datetime import date, timedelta

import pytest
from django.db import transaction

from accounts.demo.shape import Shape
from accounts.demo.staff import staff_of
from health.publishing import install_library
from tests.accounts.loading import NOW
from tests.golden.health import product
from tests.golden.health.facts import year_of

LAST = date(2025, 3, 13)
FIRST = LAST - timedelta(days=364)
# A company of which one customer cancels within the year and another one lapses.
BY_TIER = ("high_touch", "low_touch", "tech_touch")
SHAPE = Shape(last_day=LAST, seed=31, accounts=12, years=1.3)


@pytest.fixture(scope="module")
def year():
    return year_of(SHAPE, staff=staff_of(SHAPE), first=FIRST)


def scored(way, *arguments, **named):
    with transaction.atomic():
        install_library(now=NOW)
        product.set_up(staff_of(SHAPE), begun=SHAPE.first_day)
        way(*arguments, **named)
        found = product.figures(last=LAST), product.crossings(last=LAST)
        transaction.set_rollback(True)
    return found


def test_a_year_imported_on_its_last_day_is_scored_as_the_nights_did(db, year):
    nightly, nights_crossed = scored(product.live_through, year.told, first=FIRST, last=LAST)
    today = LAST + timedelta(days=1)
    at_once, crossed = scored(product.import_and_rescore, year.at_once, first=FIRST, today=today)
    differing = {day for day in at_once.keys() | nightly if at_once.get(day) != nightly.get(day)}
    assert [
        day for day in differing if not any(late.covers(*day) for late in year.heard_late)
    ] == []
    assert {measure for day in differing for measure in told_apart(at_once[day], nightly[day])} == {
        "champions",
        "champions_left_60d",
    }
    assert crossed == nights_crossed
    # What was compared is a year in which things happen.
    assert len(nightly) > 4_000
    assert {kind for *_, kind, _, _, _ in crossed} >= {"first_score", "moved"}
    # Who leaves onboarding is judged by another card: told where that makes it another band.
    changes = changes_of_card(nightly)
    assert len(changes) > 2
    assert {change for change in changes if change[2] != change[3]} == {
        (account, day, before, after)
        for account, day, subject, cause, _, before, after in crossed
        if cause == "new_scorecard" and subject == "score"
    }
    cards = {figures["scorecard"] for figures in nightly.values()}
    assert {"onboarding", "four_inputs"} < cards <= {"onboarding", "four_inputs", *BY_TIER}


def changes_of_card(nightly):
    """Account, day, band before and after, where another card gave a score than the day before."""
    found = set()
    for (account, day), now in nightly.items():
        before = nightly.get((account, day - timedelta(days=1)))
        if before and before["scorecard"] != now["scorecard"]:
            found.add((account, day, before["band"], now["band"]))
    unscored = {"unscored", "too_new"}
    return {change for change in found if not unscored & {change[2], change[3]}}


def told_apart(one, other):
    return {key for key in one["raw"] if one["raw"][key] != other["raw"][key]}
