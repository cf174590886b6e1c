"""Renewals whose term ends in a window, what became of them by a day, and what is expected."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.models import Installation
from metrics.facts.chunks import in_chunks
from metrics.facts.renewal_sql import ENDING, RUNNING
from metrics.facts.report_date import Chosen, ReportDate, judged, paid
from metrics.facts.scope import ReportScope
from metrics.models import RenewalChance
from metrics.retention.forecast import STARTING_CHANCES, Chances, expected
from metrics.retention.renewals import (
    NEVER_DUE,
    UNDECIDED,
    AccountMoney,
    EndingTerm,
    Outcome,
    RenewalState,
    Sign,
    never_due,
    outcomes,
)
from metrics.retention.windows import Window

_SHARE = Decimal("0.0001")
_INSTANT = timedelta(microseconds=1)


class RenewalRow(NamedTuple):
    """`ends_on` is None for what is paid without an end; `decides_on` the last day
    to give notice, or the end. `without_rate` is the contract's currency, where its ARR is in no
    sum."""

    account_id: int
    external_id: str
    name: str
    owner: str
    contract: str
    line: str
    ends_on: date | None
    decides_on: date | None
    decided_on: date | None
    state: RenewalState
    band: str
    at_risk: bool
    score: Decimal | None
    chance: Decimal
    arr: int
    expected: int
    without_rate: str


@dataclass(frozen=True, slots=True)
class RenewalTotal:
    """ARR in minor units of the reporting currency, and what of it is expected: what is left of it
    once that is decided."""

    state: RenewalState
    at_risk: bool
    renewals: int
    arr: int
    expected: int


@dataclass(frozen=True, slots=True)
class RenewalFilter:
    """None and False: every renewal due. What is never due is only shown by its state."""

    state: RenewalState | None = None
    at_risk: bool = False
    undecided: bool = False
    decided: bool = False

    def keeps(self, row: RenewalRow | RenewalTotal) -> bool:
        if self.state is not None:
            return row.state is self.state
        is_open = row.state in UNDECIDED
        if row.state in NEVER_DUE or (self.decided and is_open):
            return False
        return (is_open or not (self.undecided or self.at_risk)) and (
            row.at_risk or not self.at_risk
        )


def read_chances() -> Chances:
    """A table that was emptied as a whole (TRUNCATE) counts as never edited."""
    rows = list(RenewalChance.objects.values_list("lower", "chance"))
    return Chances.of(rows or STARTING_CHANCES)


class _Ending(NamedTuple):
    """A row of ENDING."""

    account_id: int
    external_id: str
    name: str
    owner: str
    contract: str
    line: str
    ends_on: date
    settles_on: date
    notice_by: date | None
    sign: str
    signed_on: date | None
    renews_itself: bool
    arr: int
    without_rate: str
    before: int
    after: int
    moved_on: date | None
    band: str
    at_risk: bool
    score: Decimal | None

    @property
    def term(self) -> EndingTerm:
        return EndingTerm(
            line=self.line,
            ends_on=self.ends_on,
            settles_on=self.settles_on,
            arr=self.arr,
            sign=Sign(self.sign),
            signed_on=self.signed_on,
            renews_itself=self.renews_itself,
            notice_by=self.notice_by,
        )


@dataclass(frozen=True, slots=True)
class RenewalsDue:
    """Renewals whose term ends within the window, and what is never due, as things stood at the
    moment, by what the scope says was known. `chosen` is a condition on contracts (c), for those
    who want a few of them; `of_any_length` counts the ends of shorter terms too."""

    scope: ReportScope
    moment: ReportDate
    window: Window
    chances: Chances
    chosen: str = "true"
    of_any_length: bool = False

    @property
    def seen(self) -> ReportDate:
        """The moment; where less was known, the day up to which it was: of what came later nobody
        could say anything. Scores are those of the moment."""
        known_before, moment = self.scope.known_before, self.moment
        if known_before is None:
            return moment
        known_on = (known_before - _INSTANT).astimezone(ZoneInfo(moment.zone)).date()
        return replace(
            moment,
            day=min(moment.day, known_on),
            scored_on=moment.scored_on or moment.day,
            is_stored=False,
        )

    def rows(self) -> list[RenewalRow]:
        """Computed from the facts: by account, then by end."""
        ending = [_Ending._make(row) for row in self._read_endings(ENDING)]
        found: list[RenewalRow] = []
        for _, of_account in groupby(ending, key=attrgetter("account_id")):
            found += self._of_account(_by_line(of_account))
        return found

    def rows_and_never_due(self) -> list[RenewalRow]:
        """Then what is paid month to month, and without an end."""
        found = self.rows()
        ahead = Counter[int]()
        for row in found:
            if row.ends_on is not None and row.ends_on > self.seen.day:
                ahead[row.account_id] += row.arr
        for values in self._read_endings(RUNNING):
            row = self._never_due(values, ahead[values[1]])
            ahead[row.account_id] += row.arr
            found.append(row)
        return found

    def _read_endings(self, query: str) -> list[tuple[Any, ...]]:
        scope, seen = self.scope, self.seen
        booked = scope.known("m.recorded_at")
        sql = query.format(
            chosen=self.chosen,
            scope=scope.condition(account="c.account_id", learned="c.learned_at"),
            following=scope.known("n.learned_at"),
            booked=booked,
            judged=judged(seen, chosen=_account_of("n" if query is RUNNING else "ending")),
            paid=paid(
                seen,
                chosen=_account_of("n"),
                known="" if scope.known_before is None else booked,
            ),
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, self.params())
            return list(cursor.fetchall())

    def params(self) -> dict[str, Any]:
        grace = Installation.current().overdue_grace_days
        return {
            **self.seen.params(),
            "after": self.window.start,
            "until": self.window.end,
            "seen_after": self.window.start - timedelta(days=1),
            "seen_until": self.window.end + timedelta(days=grace),
            "grace": grace,
            "any_length": self.of_any_length,
        }

    def _of_account(self, ending: Sequence[_Ending]) -> Iterator[RenewalRow]:
        money = [AccountMoney(row.before, row.after, row.moved_on) for row in ending]
        terms = [row.term for row in ending]
        decided = outcomes(terms, money=money, day=self.seen.day)
        for row, term, outcome in zip(ending, terms, decided, strict=True):
            # Who pays nothing has nothing to renew.
            if outcome.arr or row.without_rate or not row.arr:
                yield self._renewal_row(row, term, outcome)

    def _renewal_row(self, row: _Ending, term: EndingTerm, outcome: Outcome) -> RenewalRow:
        chance, worth = self.chances.chance(row.score), outcome.kept
        if worth is None:
            worth = expected(arr=outcome.arr, chance=chance)
        elif outcome.arr:
            chance = (Decimal(worth) / outcome.arr).quantize(_SHARE)
        else:
            chance = Decimal(outcome.state is not RenewalState.LOST)
        return RenewalRow(
            account_id=row.account_id,
            external_id=row.external_id,
            name=row.name,
            owner=row.owner,
            contract=row.contract,
            line=row.line,
            ends_on=row.ends_on,
            decides_on=term.decides_on,
            decided_on=outcome.decided_on,
            state=outcome.state,
            band=row.band,
            at_risk=row.at_risk,
            score=row.score,
            chance=chance,
            arr=outcome.arr,
            expected=worth,
            without_rate=row.without_rate,
        )

    def _never_due(self, row: tuple[Any, ...], ahead: int) -> RenewalRow:
        state, account_id, external_id, name, owner, contract, ends_on, arr, *rest = row
        without_rate, book, *h = rest
        arr = never_due(arr, book=book, due=ahead)
        band, at_risk, score = h
        return RenewalRow(
            account_id=account_id,
            external_id=external_id,
            name=name,
            owner=owner,
            contract=contract,
            line="",
            ends_on=ends_on,
            decides_on=ends_on,
            decided_on=None,
            state=RenewalState(state),
            band=band,
            at_risk=at_risk,
            score=score,
            chance=self.chances.chance(score),
            arr=arr,
            expected=0,
            without_rate=without_rate,
        )


def totals_of(rows: Iterable[RenewalRow]) -> list[RenewalTotal]:
    """By state and whether the account is at risk."""
    counts: dict[tuple[RenewalState, bool], list[int]] = {}
    for row in rows:
        sums = counts.setdefault((row.state, row.at_risk), [0, 0, 0])
        sums[0] += 1
        sums[1] += row.arr
        sums[2] += row.expected
    return [RenewalTotal(*key, *sums) for key, sums in sorted(counts.items())]


def _by_line(ending: Iterable[_Ending]) -> list[_Ending]:
    """Terms of a line that end together are one renewal; where their sources disagree about it,
    nothing is said."""
    found: list[_Ending] = []
    for row in ending:
        same = found and (found[-1].line, found[-1].ends_on) == (row.line, row.ends_on)
        if not same or found[-1].without_rate != row.without_rate:
            found.append(row)
            continue
        one = found[-1]
        agree = one.sign == row.sign
        found[-1] = one._replace(
            arr=one.arr + row.arr,
            sign=one.sign if agree else "",
            signed_on=max(filter(None, (one.signed_on, row.signed_on)), default=None),
            settles_on=max(one.settles_on, row.settles_on),
            renews_itself=one.renews_itself and row.renews_itself,
            notice_by=min(filter(None, (one.notice_by, row.notice_by)), default=None),
        )
    return found


def _account_of(outer: str) -> Chosen:
    """That of the row a lateral join is for: looked up row by row, whatever is estimated."""
    return lambda account: f"{account} = {outer}.account_id"


_STORED = """
    SELECT d.account_id, a.external_id, a.name, coalesce(u.name, p.name, '') AS owner, d.contract,
        d.line, d.ends_on, d.decides_on, d.decided_on, d.state, d.band, d.at_risk, d.score,
        d.chance, d.arr_minor, d.expected_minor, d.without_rate
    FROM metrics_contractday d
    JOIN accounts_account a ON a.id = d.account_id
    LEFT JOIN accounts_user u ON u.id = a.owner_id
    LEFT JOIN accounts_pool p ON p.id = a.pool_id
    WHERE d.day = %(day)s AND {wanted} AND {scope}
    ORDER BY d.ends_on, d.arr_minor DESC, d.contract
"""
_STORED_TOTALS = """
    SELECT d.state, d.at_risk, count(*), coalesce(sum(d.arr_minor), 0)::bigint,
        coalesce(sum(d.expected_minor), 0)::bigint
    FROM metrics_contractday d WHERE d.day = %(day)s AND {scope}
    GROUP BY d.state, d.at_risk ORDER BY d.state, d.at_risk
"""


@dataclass(frozen=True)
class RenewalReport:
    """The renewals of a window as pages ask for them: stored where the day is, else computed once
    for totals and lists."""

    due: RenewalsDue

    @cached_property
    def _renewal_rows(self) -> list[RenewalRow]:
        return self.due.rows_and_never_due()

    def totals(self) -> list[RenewalTotal]:
        if not self.due.seen.is_stored:
            return totals_of(self._renewal_rows)
        query = _STORED_TOTALS.format(scope=self._scope_condition())
        with connection.cursor() as cursor:
            cursor.execute(query, self.due.seen.params())
            rows = cursor.fetchall()
        return [RenewalTotal(RenewalState(state), *rest) for state, *rest in rows]

    def page(self, *, wanted: RenewalFilter, limit: int, offset: int) -> list[RenewalRow]:
        """The earliest end first."""
        if not self.due.seen.is_stored:
            return self._computed_list(wanted)[offset : offset + limit]
        query, params = self._stored_list_query(wanted)
        params |= {"limit": limit, "offset": offset}
        with connection.cursor() as cursor:
            cursor.execute(f"{query} LIMIT %(limit)s OFFSET %(offset)s", params)
            return [_stored_row(row) for row in cursor.fetchall()]

    def all_rows(self, *, wanted: RenewalFilter) -> Iterator[RenewalRow]:
        if not self.due.seen.is_stored:
            return iter(self._computed_list(wanted))
        return (_stored_row(row) for row in in_chunks(*self._stored_list_query(wanted)))

    def _computed_list(self, wanted: RenewalFilter) -> list[RenewalRow]:
        rows = [row for row in self._renewal_rows if wanted.keeps(row)]
        rows.sort(key=lambda row: (row.ends_on or date.max, -row.arr, row.contract))
        return rows

    def _stored_list_query(self, wanted: RenewalFilter) -> tuple[str, dict[str, Any]]:
        states = [
            state
            for state in RenewalState
            if any(wanted.keeps(RenewalTotal(state, risk, 0, 0, 0)) for risk in (True, False))
        ]
        part = "d.state = ANY(%(states)s)" + (" AND d.at_risk" if wanted.at_risk else "")
        if wanted.state is not None:
            part = "d.state = ANY(%(states)s)"
        query = _STORED.format(wanted=part, scope=self._scope_condition())
        return query, {**self.due.seen.params(), "states": [*states]}

    def _scope_condition(self) -> str:
        return self.due.scope.of_column("d.account_id")


def _stored_row(row: Sequence[Any]) -> RenewalRow:
    found = RenewalRow._make(row)
    return found._replace(state=RenewalState(found.state))
