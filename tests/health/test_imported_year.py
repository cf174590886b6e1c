"""A year imported on its last day and scored again: revenue, features and people as they were.

Expected values are worked out by hand from the rows above them.
"""

from datetime import date

import numpy as np
import pytest
from django.core.management import call_command

from accounts.models import Installation
from health.models import HealthScore
from health.queries.scorecards import published_card
from tests.accounts.loading import account, contract, load_raw

pytestmark = pytest.mark.usefixtures("library")
# A Thursday in each of four months; the first three lie before the import.
OCTOBER, DECEMBER, FEBRUARY = date(2024, 10, 10), date(2024, 12, 12), date(2025, 2, 13)
TODAY = date(2025, 3, 14)

SEATS = [
    ("2024-09-01", 10, "onboarding"),
    ("2024-12-01", 20, "adoption"),
    ("2025-02-01", 40, "value"),
]
KIM = {"external_id": "k1", "account": "acme", "name": "Kim", "roles": ["champion"]}


@pytest.fixture
def imported():
    Installation.objects.update(as_of=TODAY)
    known = {"day": TODAY, "backfill": True}
    load_raw("accounts", account(customer_since="2024-03-01", seats=40, stage="value"), day=TODAY)
    dated = [
        {"account": "acme", "as_of": day, "seats": seats, "stage": stage}
        for day, seats, stage in SEATS
    ]
    load_raw("account_history", *dated, **known)
    load_raw(
        "contracts",
        contract("c1", "2023-12-01", "2024-12-01", "40000.00"),
        contract("c2", "2024-12-01", "2025-12-01", "30000.00", renews="c1"),
        **known,
    )
    load_raw("contacts", KIM | {"met_on": "2024-03-01", "left_on": "2025-01-20"}, **known)
    for user, days in {"ada": ["2024-10-08", "2024-12-10"], "bo": ["2024-10-09"]}.items():
        rows = [{"account": "acme", "day": day, "user": user} for day in days]
        load_raw("user_days", *rows, **known)
    used = {"boards": ["2024-09-20", "2024-10-08", "2025-02-11"], "plans": ["2024-12-10"]}
    for feature, days in used.items():
        rows = [{"account": "acme", "day": day, "feature": feature, "events": 5} for day in days]
        load_raw("usage", *rows, **known)
    load_raw("features", *({"key": key, "is_core": True} for key in used), day=TODAY)
    opened = {"t0": ("2024-06-01", "2024-06-01"), "t1": ("2024-12-02", "2025-01-10")}
    tickets = [
        {"external_id": key, "account": "acme", "category": "defect",
         "opened_at": f"{first}T09:00:00Z", "solved_at": f"{last}T10:00:00Z"}
        for key, (first, last) in opened.items()
    ]  # fmt: skip
    load_raw("tickets", *tickets, **known)
    call_command("rescore", since=OCTOBER)


def seen(day):
    row = HealthScore.objects.select_related("scorecard").filter(day=day).latest("revision")
    return row.scorecard.key, dict(
        zip(published_card(row.scorecard_id).spec.raw_keys, row.raw, strict=True)
    )


def test_each_day_sees_what_was_true_on_it(imported):
    card, october = seen(OCTOBER)
    assert card == "onboarding"
    assert october["users_logged_in_since_start"] == pytest.approx(2 / 10)
    # One of the features had not been met by anybody: boards alone was core.
    assert october["core_features_since_start"] == 1

    card, december = seen(DECEMBER)
    assert card == "four_inputs"
    assert december["users_active"] == pytest.approx(1 / 20)
    assert december["core_feature_depth"] == pytest.approx(1 / 2)
    assert december["arr_movement"] == pytest.approx(30 / 40 - 1)
    assert december["champions"] == 1
    assert december["days_to_resolution"] == 10  # open, ten days old

    card, february = seen(FEBRUARY)
    assert february["champions"] == 0
    assert february["champions_left_60d"] == 1
    assert february["users_active"] == 0
    assert february["days_to_resolution"] == 39


def test_seats_before_the_first_dated_row_are_unknown(imported):
    august = date(2024, 8, 29)
    day = {"account": "acme", "day": "2024-08-12", "user": "ada"}
    load_raw("user_days", day, day=TODAY, backfill=True)
    call_command("rescore", since=august)
    card, before = seen(august)
    assert card == "four_inputs"
    assert np.isnan(before["users_active"])  # no share of the 40 of today

    row = {"account": "acme", "as_of": "2024-08-01", "seats": 10}
    load_raw("account_history", row, day=TODAY, backfill=True)
    call_command("rescore", since=august)
    assert seen(august)[1]["users_active"] == pytest.approx(1 / 10)
