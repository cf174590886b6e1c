"""What an account was on a day, as scores of that day read it."""

from datetime import date

import numpy as np
import pytest

from accounts.models import Account, AttributeHistory
from health.facts import FactScope, load_base
from tests.accounts.loading import account, load_raw

pytestmark = pytest.mark.django_db


def on(day, *, as_known=False):
    ids = np.array(Account.objects.order_by("pk").values_list("pk", flat=True))
    profiles = load_base(FactScope(ids, day, day, "UTC", as_known), with_history=True).profiles
    return profiles.on(day)


def test_seats_and_stage_before_the_first_row_that_tells_of_them_are_unknown():
    """Today 9 seats; known from 1 February on. Before, nobody knows: not today's value."""
    load_raw("accounts", account(seats=9, stage="value"))
    AttributeHistory.objects.all().delete()
    row = {"account": "acme", "as_of": "2025-02-01", "seats": 7, "stage": "adoption"}
    load_raw("account_history", row, backfill=True)
    assert (on(date(2025, 1, 31)).seats.item(), on(date(2025, 2, 1)).seats.item()) == (-1, 7)
    assert on(date(2025, 1, 31)).stage.item() == -1
    assert np.isnan(on(date(2025, 1, 31)).facts().seats.item())


def test_a_row_that_came_later_is_not_read_by_a_score_as_known_then():
    load_raw("accounts", account(seats=9), day=date(2025, 3, 1))
    AttributeHistory.objects.all().delete()
    row = {"account": "acme", "as_of": "2025-02-01", "seats": 7}
    load_raw("account_history", row | {"learned_on": "2025-03-10"}, backfill=True)
    assert on(date(2025, 3, 9), as_known=True).seats.item() == -1
    assert on(date(2025, 3, 9)).seats.item() == 7
    assert on(date(2025, 3, 10), as_known=True).seats.item() == 7
