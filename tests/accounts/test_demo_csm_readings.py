"""What CSMs of the demo company say: by whoever owns the account, near to how content it is."""

from datetime import date

import numpy as np
import pytest

from accounts.demo.block import Profile
from accounts.demo.facts import block_tables
from accounts.demo.shape import Shape
from accounts.demo.staff import staff_of

SHAPE = Shape(last_day=date(2025, 3, 14), accounts=120, years=1.5, seed=11)


@pytest.fixture(scope="module")
def company():
    told: list[Profile] = []
    tables = block_tables(SHAPE, block=0, staff=staff_of(SHAPE), usage_days=1, told=told)
    table = tables.csm_sentiments
    return told, [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def test_owners_say_it_while_the_customer_is_there(company):
    profiles, rows = company
    by_account = {profile.account.id: profile for profile in profiles}
    assert len(rows) > 300
    for row in rows:
        profile = by_account[row["account_id"]]
        day = (row["said_at"].date() - SHAPE.first_day).days
        assert profile.account.since <= day <= (profile.account.until or SHAPE.days)
        assert profile.owner_on(day) == row["said_by_id"]
        assert row["learned_at"] == row["said_at"]
    assert {row["value"] for row in rows} == {1, 2, 3, 4, 5}
    assert all(row["reason"] for row in rows if row["value"] <= 2)


def test_what_is_said_follows_how_content_they_are(company):
    profiles, rows = company
    paths = {profile.account.id: profile.account.path for profile in profiles}
    moods = [
        paths[row["account_id"]][(row["said_at"].date() - SHAPE.first_day).days] for row in rows
    ]
    r = np.corrcoef(moods, [row["value"] for row in rows])[0, 1]
    assert 0.5 < r < 0.95


def test_each_owned_customer_of_today_has_one_that_still_counts(company):
    """For 90 days; who is new, and whom nobody owns, has none."""
    profiles, rows = company
    latest = {row["account_id"]: row["said_at"].date() for row in rows}
    owned = [
        profile.account.id
        for profile in profiles
        if profile.account.until is None
        and profile.account.since < SHAPE.days - 60
        and all(profile.owner_on(day) for day in range(SHAPE.days - 90, SHAPE.days))
    ]
    assert len(owned) > 20
    assert all((SHAPE.last_day - latest[pk]).days < 90 for pk in owned)
