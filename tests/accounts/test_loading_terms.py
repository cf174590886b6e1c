"""Contracts as CRMs and billing tools export them: one life of a customer, whatever the file's
ends, links and order of rows."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from accounts.loading import renew_and_expire
from accounts.models import Account, Contract, RevenueMovement
from tests.accounts.loading import NOW, account, contract, load_raw, statuses

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 28)


def ledger(name: str = "acme") -> list[tuple[str, str, int]]:
    rows = RevenueMovement.objects.filter(account__external_id=name).order_by("effective_on", "pk")
    return [(str(m.effective_on), m.kind, m.amount_minor // 100) for m in rows]


def stored(name: str = "acme") -> Account:
    return Account.objects.get(external_id=name)


def sums(name: str) -> Counter:
    """By day, currency and kind; what was taken back whole is not there."""
    total: Counter = Counter()
    for row in RevenueMovement.objects.filter(account__external_id=name):
        total[row.effective_on, row.currency, row.kind] += row.amount_minor
    return Counter({key: amount for key, amount in total.items() if amount})


@pytest.fixture(autouse=True)
def acme():
    load_raw("accounts", account())


@pytest.mark.parametrize("is_linked", [True, False])
def test_terms_that_end_on_their_last_covered_day_are_one_life(is_linked):
    first = contract("a", "2024-11-01", "2026-10-31", "100000.00")
    second = contract("b", "2026-11-01", "2027-10-31", "100000.00")
    load_raw("contracts", first, second | ({"renews": "a"} if is_linked else {}), day=TODAY)
    assert ledger() == [("2024-11-01", "new", 100_000)]
    assert (stored().arr_minor, stored().renews_on) == (100_000_00, date(2027, 10, 31))
    assert Contract.objects.get(external_id="a").state == "renewed"


def test_a_renewal_without_a_link_takes_over_on_the_day_of_the_end():
    first = contract("u1", "2025-11-15", "2026-11-15", "60000.00")
    second = contract("u2", "2026-11-15", "2027-11-15", "60000.00")
    load_raw("contracts", first, second, day=TODAY)
    assert ledger() == [("2025-11-15", "new", 60_000)]
    assert (stored().arr_minor, stored().renews_on) == (60_000_00, date(2027, 11, 15))
    for days in range(1, 60):
        renew_and_expire(day=TODAY + timedelta(days=days), now=NOW)
    assert ledger() == [("2025-11-15", "new", 60_000)], "nor when the grace is over"


def test_a_contract_that_renews_itself_goes_on_with_its_uplift():
    auto = contract("auto", "2024-06-01", "2025-06-01", "36000.00", auto_renew=True, term_months=12)
    load_raw("contracts", auto | {"uplift_percent": "5"}, day=TODAY)
    assert ledger() == [
        ("2024-06-01", "new", 36_000),
        ("2025-06-01", "expansion", 1_800),
        ("2026-06-01", "expansion", 1_890),
    ]
    assert (stored().status, stored().renews_on) == ("active", date(2027, 6, 1))
    renew_and_expire(day=date(2027, 6, 1), now=NOW)
    assert (stored().arr_minor, stored().renews_on) == (41_674_50, date(2028, 6, 1))


def test_notice_ends_a_contract_that_renews_itself():
    auto = contract("auto", "2025-06-01", "2026-06-01", "36000.00", auto_renew=True)
    load_raw("contracts", auto | {"notice_given_on": "2026-03-01"}, day=TODAY)
    assert ledger()[-1] == ("2026-06-01", "churn", -36_000)
    assert (stored().status, Contract.objects.get().state) == ("churned", "cancelled")


def test_notice_after_its_day_ends_the_renewal_that_follows():
    """30 days before 2026-06-01 is 05-02: on 05-20 it is too late, and a year more is owed."""
    auto = contract("auto", "2025-06-01", "2026-06-01", "36000.00", auto_renew=True)
    auto |= {"notice_days": 30, "notice_given_on": "2026-05-20", "uplift_percent": "5"}
    load_raw("contracts", auto, day=TODAY)
    assert ledger()[-1] == ("2026-06-01", "expansion", 1_800)
    assert (stored().status, stored().renews_on) == ("active", date(2027, 6, 1))
    renew_and_expire(day=date(2027, 6, 1), now=NOW)
    assert ledger()[-1] == ("2027-06-01", "churn", -37_800)
    assert (stored().status, Contract.objects.get().state) == ("churned", "cancelled")


def test_an_early_churn_is_taken_back_with_its_kind_when_the_renewal_is_learned():
    """The file of the first month knew of no renewal; the one of the second does."""
    load_raw("contracts", contract("a", "2025-01-01", "2026-01-01", "60000.00"), day=TODAY)
    assert ledger()[-1] == ("2026-01-01", "churn", -60_000)
    load_raw("contracts", contract("b", "2026-01-10", "2027-01-01", "66000.00"), day=TODAY)
    assert ledger() == [
        ("2025-01-01", "new", 60_000),
        ("2026-01-01", "churn", -60_000),
        ("2026-01-01", "churn", 60_000),
        ("2026-01-10", "expansion", 6_000),
    ]
    taken_back = RevenueMovement.objects.get(kind="churn", amount_minor__gt=0)
    assert taken_back.corrects.amount_minor == -60_000_00
    assert sums("acme").keys() == {
        (date(2025, 1, 1), "USD", "new"),
        (date(2026, 1, 10), "USD", "expansion"),
    }


def test_a_link_may_come_before_what_it_names_and_a_loop_of_them_changes_nothing():
    old = contract("old", "2025-01-01", "2027-01-01", "60000.00")
    new = contract("new", "2026-06-01", "2028-06-01", "70000.00", renews="old")
    load_raw("contracts", new, day=TODAY)
    load_raw("contracts", old, day=TODAY)
    wanted = {(date(2025, 1, 1), "USD", "new"), (date(2026, 6, 1), "USD", "expansion")}
    assert sums("acme").keys() == wanted
    load_raw("contracts", old | {"renews": "new"}, day=TODAY)
    assert sums("acme").keys() == wanted
    assert stored().arr_minor == 70_000_00


def test_contracts_that_overlap_are_asked_about_with_both_answers():
    old = contract("old", "2025-01-01", "2026-01-01", "60000.00")
    result = load_raw("contracts", old, contract("new", "2025-06-01", "2026-06-01", "70000.00"))
    (asked,) = result.problems
    assert (asked.position, asked.field, asked.code, asked.warning) == (
        1, "starts_on", "overlap", True,
    )  # fmt: skip
    assert "overlaps “old” by 214 days: $70,000.00 or $130,000.00 a year?" in asked.message
    for answer in ({"renews": "old"}, {"subscription": "s1"}):
        load_raw("contracts", old | {"subscription": answer.get("subscription")})
        new = contract("new", "2025-06-01", "2026-06-01", "70000.00", **answer)
        assert load_raw("contracts", new, day=date(2025, 12, 1)).problems == []
        assert stored().arr_minor == 70_000_00


def test_the_same_file_again_changes_nothing_and_a_prolonged_contract_runs_again():
    old = contract("old", "2024-01-01", "2025-01-01", "60000.00", state="active", closed_on=None)
    new = contract("new", "2025-01-01", "2026-01-01", "60000.00", state="active", closed_on=None)
    load_raw("contracts", old, new, day=TODAY)
    assert statuses(load_raw("contracts", old, new, day=TODAY)) == ["unchanged", "unchanged"]
    states = Contract.objects.order_by("starts_on").values_list("state", flat=True)
    assert list(states) == ["renewed", "expired"]
    load_raw("contracts", new | {"ends_on": "2027-06-01"}, day=TODAY)
    assert list(states.all()) == ["renewed", "active"]
    assert (stored().status, stored().arr_minor) == ("active", 60_000_00)
    assert sums("acme").keys() == {(date(2024, 1, 1), "USD", "new")}


def test_two_contracts_may_follow_one():
    old = contract("old", "2025-01-01", "2026-01-01", "60000.00")
    parts = [
        contract(name, "2025-12-01", "2026-12-01", arr, renews="old")
        for name, arr in (("core", "40000.00"), ("add-on", "25000.00"))
    ]
    load_raw("contracts", *parts, old, day=TODAY)
    assert ledger() == [("2025-01-01", "new", 60_000), ("2025-12-01", "expansion", 5_000)]


def life(name: str, chance: random.Random) -> list[dict]:
    """Terms of a customer: back to back or late, grown, with a gap and a return."""
    rows, starts_on = [], date(2021, chance.randint(1, 12), 1)
    for number in range(chance.randint(2, 8)):
        ends_on = starts_on + timedelta(days=chance.choice([31, 90, 365, 365, 366]))
        arr = f"{chance.choice([1200, 2400, 5000, 60000])}.00"
        rows.append(contract(f"{name}-{number}", str(starts_on), str(ends_on), arr, account=name))
        starts_on = ends_on + timedelta(days=chance.choice([0, 0, 0, 1, 12, 29, 45, 200]))
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_and_batches_decides_nothing(seed):
    chance = random.Random(seed)
    rows = life("bulk", chance)
    load_raw("accounts", *(account(name) for name in ("bulk", "singly", "shuffled")))
    load_raw("contracts", *rows, day=TODAY)
    for name in ("singly", "shuffled"):
        of_name = [
            row | {"account": name, "external_id": row["external_id"].replace("bulk", name)}
            for row in rows
        ]
        if name == "shuffled":
            chance.shuffle(of_name)
        for row in of_name:
            load_raw("contracts", row, day=TODAY)
        assert sums(name) == sums("bulk")
        for field in ("arr_minor", "renews_on", "status", "segment"):
            assert getattr(stored(name), field) == getattr(stored("bulk"), field)
        states = [
            dict(Contract.objects.filter(account__external_id=n).values_list("starts_on", "state"))
            for n in (name, "bulk")
        ]
        assert states[0] == states[1]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("2027-06-01", None)),
        ({"notice_days": 90}, ("2027-06-01", "2027-03-03")),
        # The day to give notice is past: it renews itself, or is still to be signed.
        ({"notice_days": 200, "auto_renew": True}, ("2027-06-01", None)),
        ({"notice_days": 200}, ("2027-06-01", None)),
    ],
)
def test_an_account_carries_the_day_on_which_its_renewal_is_decided(changes, expected):
    row = contract("a", "2026-06-01", "2027-06-01", "60000.00")
    load_raw("contracts", row | changes, day=TODAY)
    found = stored()
    assert (str(found.renews_on), found.decides_on and str(found.decides_on)) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("a", "2026-01-01", "2027-01-01", 60_000), ("b", "2026-03-01", "2027-03-01", 40_000)],
         ("2027-01-01", 60_000)),
        ([("a", "2026-01-01", "2027-01-01", 60_000), ("b", "2026-02-01", "2027-01-01", 40_000)],
         ("2027-01-01", 100_000)),
        # A term that begins on 1 December has no ARR yet, so that less than 60,000 can renew.
        ([("a", "2026-01-01", "2026-12-15", 60_000), ("b", "2026-12-01", "2027-12-15", 9_000)],
         ("2026-12-15", 60_000)),
        ([("b", "2026-12-01", "2027-12-01", 9_000)], ("2027-12-01", 0)),
    ],
)  # fmt: skip
def test_an_account_carries_the_arr_of_its_next_renewal_not_all_it_pays(rows, expected):
    load_raw(
        "contracts",
        *(contract(name, *days, f"{arr}.00") | {"subscription": name} for name, *days, arr in rows),
        day=TODAY,
    )
    assert (str(stored().renews_on), stored().renews_arr_minor // 100) == expected


def test_what_renewed_itself_twice_renews_at_its_risen_price():
    """60,000 at 5 % a year, twice: 66,150."""
    row = contract("a", "2023-12-15", "2024-12-15", "60000.00")
    load_raw("contracts", row | {"auto_renew": True, "uplift_percent": "5"}, day=TODAY)
    assert (str(stored().renews_on), stored().renews_arr_minor) == ("2026-12-15", 66_150_00)


def test_what_is_paid_month_to_month_has_no_renewal_date():
    rows = [
        contract("m1", "2026-10-05", "2026-11-05", "60000.00"),
        contract("m2", "2026-11-05", "2026-12-05", "60000.00"),
    ]
    load_raw("contracts", *rows, day=TODAY)
    assert (stored().arr_minor, stored().renews_on) == (60_000_00, None)
    load_raw("contracts", contract("y", "2026-06-01", "2027-06-01", "10000.00"), day=TODAY)
    assert stored().renews_on == date(2027, 6, 1)
