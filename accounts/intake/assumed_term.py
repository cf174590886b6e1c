"""Automatic renewals that are taken for granted: which one nothing shows yet, and its price."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import count

from accounts.intake.contract_terms import add_months

LISTED_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class AssumedTerm:
    """`ends_on` as agreed; `renewal_on`: the next end of what is assumed; `uplift` is a share."""

    ends_on: date
    renewal_on: date
    months: int
    arr: int
    uplift: Decimal = Decimal(0)

    def renewals(self) -> Iterator[date]:
        """The days on which it renewed itself."""
        for number in count():
            day = add_months(self.ends_on, number * self.months)
            if day >= self.renewal_on:
                return
            yield day

    def unconfirmed(self, *, shown_on: date | None, day: date) -> date | None:
        """The first renewal that nothing shows: `shown_on` is the latest day of an invoice or of a
        renewal that somebody confirmed. None until 30 days after it."""
        for renewed_on in self.renewals():
            if shown_on is None or renewed_on > shown_on:
                return renewed_on if renewed_on + LISTED_AFTER <= day else None
        return None

    @property
    def arr_now(self) -> int:
        """Rounded at each renewal, as the ledger does."""
        arr = Decimal(self.arr)
        for _ in self.renewals():
            arr = (arr * (1 + self.uplift)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
        return int(arr)
