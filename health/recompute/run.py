"""Scores a batch of accounts for one day or several: facts in, rows out, one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
from django.db import connection

from health.facts import BaseRows, FactRows, load_base, load_facts
from health.facts.rates import Currencies, read_currencies
from health.facts.scope import FactScope, Ints, number
from health.facts.sources import Feeds
from health.measures.inputs import Flags
from health.models import ClosedDay
from health.queries.assignment import NO_CARD, Assignment, assignment_input
from health.queries.installation import InstallationDay
from health.queries.lines import WatchLines, watch_lines
from health.queries.scorecards import published_card
from health.recompute import score_rows as writing
from health.recompute.crossings import Watched, judge
from health.recompute.distributions import Spread, distributions_for
from health.recompute.past_states import PastStates
from health.recompute.state import State, lock, read_state
from health.recompute.verdicts import CardVerdict, verdicts_by_day
from health.scoring import evaluate

# Locks that keep a day from closing while it is being scored (shared) and the other way round.
DAY_LOCKS = 7_342
_SINCE_START = "_since_start"
NO_CUSTOMER = NO_CARD - 1


@dataclass(frozen=True, slots=True)
class RecomputeResult:
    """What one recompute did; `passed_over` are accounts that were no customers on the day."""

    day: date
    scored: int = 0
    unscored: int = 0
    passed_over: int = 0
    crossings: int = 0
    signals: int = 0

    def plus(self, other: RecomputeResult) -> RecomputeResult:
        return RecomputeResult(
            max(self.day, other.day),
            self.scored + other.scored,
            self.unscored + other.unscored,
            self.passed_over + other.passed_over,
            self.crossings + other.crossings,
            self.signals + other.signals,
        )


@dataclass(frozen=True, slots=True)
class Run:
    """What all batches of a run share."""

    days: tuple[date, ...]
    now: datetime
    calendar: InstallationDay
    assignment: Assignment
    feeds: Feeds

    @property
    def components(self) -> int:
        return max((len(card.spec.component_keys) for card in self.assignment.cards), default=0)

    @property
    def dwell(self) -> int:
        return max((card.spec.rising_dwell for card in self.assignment.cards), default=0)

    def scope(self, account_ids: Ints, closed: Sequence[date]) -> FactScope:
        """A closed day is seen as it was known then; an open one with all that is known now."""
        is_past = len(self.days) > 1 or self.days[0] in closed
        today = self.calendar.today(self.now)
        as_known = is_past and self.days[0] < today
        first, last, zone = self.days[0], self.days[-1], self.calendar.zone
        return FactScope(account_ids, first, last, zone, as_known, open_day=today)

    @property
    def spread(self) -> Spread:
        return Spread(self.calendar.zone, self.calendar.today(self.now), self.feeds)

    def is_final(self, day: date, closed: Sequence[date]) -> bool:
        """Scores of the day only get revisions: no present state comes from them, no crossing."""
        return day in closed and day < self.calendar.today(self.now)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is known of the accounts of one transaction."""

    run: Run
    scope: FactScope
    rows: FactRows
    lines: WatchLines
    state: State
    past: PastStates
    closed: list[date]


def score_batch(run: Run, account_ids: Ints) -> RecomputeResult:
    """Runs inside the caller's transaction; `account_ids` sorted, one block of days in order."""
    lock(account_ids)
    closed = hold_days_open(run.days)
    scope = run.scope(account_ids, closed)
    is_today = scope.is_one_day and scope.first_day >= run.calendar.today(run.now)
    base = load_base(scope, with_history=not is_today)
    currencies = read_currencies(account_ids, base=run.calendar.currency)
    plans = [_chosen_cards(run, base, currencies, day) for day in run.days]
    lines = watch_lines()
    since_start = _asks_since_start(run, plans, lines)
    names = {*lines.measures, *(key for c in run.assignment.cards for key in c.spec.raw_keys)}
    facts = load_facts(
        scope,
        base=base,
        feeds=run.feeds,
        since_start=since_start,
        names=names,
        distributions=distributions_for(run.days, names=names, using=run.spread),
    )
    state = read_state(
        scope, day=run.days[-1], components=run.components, lines=lines.ids, dwell=run.dwell
    )
    past = PastStates.none_yet(state)
    batch = _Batch(run, scope, facts, lines, state, past, closed)
    by_day = dict(zip(run.days, plans, strict=True))
    verdicts = verdicts_by_day(cards=run.assignment.cards, chosen=by_day, rows=facts, lines=lines)
    judged = [
        part
        for day, chosen in by_day.items()
        for part in _judge_day(batch, day, verdicts[day], np.flatnonzero(chosen == NO_CARD))
    ]
    crossings, signals = _write_judged(batch, judged) if judged else (0, 0)
    return _recompute_result(run, judged, len(account_ids), crossings, signals)


def _recompute_result(
    run: Run, judged: list[writing.Judged], accounts: int, crossings: int, signals: int
) -> RecomputeResult:
    total = sum(len(part.account_ids) for part in judged)
    scored = sum(int(part.evaluation.is_scored.sum()) for part in judged)
    passed_over = accounts * len(run.days) - total
    return RecomputeResult(run.days[-1], scored, total - scored, passed_over, crossings, signals)


def hold_days_open(days: Sequence[date]) -> list[date]:
    """Days of these that are closed; the others stay open until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, d) FROM unnest(%s::integer[]) d",
            [DAY_LOCKS, [number(day) for day in days]],
        )
    return list(ClosedDay.objects.filter(day__in=days).values_list("day", flat=True))


def _chosen_cards(run: Run, base: BaseRows, currencies: Currencies, day: date) -> Ints:
    """Which card each account gets on the day: NO_CARD without a rule, NO_CUSTOMER for the rest."""
    standing = assignment_input(base, day=day, currencies=currencies)
    is_customer = base.profiles.on(day).is_customer(day)
    return np.where(is_customer, run.assignment.choose(standing), NO_CUSTOMER)


def _asks_since_start(run: Run, plans: list[Ints], lines: WatchLines) -> Flags:
    """Accounts under a card that looks back to the start of the contract, on any of the days; all
    of them where a line does."""
    if any(key.endswith(_SINCE_START) for key in lines.measures):
        return np.ones(len(plans[0]), dtype=np.bool_)
    asking = [
        position
        for position, card in enumerate(run.assignment.cards)
        if any(key.endswith(_SINCE_START) for key in card.spec.raw_keys)
    ]
    return np.asarray(np.isin(np.vstack(plans), asking).any(axis=0), dtype=np.bool_)


def _judge_day(
    batch: _Batch, day: date, verdicts: Sequence[CardVerdict], unruled: Ints
) -> Iterator[writing.Judged]:
    """`unruled` are the customers that no rule gives a scorecard."""
    for each in verdicts:
        part, is_present = _state_before(batch, each.accounts, day)
        yield _settle_verdict(batch, day, part, is_present, each)
    yield from _without_rule(batch, day, unruled)


def _without_rule(batch: _Batch, day: date, accounts: Ints) -> Iterator[writing.Judged]:
    """Customers that no rule gives a scorecard lose their score, under the card that judged them
    last; who was never judged stays so."""
    part, is_present = _state_before(batch, accounts, day)
    for card_id in np.unique(part.card_id[part.card_id != NO_CARD]).tolist():
        rows, card = np.flatnonzero(part.card_id == card_id), published_card(card_id)
        nothing = np.full((len(rows), len(card.spec.raw_keys)), np.nan)
        lines = np.full((len(rows), len(batch.lines)), np.nan)
        verdict = CardVerdict(
            accounts[rows],
            card,
            evaluate(card.spec, nothing),
            np.zeros(len(rows), dtype=np.bool_),
            Watched(batch.lines.specs, lines),
            has_rule=False,
        )
        state = part.take(rows).widened(len(card.spec.component_keys))
        yield _settle_verdict(batch, day, state, is_present[rows], verdict)


def _state_before(batch: _Batch, accounts: Ints, day: date) -> tuple[State, Flags]:
    """What the day is compared with, as a copy, and for whom it is the present state."""
    part = batch.state.take(accounts)
    is_final = batch.run.is_final(day, batch.closed)
    is_present = (part.day <= number(day)) & (not is_final)
    if not is_present.all():
        ids = batch.scope.account_ids[accounts]
        batch.past.restore(part, accounts, ids, ~is_present, day=day)
    return part, is_present


def _settle_verdict(
    batch: _Batch, day: date, part: State, is_present: Flags, verdict: CardVerdict
) -> writing.Judged:
    """Moves the state to the verdict, and keeps it for the days that follow."""
    crossings = judge(
        card=verdict.card,
        state=part,
        evaluation=verdict.evaluation,
        too_new=verdict.too_new,
        watched=verdict.watched,
        day=number(day),
    )
    kept = np.flatnonzero(is_present)
    batch.state.put(verdict.accounts[kept], part.take(kept))
    batch.past.keep(part, verdict.accounts, ~is_present)
    return writing.Judged(
        batch.scope.account_ids[verdict.accounts],
        day,
        verdict.card,
        verdict.evaluation,
        part,
        [crossing for crossing in crossings if is_present[crossing.change.row]],
        is_present.astype(np.int64),
        (~is_present).astype(np.int64),
        verdict.has_rule,
    )


def _write_judged(batch: _Batch, judged: list[writing.Judged]) -> tuple[int, int]:
    run = batch.run
    writing.stage(_latest_is_present(batch.scope, judged))
    has_final = any(part.is_final.any() for part in judged)
    writing.write_history(closed=batch.closed, has_final=has_final, now=run.now)
    writing.write_current(lines=batch.lines.ids, now=run.now)
    return writing.write_crossings(judged, calendar=run.calendar, now=run.now)


def _latest_is_present(scope: FactScope, judged: list[writing.Judged]) -> list[writing.Judged]:
    """Of several days, an account's last one is its present state."""
    latest = np.full(len(scope), -1)
    places = [np.searchsorted(scope.account_ids, part.account_ids) for part in judged]
    for position, (part, place) in enumerate(zip(judged, places, strict=True)):
        latest[place[part.is_present == 1]] = position
    return [
        replace(part, is_present=(latest[place] == position).astype(np.int64))
        for position, (part, place) in enumerate(zip(judged, places, strict=True))
    ]
