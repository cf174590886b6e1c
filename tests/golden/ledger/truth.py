"""The true figures of drawn customers, and what the product stored held against them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from metrics.models import TOTAL
from tests.golden.ledger import oracle, oracle_months, oracle_renewals
from tests.golden.ledger.facts import GRACE, Customer
from tests.golden.ledger.oracle import Spans
from tests.golden.ledger.oracle_months import Day
from tests.golden.ledger.product import (
    renewals_due,
    stored_months,
    stored_retention,
    stored_spans,
)

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
        self._days: dict[tuple[str, tuple[Fraction, ...]], list[Day]] = {}
        ends = list(oracle_months.month_ends(last, STORED_MONTHS + 12))
        self.windows = dict(zip(ends, ends[12:], strict=False))
        self.months = {
            (key, end): oracle_months.month(self.days(key, at=end), start=start, end=end)
            for key in self.movements
            for end, start in self.windows.items()
        }
        self.history = {
            "status": {c.key: oracle.statuses(c.paid, last=last) for c in customers},
            "segment": {c.key: oracle.segments(c.paid, last=last) for c in customers},
            "touch_tier": {c.key: oracle.tiers(c.paid, c.factors, last=last) for c in customers},
        }

    def days(self, key: str, *, at: date) -> list[Day]:
        """What happened to a customer, at the rates of that day."""
        rates = tuple(oracle.rate(currency, at) for currency in oracle.RATES)
        if (key, rates) not in self._days:
            self._days[key, rates] = oracle_months.days_of(self.movements[key], at=at)
        return self._days[key, rates]

    def now(self, attribute: str) -> dict[str, str]:
        return {key: spans[-1][1] for key, spans in self.history[attribute].items()}

    def retention(self, method: str, end: date, segment: str = TOTAL) -> Counter[str]:
        """Of the accounts that were in the segment when the twelve months began."""
        start, segments = self.windows[end], self.history["segment"]
        keys = [k for k in self.movements if segment in (TOTAL, _at(segments[k], start))]
        if method == "accounts":
            parts = [oracle_months.by_account(self.months[key, end]) for key in keys]
        else:
            parts = [
                oracle_months.by_movements(
                    self.months[key, end], self.days(key, at=end), start=start, end=end
                )
                for key in keys
            ]
        return oracle_months.retention(parts)

    def holds_for_history(self) -> None:
        for attribute, spans in self.history.items():
            assert stored_spans(attribute, known_on=self.last) == spans

    def holds_for_months(self) -> None:
        """Who had left before may be stored as a row of nothing."""
        stored = stored_months()
        assert {month for _, month in stored} <= set(self.windows)
        there = {key: month for key, month in stored.items() if month != NOBODY}
        assert there == {key: month for key, month in self.months.items() if month != NOBODY}

    def holds_for_retention(self) -> None:
        for method in METHODS:
            stored = stored_retention(method, (*COLUMNS, *RATES))
            assert {TOTAL} < {segment for _, segment in stored}
            for (end, segment), row in stored.items():
                total = self.retention(method, end, segment)
                wanted = {name: total[name] for name in COLUMNS}
                wanted |= {name: _stored(rate) for name, rate in oracle_months.rates(total).items()}
                assert row == wanted, (method, end, segment)

    def holds_for_renewals(self) -> None:
        """Of each quarter whose renewals have settled by the last day."""
        ends = [end for end in self.windows if end.month % 3 == 0]
        for until, after in pairwise(ends):
            if self.last - until < timedelta(days=GRACE):
                continue
            wanted = {
                (c.key, end): renewal
                for c in self.customers
                for end, renewal in oracle_renewals.renewals(
                    c, self.days(c.key, at=self.last), after=after, until=until, at=self.last
                ).items()
            }
            assert renewals_due(after=after, until=until, day=self.last) == wanted, until


def _at(spans: Spans, day: date) -> str:
    """The value on that day; of an account that came later, its first."""
    return next((value for since, value in reversed(spans) if since <= day), spans[0][1])


def _stored(rate: Fraction | None) -> Decimal | None:
    """Six places, half to even."""
    return None if rate is None else Decimal(round(rate * 10**6)) / 10**6
