"""Many month-ends at once: the positions of every account and the segment each had."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from accounts.money.conversion import Integers
from accounts.money.rates import RateTable
from metrics.definitions import Method, Retention
from metrics.facts.attributes import NOT_KNOWN, Cut, read_cut
from metrics.facts.ledger import read_ledger
from metrics.facts.scope import ReportScope
from metrics.retention.attributes import values_on
from metrics.retention.movements import CountedMovements, changes_of
from metrics.retention.series import MonthPair, position_series
from metrics.retention.vectors import PositionArrays
from metrics.retention.windows import months_before

TRAILING_MONTHS = 12


@dataclass(frozen=True, slots=True)
class MonthPositions:
    """The twelve months that end on `month`; `segments` are indices into `names`, from the end
    where no segment is known."""

    month: date
    accounts: Integers
    arrays: PositionArrays
    movements: CountedMovements
    pair: MonthPair
    segments: Integers
    names: tuple[str, ...]

    def retention(self, method: Method) -> dict[str, Retention]:
        """By segment; one in which nobody paid at either end is left out."""
        count = len(self.names)
        counted = changes_of(
            method=method, positions=self.arrays, movements=self.movements, pair=self.pair
        )
        summed = counted.by_group(groups=self.segments % count, count=count)
        named = zip(self.names, summed, strict=True)
        return {name: found for name, found in named if found != Retention()}


def read_months(
    *, months: Sequence[date], rates: RateTable, scope: ReportScope
) -> Iterator[MonthPositions]:
    """One pass over the ledger for all of them."""
    if not months:
        return
    ledger = read_ledger(until=max(months), rates=rates, scope=scope)
    history = read_cut(cut=Cut.SEGMENT, scope=scope)
    pairs = [_month_pair(month, rates) for month in months]
    series = position_series(ledger=ledger, pairs=pairs)
    movements = CountedMovements(ledger)
    for month, pair, arrays in zip(months, pairs, series, strict=True):
        yield MonthPositions(
            month=month,
            accounts=ledger.accounts,
            arrays=arrays,
            movements=movements,
            pair=pair,
            segments=values_on(
                history=history,
                accounts=ledger.accounts,
                day=pair.start,
                was_there=arrays.start > 0,
            ),
            names=(*history.values, *NOT_KNOWN),
        )


def _month_pair(month: date, rates: RateTable) -> MonthPair:
    start = months_before(end=month, months=TRAILING_MONTHS)
    return MonthPair(start=start.toordinal(), end=month.toordinal(), rates=rates.on(month).factors)
