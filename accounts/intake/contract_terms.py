"""A contract term as the ledger sees it, and the arithmetic of its months. Ends are exclusive;
amounts are ARR in minor units of the term's currency."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple


class ContractTerm(NamedTuple):
    """A contract as the ledger sees it.

    `ends_on` is exclusive, None for an open-ended one. `cancelled_on`: the day on which a
    cancellation takes effect; one that renews itself goes on to that day. `uplift` is a share: 0.05
    for five per cent. `quantity`: seats or other units it is priced by, None where nobody says how
    many. `replaces`: its source says that it takes the place of the terms that run
    when it starts (True) or counts beside them (False); None: nobody has said.
    """

    key: int
    starts_on: date
    ends_on: date | None
    arr: int
    currency: str
    subscription: str = ""
    product: str = ""
    deal: str = ""
    renews: int | None = None
    cancelled_on: date | None = None
    auto_renews: bool = False
    renewal_months: int = 12
    uplift: Decimal = Decimal(0)
    replaces: bool | None = None
    quantity: int | None = None
    is_assumed: bool = False

    @property
    def end(self) -> date | None:
        """The first day it does not cover; a cancellation may come before the agreed end."""
        if self.cancelled_on is None:
            return self.ends_on
        return self.cancelled_on if self.ends_on is None else min(self.ends_on, self.cancelled_on)

    @property
    def is_cancelled(self) -> bool:
        """Whether it ends for good on its end, so that nothing is overdue."""
        if self.cancelled_on is None:
            return False
        return not self.auto_renews or self.cancelled_on == self.end

    def ends_after(self, day: date) -> bool:
        end = self.end
        return end is None or end > day


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def end_by_notice(ends_on: date, *, notice_on: date, notice_days: int, renewal_months: int) -> date:
    """The end of a term that renews itself: the first for which notice was given in time,
    `notice_days` days before it or earlier."""
    number = 0
    while (end := add_months(ends_on, number * renewal_months)) - notice_on < timedelta(
        days=notice_days
    ):
        number += 1
    return end
