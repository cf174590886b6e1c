"""The history of attributes: the same out of any order of imports, and what was known is kept."""

import itertools
from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.loading import refresh_accounts
from accounts.models import Account, AttributeHistory, Signal
from tests.accounts.loading import DAY, NOW, account, contract, load_raw, movement

pytestmark = pytest.mark.django_db
_NUMBERS = itertools.count()
DERIVED = ("status", "segment", "touch_tier")


def known(attribute, *, by=None):
    """Rows as known before a moment, by default now: (value, from, to)."""
    rows = AttributeHistory.objects.filter(attribute=attribute, contact=None)
    if by is None:
        rows = rows.filter(superseded_at=None)
    else:
        rows = rows.filter(learned_at__lt=by).exclude(superseded_at__lt=by)
    return list(rows.order_by("valid_from").values_list("value", "valid_from", "valid_to"))


def history():
    return {attribute: known(attribute) for attribute in DERIVED}


MOVEMENTS = (
    movement("m1", "2024-01-01", "new", "30000.00"),
    movement("m2", "2024-03-01", "expansion", "90000.00"),
    movement("m3", "2024-06-01", "churn", "-120000.00"),
    movement("m4", "2024-10-01", "reactivation", "6000.00"),
)


@pytest.mark.parametrize("order", list(itertools.permutations(MOVEMENTS))[::5])
def test_any_order_and_any_batches_give_the_same_history(order):
    load_raw("accounts", account())
    # What would go below zero is refused until what came before it is there: sent again.
    for start in range(0, 4, 2):
        load_raw("movements", *order[start : start + 2])
    load_raw("movements", *order)
    load_raw("movements", *order)
    assert history() == {
        "status": [
            ("active", date(2024, 1, 1), date(2024, 6, 1)),
            ("churned", date(2024, 6, 1), date(2024, 10, 1)),
            ("active", date(2024, 10, 1), None),
        ],
        "segment": [
            ("mid_market", date(2024, 1, 1), date(2024, 3, 1)),
            ("enterprise", date(2024, 3, 1), date(2024, 6, 1)),
            ("self_serve", date(2024, 6, 1), date(2024, 10, 1)),
            ("smb", date(2024, 10, 1), None),
        ],
        # 120,000 scores 76.25, not 5 % past 75; nothing is paid from June, tech after 30 days.
        "touch_tier": [
            ("low", date(2024, 1, 1), date(2024, 7, 1)),
            ("tech", date(2024, 7, 1), None),
        ],
    }
    found = Account.objects.get()
    assert (found.status, found.segment, found.touch_tier) == ("active", "smb", "tech")


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    terms=st.lists(
        st.tuples(st.integers(0, 500), st.integers(30, 400), st.integers(0, 12)),
        min_size=1, max_size=4,
    ),
    order=st.randoms(use_true_random=False),
)  # fmt: skip
def test_contracts_in_any_batches_end_in_the_account_as_it_stands(terms, order):
    """One by one in any order: the same rows, and the last ones are what the account carries."""
    rows = [
        contract(
            f"c{n}",
            str(date(2023, 6, 1) + timedelta(days=first)),
            str(date(2023, 6, 1) + timedelta(days=first + length)),
            f"{thousands}000.00",
            currency="USD",
        )
        for n, (first, length, thousands) in enumerate(terms)
    ]
    found = []
    for is_whole in (True, False):
        name = f"a{next(_NUMBERS)}"
        load_raw("accounts", account(name))
        mine = [
            row | {"account": name, "external_id": f"{name}{row['external_id']}"} for row in rows
        ]
        if is_whole:
            load_raw("contracts", *mine)
        else:
            order.shuffle(mine)
            for row in mine:
                load_raw("contracts", row)
        stored = Account.objects.get(external_id=name)
        own = AttributeHistory.objects.filter(account=stored, superseded_at=None)
        last = dict(own.filter(valid_to=None).values_list("attribute", "value"))
        assert {key: last[key] for key in DERIVED} == {key: getattr(stored, key) for key in DERIVED}
        values = own.filter(attribute__in=DERIVED).order_by("attribute", "valid_from")
        found.append(list(values.values_list("attribute", "value", "valid_from", "valid_to")))
    assert found[0] == found[1]


def test_what_was_known_on_a_day_can_still_be_read_after_it_was_restated():
    may = datetime(2024, 5, 1, 12, tzinfo=UTC)
    load_raw("accounts", account(), day=date(2024, 1, 1))
    load_raw("movements", MOVEMENTS[0], day=date(2024, 1, 1))
    load_raw("movements", MOVEMENTS[1])  # learned a year after it happened

    assert known("segment", by=may) == [("mid_market", date(2024, 1, 1), None)]
    assert known("segment") == [
        ("mid_market", date(2024, 1, 1), date(2024, 3, 1)),
        ("enterprise", date(2024, 3, 1), None),
    ]


def test_a_change_of_today_ends_the_row_before_it_and_supersedes_nothing():
    load_raw("accounts", account(seats=5), day=date(2024, 1, 1))
    load_raw("accounts", account(seats=8), day=date(2024, 2, 1))
    assert known("seats") == [
        ("5", date(2024, 1, 1), date(2024, 2, 1)), ("8", date(2024, 2, 1), None),
    ]  # fmt: skip
    assert not AttributeHistory.objects.exclude(superseded_at=None).exists()


def test_a_value_corrected_on_its_own_day_is_kept_beside_the_correction():
    load_raw("accounts", account(seats=5))
    Account.objects.update(seats=6)
    later = NOW + timedelta(hours=3)
    refresh_accounts(day=DAY, now=later)
    assert known("seats") == [("6", DAY, None)]
    assert known("seats", by=later) == [("5", DAY, None)]


def test_a_refresh_that_changes_nothing_writes_nothing():
    load_raw("accounts", account(complexity=50, is_strategic=True))
    load_raw("movements", *MOVEMENTS)
    before = list(AttributeHistory.objects.order_by("pk").values())
    assert refresh_accounts(day=DAY, now=NOW + timedelta(hours=1)) == []
    assert list(AttributeHistory.objects.order_by("pk").values()) == before


def test_a_trial_is_over_with_the_first_paid_day():
    load_raw("accounts", account(status="trial"), day=date(2024, 1, 1))
    assert Account.objects.get().status == "trial"
    load_raw("movements", movement("m1", "2024-03-01", "new", "600.00"))
    assert known("status") == [
        ("trial", date(2024, 1, 1), date(2024, 3, 1)), ("active", date(2024, 3, 1), None),
    ]  # fmt: skip
    load_raw("accounts", account(status="trial"))
    assert Account.objects.get().status == "active"


def test_a_designation_is_immediate_and_the_days_before_it_keep_their_tier():
    load_raw("accounts", account(), day=date(2024, 1, 1))
    load_raw("movements", MOVEMENTS[0], day=date(2024, 1, 1))
    load_raw("accounts", account(is_strategic=True), day=date(2024, 2, 1))
    assert known("touch_tier") == [
        ("low", date(2024, 1, 1), date(2024, 2, 1)), ("high", date(2024, 2, 1), None),
    ]  # fmt: skip


def test_history_that_was_imported_rings_on_its_own_day_and_a_first_payment_never():
    load_raw("accounts", account())
    load_raw("movements", movement("m1", "2024-01-01", "new", "8000.00"))
    assert not Signal.objects.exists()
    load_raw("movements", movement("m2", "2024-03-01", "expansion", "92000.00"))
    # 8,000 scores 32; 100,000 scores 75, past 42 at once: low from 31 March 2024, not high (78.75).
    signal = Signal.objects.get()
    assert signal.payload == {"from": "tech", "to": "low"}
    assert signal.occurred_at == datetime(2024, 3, 31, tzinfo=UTC)


def test_an_upgrade_dates_what_was_said_so_that_the_first_refresh_keeps_it():
    """Designation, factors and words were columns without days before."""
    load_raw("accounts", account(complexity=90, is_strategic=True), account("gone"))
    load_raw("movements", MOVEMENTS[0])
    Account.objects.filter(external_id="gone").update(status="churned")
    AttributeHistory.objects.exclude(attribute__in=DERIVED).delete()
    AttributeHistory.objects.filter(account__external_id="gone", attribute="status").update(
        value="churned", valid_from=date(2024, 2, 1)
    )
    with connection.cursor() as cursor:
        cursor.execute(import_module("accounts.migrations.0022_history_versions").SAID)
    refresh_accounts(day=DAY, now=NOW + timedelta(hours=1))

    assert known("factors") == [("90,,", DAY, None)]
    assert known("strategic") == [("true", DAY, None)]
    assert known("said_status") == [("churned", date(2024, 2, 1), None)]
    assert Account.objects.get(external_id="gone").status == "churned"
    assert Account.objects.get(external_id="acme").touch_tier == "high"
