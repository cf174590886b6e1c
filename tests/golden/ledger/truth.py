"""The true figures of drawn customers, and what the product stored held against them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.golden.ledger import oracle, oracle_months
from tests.golden.ledger.facts import Customer
from tests.golden.ledger.product import stored_months, stored_retention

METHODS = ("accounts", "movements")
KINDS = ("new", "reactivation", "expansion", "contraction", "churn")
COLUMNS = (
    *(f"bridge_{part}" for part in ("start", *KINDS)),
    *(f"cohort_{part}" for part in ("start", *KINDS[1:])),
    *(f"logos_{part}" for part in ("start", "kept", "end")),
)
RATES = ("nrr", "grr", "logo")
STORED_MONTHS = 48
NOBODY = oracle_months.Month(0, 0, was_active=False, is_active=False, kind="")


class Truth:
    """Worked out once of what the customers pay."""

    def __init__(self, customers: Sequence[Customer], *, last: date) -> None:
        self.customers, self.last = customers, last
        self.movements = {c.key: oracle.movements(c.paid, last=last) for c in customers}
        self.days = {key: oracle_months.days_of(moved) for key, moved in self.movements.items()}
        ends = list(oracle_months.month_ends(last, STORED_MONTHS + 12))
        self.windows = dict(zip(ends, ends[12:], strict=False))
        self.months = {
            (key, end): oracle_months.month(days, start=start, end=end)
            for key, days in self.days.items()
            for end, start in self.windows.items()
        }

    def statuses(self) -> dict[str, str]:
        """On the last day."""
        spans = {c.key: oracle.statuses(c.paid, last=self.last) for c in self.customers}
        return {key: of_account[-1][1] for key, of_account in spans.items() if of_account}

    def retention(self, method: str, end: date) -> Counter[str]:
        if method == "accounts":
            parts = [oracle_months.by_account(self.months[key, end]) for key in self.days]
        else:
            start = self.windows[end]
            parts = [
                oracle_months.by_movements(self.months[key, end], days, start=start, end=end)
                for key, days in self.days.items()
            ]
        return oracle_months.retention(parts)

    def holds_for_months(self) -> None:
        """Who had left before may be stored as a row of nothing."""
        stored = stored_months()
        assert {month for _, month in stored} <= set(self.windows)
        there = {key: month for key, month in stored.items() if month != NOBODY}
        assert there == {key: month for key, month in self.months.items() if month != NOBODY}

    def holds_for_retention(self) -> None:
        for method in METHODS:
            stored = stored_retention(method, (*COLUMNS, *RATES))
            assert stored
            for end, row in stored.items():
                total = self.retention(method, end)
                wanted = {name: total[name] for name in COLUMNS}
                wanted |= {name: _stored(rate) for name, rate in oracle_months.rates(total).items()}
                assert row == {"month": end} | wanted, (method, end)


def _stored(rate: Fraction | None) -> Decimal | None:
    """Six places, half to even."""
    return None if rate is None else Decimal(round(rate * 10**6)) / 10**6
