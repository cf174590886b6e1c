"""Automatic renewals that nothing shows: specification 4, "Auto-renewing"."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.intake.assumed_term import AssumedTerm
from accounts.intake.contract_terms import ContractTerm
from accounts.intake.terms import stretches

YEARS = AssumedTerm(
    date(2024, 1, 1), date(2027, 1, 1), months=12, arr=60_000_00, uplift=Decimal("0.05")
)


@pytest.mark.parametrize(
    ("shown_on", "day", "unconfirmed"),
    [
        (None, "2024-01-30", None),
        (None, "2024-01-31", "2024-01-01"),
        ("2023-12-31", "2026-03-01", "2024-01-01"),
        ("2024-01-01", "2024-12-31", None),
        ("2024-01-01", "2025-01-30", None),
        ("2024-06-01", "2025-01-31", "2025-01-01"),
        ("2025-01-01", "2026-01-30", None),
        ("2026-01-01", "2026-12-31", None),
    ],
)
def test_a_renewal_is_listed_from_its_30th_day_until_something_shows_it(shown_on, day, unconfirmed):
    shown = date.fromisoformat(shown_on) if shown_on else None
    found = YEARS.unconfirmed(shown_on=shown, day=date.fromisoformat(day))
    assert (str(found) if found else None) == unconfirmed


def test_the_price_rises_with_each_renewal_as_in_the_ledger():
    """60,000 × 1.05 = 63,000; × 1.05 = 66,150; × 1.05 = 69,457.50."""
    assert YEARS.arr_now == 69_457_50
    term = ContractTerm(
        1, date(2023, 1, 1), date(2024, 1, 1), 60_000_00, "USD",
        auto_renews=True, uplift=Decimal("0.05"),
    )  # fmt: skip
    last = stretches([term], day=date(2026, 5, 1), grace_days=30)[-1]
    assert (last.arr, last.ends_on) == (69_457_50, YEARS.renewal_on)


def test_the_end_of_a_month_stays_the_end_of_a_month():
    monthly = AssumedTerm(date(2025, 1, 31), date(2025, 4, 30), months=1, arr=1)
    assert [str(day) for day in monthly.renewals()] == ["2025-01-31", "2025-02-28", "2025-03-31"]
