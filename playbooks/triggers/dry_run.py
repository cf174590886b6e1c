"""What a playbook would have done, had it been in force: asked of each occasion in order of time,
as firing asks. Pure.

A play that would have started is taken to run `length`; nothing else is known of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from playbooks.triggers.conditions import fits
from playbooks.triggers.decisions import suppression_for
from playbooks.triggers.path import Node, successors
from playbooks.triggers.rules import AccountState, OpenPlay, Rule

QUEUED = "cap"


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a trigger would have been pulled; `score` and `band` as they were then."""

    account_id: int
    at: datetime
    trigger: str
    contract: str = ""
    score: Decimal | None = None
    band: str = ""


@dataclass(frozen=True, slots=True)
class PastSpan:
    """From `begins` up to before `ends`; None: it goes on."""

    begins: datetime
    ends: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.begins <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True)
class PlaySpan:
    """A play of another playbook of the family that really ran."""

    play: OpenPlay
    span: PastSpan


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of an account beside how it stands today."""

    overrides: tuple[PastSpan, ...] = ()
    plays: tuple[PlaySpan, ...] = ()


_NO_PAST = Past()


@dataclass(frozen=True, slots=True)
class DryRunOutcome:
    """`reason` empty: it would have started; QUEUED: it would have waited for room."""

    occasion: Occasion
    csm_id: int | None
    reason: str = ""


def dry_run(
    *,
    occasions: Iterable[Occasion],
    rule: Rule,
    account_states: Mapping[int, AccountState],
    pasts: Mapping[int, Past],
    length: timedelta,
) -> list[DryRunOutcome]:
    """One for each occasion on an account that the playbook is for, in order of time."""
    started: dict[int, datetime] = {}
    opened: Counter[tuple[int | None, date]] = Counter()
    found = []
    for occasion in sorted(occasions, key=lambda each: (each.at, each.account_id, each.trigger)):
        account_state = account_states.get(occasion.account_id)
        if account_state is None:
            continue
        began = started.get(occasion.account_id)
        past = pasts.get(occasion.account_id, _NO_PAST)
        then = _as_it_stood(account_state, rule, past, occasion, began, length)
        if not fits(conditions=rule.conditions, account_state=then, contract=occasion.contract):
            continue
        trigger = rule.trigger(occasion.trigger)
        held = suppression_for(rule=rule, trigger=trigger, account_state=then, now=occasion.at)
        csm_id = rule.counts_for(then.csm_id)
        slot = (csm_id, occasion.at.date())
        is_full = rule.cap_per_csm_day is not None and opened[slot] >= rule.cap_per_csm_day
        reason = held.value if held else QUEUED if is_full else ""
        if held is None:
            started[occasion.account_id] = occasion.at
        if not reason:
            opened[slot] += 1
        found.append(DryRunOutcome(occasion, csm_id, reason))
    return found


def _as_it_stood(
    account_state: AccountState,
    rule: Rule,
    past: Past,
    occasion: Occasion,
    began: datetime | None,
    length: timedelta,
) -> AccountState:
    at = occasion.at
    plays = [each.play for each in past.plays if each.span.holds(at)]
    ended: tuple[tuple[str, datetime], ...] = ()
    if began is not None and at < began + length:
        plays.append(OpenPlay(rule.key, rule.family, rule.severity))
    elif began is not None:
        ended = ((rule.key, began + length),)
    return replace(
        account_state,
        score=occasion.score,
        band=occasion.band,
        is_overridden=any(span.holds(at) for span in past.overrides),
        open_plays=tuple(plays),
        queued=frozenset(),
        ended=ended,
    )


@dataclass(frozen=True, slots=True)
class DryRunTally:
    """`weeks`: starts by the Monday of their week, empty weeks too. `most_a_week`: for one CSM."""

    started: int
    queued: int
    held_back: tuple[tuple[str, int], ...]
    most_a_week: int
    weeks: tuple[tuple[date, int], ...]

    @property
    def suppressed(self) -> int:
        return sum(count for _, count in self.held_back)


def tally(outcomes: Sequence[DryRunOutcome], *, since: date, until: date) -> DryRunTally:
    """Of the days from `since` to `until`."""
    starts = [each for each in outcomes if not each.reason]
    reasons = Counter(each.reason for each in outcomes if each.reason not in ("", QUEUED))
    weeks = Counter(_monday_of(each.occasion.at.date()) for each in starts)
    loads = Counter(
        (each.csm_id, _monday_of(each.occasion.at.date())) for each in starts if each.csm_id
    )
    mondays = []
    day = _monday_of(since)
    while day <= until:
        mondays.append(day)
        day += timedelta(days=7)
    return DryRunTally(
        started=len(starts),
        queued=sum(1 for each in outcomes if each.reason == QUEUED),
        held_back=tuple(reasons.most_common()),
        most_a_week=max(loads.values(), default=0),
        weeks=tuple((monday, weeks[monday]) for monday in mondays),
    )


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def most_on_a_path(nodes: Sequence[Node], weights: Sequence[int]) -> int:
    """The largest sum of weights on a way from the first step to the end.

    >>> most_on_a_path([Node("a"), Node("b")], [1, 1])
    2
    """
    best: dict[int, int] = defaultdict(int)
    for index in reversed(range(len(nodes))):
        best[index] = weights[index] + max(
            (best[each] for each in successors(nodes, index)), default=0
        )
    return best[0]
