"""One report straight from the ledger: any window, any cut, any filter, as known on any day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from accounts.models import Account, User
from accounts.money.conversion import Integers
from accounts.money.rates import RateTable
from accounts.queries.rates import rate_table
from metrics.definitions import Method, Retention
from metrics.facts.attributes import NOT_KNOWN, Cut, read_cut
from metrics.facts.ledger import read_ledger
from metrics.facts.scope import ReportScope
from metrics.facts.stored_positions import stored_positions
from metrics.retention.attributes import UNKNOWN, start_quarters, values_on
from metrics.retention.movements import CountedMovements, changes_of
from metrics.retention.series import LedgerArrays, MonthPair, position_series
from metrics.retention.vectors import AccountChanges, Flags, PositionArrays, net_changes
from metrics.retention.windows import Window


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


POOL = "pool:"
"""Before the id of a pool, as a value of the CSM cut."""


@dataclass(frozen=True, slots=True)
class GroupRetention:
    value: str
    retention: Retention


@dataclass(frozen=True, slots=True)
class Report:
    total: Retention
    groups: tuple[GroupRetention, ...]


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """Every account of a report, one array element each; `chosen` are those the filters leave.

    `movements` is None where the stored months had the positions already.
    """

    question: Question
    scope: ReportScope
    rates: RateTable
    accounts: Integers
    movements: CountedMovements | None
    pair: MonthPair
    counted: AccountChanges
    groups: Integers
    values: tuple[str, ...]
    chosen: Flags = field(repr=False)

    def report(self) -> Report:
        """Groups in the order of their starting ARR, start quarters in that of time; those in which
        nobody paid are left out."""
        count = len(self.values)
        groups = np.where(self.chosen, self.groups % count, count)
        summed = self.counted.by_group(groups=groups, count=count + 1)[:count]
        rows = [
            GroupRetention(value=value, retention=found)
            for value, found in zip(self.values, summed, strict=True)
            if found != Retention()
        ]
        is_by_time = self.question.by is Cut.START_QUARTER
        rows.sort(key=lambda row: (0 if is_by_time else -row.retention.bridge.start, row.value))
        return Report(total=sum(summed, Retention()), groups=tuple(rows))


def read_report(*, question: Question, user: User) -> LedgerReport:
    scope = ReportScope.of(user=user, known_before=question.known_before)
    return ledger_report_of(question=question, scope=scope, rates=rate_table(base=question.base))


def retention(*, question: Question, user: User) -> Report:
    return read_report(question=question, user=user).report()


def ledger_report_of(*, question: Question, scope: ReportScope, rates: RateTable) -> LedgerReport:
    pair = pair_of(window=question.window, rates=rates)
    accounts, positions, ledger = _positions_and_ledger(
        question, pair=pair, scope=scope, rates=rates
    )
    cuts = _Cuts(accounts=accounts, positions=positions, ledger=ledger, pair=pair, scope=scope)
    movements = None if ledger is None else CountedMovements(ledger)
    groups, values = cuts.of(question.by)
    return LedgerReport(
        question=question,
        scope=scope,
        rates=rates,
        accounts=accounts,
        movements=movements,
        pair=pair,
        counted=_account_changes(
            question.method, pair=pair, positions=positions, movements=movements
        ),
        groups=groups,
        values=values,
        chosen=cuts.chosen(question.filters),
    )


def pair_of(*, window: Window, rates: RateTable) -> MonthPair:
    """A report converts at the rates of its last day."""
    return MonthPair(
        start=window.start.toordinal(),
        end=window.end.toordinal(),
        rates=rates.on(window.end).factors,
    )


def _needs_ledger(question: Question) -> bool:
    cuts = {question.by, *(wanted.cut for wanted in question.filters)}
    return question.method is Method.BY_MOVEMENTS or Cut.START_QUARTER in cuts


def _positions_and_ledger(
    question: Question, *, pair: MonthPair, scope: ReportScope, rates: RateTable
) -> tuple[Integers, PositionArrays, LedgerArrays | None]:
    if not _needs_ledger(question):
        stored = stored_positions(window=question.window, rates=rates, scope=scope)
        if stored is not None:
            return (*stored, None)
    ledger = read_ledger(until=question.window.end, rates=rates, scope=scope)
    (positions,) = position_series(ledger=ledger, pairs=[pair])
    return ledger.accounts, positions, ledger


def _account_changes(
    method: Method,
    *,
    pair: MonthPair,
    positions: PositionArrays,
    movements: CountedMovements | None,
) -> AccountChanges:
    if movements is None:  # stored months answer by account
        return AccountChanges(positions=positions, changes=net_changes(positions))
    return changes_of(method=method, positions=positions, movements=movements, pair=pair)


@dataclass(frozen=True, slots=True)
class _Cuts:
    """What the accounts of a report are grouped and filtered by."""

    accounts: Integers
    positions: PositionArrays
    ledger: LedgerArrays | None
    pair: MonthPair
    scope: ReportScope

    def of(self, cut: Cut) -> tuple[Integers, tuple[str, ...]]:
        """Each account's value as an index; those of `NOT_KNOWN` come last."""
        if cut is Cut.START_QUARTER and self.ledger is not None:
            return start_quarters(self.ledger)
        history = read_cut(cut=cut, scope=self.scope)
        found = values_on(
            history=history,
            accounts=self.accounts,
            day=self.pair.start,
            was_there=self.positions.start > 0,
        )
        if cut is Cut.CSM:
            return self._with_pools(found, history.values)
        return found, (*history.values, *NOT_KNOWN)

    def _with_pools(
        self, found: Integers, values: tuple[str, ...]
    ) -> tuple[Integers, tuple[str, ...]]:
        """Accounts that nobody owned are those of the pool they are in now: a pool has no
        history."""
        pooled = dict(
            Account.objects.filter(pool__isnull=False).order_by("pk").values_list("pk", "pool")
        )
        pools = sorted(set(pooled.values()))
        places = {pool: len(values) + place for place, pool in enumerate(pools)}
        unowned = np.flatnonzero(found == UNKNOWN)
        found = found.copy()
        found[unowned] = [
            places[pooled[pk]] if pk in pooled else UNKNOWN
            for pk in self.accounts[unowned].tolist()
        ]
        return found, (*values, *(f"{POOL}{pool}" for pool in pools), *NOT_KNOWN)

    def chosen(self, filters: Sequence[Filter]) -> Flags:
        chosen = np.ones(len(self.accounts), dtype=np.bool_)
        for wanted in filters:
            found, values = self.of(wanted.cut)
            # A value nobody ever had matches nobody.
            index = values.index(wanted.value) if wanted.value in values else len(values)
            chosen &= found % len(values) == index
        return chosen
