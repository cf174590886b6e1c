"""One report straight from the ledger: any window, any cut, any filter, as known on any day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from accounts.models import User
from metrics.facts.attributes import Cut, read_cut
from metrics.facts.ledger import RateTable, read_ledger, read_rates
from metrics.facts.scope import Scope
from metrics.retention.attributes import UNKNOWN, start_quarters, values_on
from metrics.retention.money import Integers
from metrics.retention.positions import Method, Retention
from metrics.retention.series import LedgerArrays, MonthPair, movement_parts, position_series
from metrics.retention.vectors import Flags, PositionArrays, net_parts, retention_by_group
from metrics.retention.windows import Window

NOT_RECORDED = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Accounts whose value of the cut, as it was at the start, is this one."""

    cut: Cut
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    window: Window
    base: str
    by: Cut = Cut.SEGMENT
    filters: tuple[Filter, ...] = ()
    method: Method = Method.BY_ACCOUNT
    known_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    value: str
    retention: Retention


@dataclass(frozen=True, slots=True)
class Report:
    total: Retention
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """Every account of a report, one array element each; `chosen` are those the filters leave."""

    question: Question
    scope: Scope
    ledger: LedgerArrays
    pair: MonthPair
    arrays: PositionArrays
    parts: Integers
    groups: Integers
    values: tuple[str, ...]
    chosen: Flags = field(repr=False)

    def report(self) -> Report:
        """Groups in the order of their starting ARR; those in which nobody paid are left out."""
        count = len(self.values)
        groups = np.where(self.chosen, self.groups % count, count)
        summed = retention_by_group(
            arrays=self.arrays, groups=groups, count=count + 1, parts=self.parts
        )[:count]
        rows = [
            Group(value=value, retention=found)
            for value, found in zip(self.values, summed, strict=True)
            if found != Retention()
        ]
        rows.sort(key=lambda row: (-row.retention.bridge.start, row.value))
        return Report(total=sum(summed, Retention()), groups=tuple(rows))


def read_book(*, question: Question, user: User) -> Book:
    """Raises metrics.facts.ledger.MissingRateError."""
    scope = Scope.of(user=user, known_before=question.known_before)
    return book_of(question=question, scope=scope, rates=read_rates(base=question.base))


def retention(*, question: Question, user: User) -> Report:
    return read_book(question=question, user=user).report()


def book_of(*, question: Question, scope: Scope, rates: RateTable) -> Book:
    window = question.window
    ledger = read_ledger(until=window.end, rates=rates, scope=scope)
    pair = pair_of(window=window, rates=rates)
    (arrays,) = position_series(ledger=ledger, pairs=[pair])
    by_movements = question.method is Method.BY_MOVEMENTS
    groups, values = _cut(question.by, ledger=ledger, pair=pair, scope=scope)
    return Book(
        question=question,
        scope=scope,
        ledger=ledger,
        pair=pair,
        arrays=arrays,
        parts=movement_parts(ledger=ledger, pair=pair) if by_movements else net_parts(arrays),
        groups=groups,
        values=values,
        chosen=_chosen(question.filters, ledger=ledger, pair=pair, scope=scope),
    )


def pair_of(*, window: Window, rates: RateTable) -> MonthPair:
    """A report converts at the rates of its last day."""
    return MonthPair(
        start=window.start.toordinal(), end=window.end.toordinal(), rates=rates.on(window.end)
    )


def _cut(
    cut: Cut, *, ledger: LedgerArrays, pair: MonthPair, scope: Scope
) -> tuple[Integers, tuple[str, ...]]:
    """Each account's value as an index; the last value stands for "not recorded" (index -1)."""
    if cut is Cut.START_QUARTER:
        return start_quarters(ledger)
    history = read_cut(cut=cut, scope=scope)
    found = values_on(history=history, accounts=ledger.accounts, day=pair.start)
    return found, (*history.values, NOT_RECORDED)


def _chosen(
    filters: Sequence[Filter], *, ledger: LedgerArrays, pair: MonthPair, scope: Scope
) -> Flags:
    chosen = np.ones(len(ledger.accounts), dtype=np.bool_)
    for wanted in filters:
        found, values = _cut(wanted.cut, ledger=ledger, pair=pair, scope=scope)
        # A value nobody ever had matches nobody.
        index = values.index(wanted.value) if wanted.value in values else len(values)
        is_last = wanted.value == NOT_RECORDED
        chosen &= (found == index) | (is_last & (found == UNKNOWN))
    return chosen
