"""On which accounts the reason of a playbook is true already: nothing rings for them, so a person
starts it there. One statement a kind; events, cadences, launches and
solved tickets are no states, and are true of nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from accounts.catalogue import LEAST_RENEWAL_MONTHS, ActorClass, SignalKind
from health.models import WatchLine
from health.scoring import WHOLE_SCORE
from health.scoring.readiness import Readiness
from health.signals import Direction
from playbooks.engine.bulk_start import Wanted
from playbooks.engine.occurrences import Occurred, occurrences
from playbooks.preview.account_slices import states_in_slices
from playbooks.triggers.conditions import fits
from playbooks.triggers.decisions import suppression_for
from playbooks.triggers.rules import AccountState, Rule, Trigger
from playbooks.triggers.time_triggers import (
    AfterChurn,
    AudienceEntry,
    ContractMark,
    NotStarted,
    Occurrence,
    ScoreFall,
    Silence,
    Unpaid,
    Untouched,
)
from playbooks.triggers.vocabulary import TriggerKind

# What is older has been dealt with otherwise.
_YEAR = timedelta(days=365)

_IN_BAND = """
    SELECT account_id FROM health_currenthealth
    WHERE band = ANY (%(bands)s) AND score IS NOT NULL ORDER BY account_id
"""
_BEYOND = """
    SELECT account_id FROM health_currenthealth
    WHERE CASE WHEN %(falls)s THEN score < %(line)s ELSE score >= %(line)s END ORDER BY account_id
"""
_BEYOND_A_WATCHED_LINE = """
    SELECT account_id FROM health_currenthealth
    WHERE lines @> ARRAY[%(line)s] AND line_sides[array_position(lines, %(line)s)] = %(side)s
    ORDER BY account_id
"""
_FALLEN = """
    SELECT c.account_id, o.score, c.score
    FROM health_currenthealth c
    CROSS JOIN LATERAL (
        SELECT h.score, h.scorecard_id FROM health_healthscore h
        WHERE h.account_id = c.account_id AND h.day = c.day - %(within)s
        ORDER BY h.revision DESC LIMIT 1
    ) o
    WHERE o.scorecard_id = c.scorecard_id AND c.score <= o.score - %(points)s
    ORDER BY c.account_id
"""
# Of several contracts the one whose date is nearest.
_MARKED = """
    SELECT DISTINCT ON (c.account_id) c.account_id, c.external_id, d.on_day, d.on_day - %(day)s
    FROM accounts_contract c
    CROSS JOIN LATERAL (
        SELECT CASE %(date)s WHEN 'start' THEN c.starts_on
            WHEN 'end' THEN coalesce(c.renewal_on, c.ends_on)
            ELSE coalesce(c.renewal_on, c.ends_on) - coalesce(c.notice_days, 0) END AS on_day
    ) d
    WHERE c.state = 'active' AND c.cancelled_on IS NULL AND c.notice_given_on IS NULL
        AND c.term_months >= %(least)s AND d.on_day >= %(day)s AND d.on_day + %(after)s <= %(day)s
    ORDER BY c.account_id, d.on_day, c.id
"""
# Who has not used it within a year has left it otherwise.
_SILENT = """
    SELECT account_id, max(day) FROM accounts_usageday
    WHERE actor = %(person)s AND events > 0 AND day > %(day)s - 365
    GROUP BY account_id HAVING max(day) <= %(day)s - %(silent)s ORDER BY account_id
"""
# At the latest look, which an account that left has none of. An older one says nothing of today.
_READINESS = """
    SELECT account_id FROM health_readinesslook
    WHERE day = (SELECT max(day) FROM health_readinesslook WHERE day <= %(day)s)
        AND day > %(day)s - 14 AND readiness = %(readiness)s ORDER BY account_id
"""
_READINESS_OF = {
    SignalKind.EXPANSION_READY: Readiness.READY,
    SignalKind.EXPANSION_NEEDS_TALKS: Readiness.CONVERSATIONS_FIRST,
    SignalKind.EXPANSION_NEEDS_PEOPLE: Readiness.STAKEHOLDERS_FIRST,
}
_MEMBERS = """
    SELECT m.account_id, m.since, v.name
    FROM accounts_savedview v JOIN accounts_audiencemember m ON m.audience_id = v.id
    WHERE v.key = %(audience)s AND m.left_on IS NULL ORDER BY m.account_id
"""


@dataclass(frozen=True, slots=True)
class WouldStart:
    """An account on which it would start now, were it asked."""

    wanted: Wanted
    account_state: AccountState


def would_start_now(rule: Rule, *, day: date, now: datetime) -> list[WouldStart]:
    """By ARR, the largest first: what nothing holds back, by the first trigger that is true."""
    true = accounts_where_true(rule, day=day)
    found = [
        each
        for account_states in states_in_slices(sorted(true), rule=rule, day=day)
        for each in what_nothing_holds_back(account_states, rule=rule, true=true, now=now)
    ]
    return sorted(
        found, key=lambda each: (-each.account_state.arr_minor, each.account_state.account_id)
    )


def accounts_where_true(rule: Rule, *, day: date) -> dict[int, Wanted]:
    """By account, of its first trigger that is true: whatever holds it back."""
    true: dict[int, Wanted] = {}
    for trigger in rule.triggers:
        for wanted in _where_trigger_is_true(trigger, day):
            true.setdefault(wanted.account_id, wanted)
    return true


def what_nothing_holds_back(
    account_states: Mapping[int, AccountState],
    *,
    rule: Rule,
    true: Mapping[int, Wanted],
    now: datetime,
) -> Iterator[WouldStart]:
    for account_id, account_state in account_states.items():
        wanted = true[account_id]
        contract = str(wanted.saw.get("contract", ""))
        held = suppression_for(
            rule=rule, trigger=wanted.trigger, account_state=account_state, now=now
        )
        if held is None and fits(
            conditions=rule.conditions, account_state=account_state, contract=contract
        ):
            yield WouldStart(wanted, account_state)


def _where_trigger_is_true(trigger: Trigger, day: date) -> Iterator[Wanted]:
    match trigger.moment:
        case ContractMark(date=which, days=after):
            told = {"date": which.value, "after": after, "day": day}
            for account, contract, on, left in _fetch_rows(
                _MARKED, least=LEAST_RENEWAL_MONTHS, **told
            ):
                seen = {"contract": contract, "on": on.isoformat(), "days_left": left}
                yield Wanted(account, trigger, {"kind": trigger.moment.signal.value, **seen})
        case Silence(days=silent):
            person = ActorClass.PERSON.number
            for account, used in _fetch_rows(_SILENT, person=person, day=day, silent=silent):
                seen = {"last_used": used.isoformat()}
                yield Wanted(account, trigger, {"kind": trigger.moment.signal.value, **seen})
        case ScoreFall(points=points, within_days=within):
            for account, before, score in _fetch_rows(_FALLEN, points=points, within=within):
                seen = {"score_before": str(before), "score": str(score)}
                yield Wanted(account, trigger, {"kind": trigger.moment.signal.value, **seen})
        case NotStarted() | Untouched() | Unpaid() | AfterChurn() | AudienceEntry() as moment:
            found = _true_since(moment, day)
            told = {"kind": moment.signal.value}
            yield from (Wanted(each.account_id, trigger, told | each.seen) for each in found)
        case _:
            yield from (
                Wanted(pk, trigger, {"kind": "in_bulk"})
                for (pk,) in _accounts_in_state(trigger, day)
            )


def _true_since(moment: Occurrence, day: date) -> Iterator[Occurred]:
    """Of an audience all its members, also those of the day it began."""
    if not isinstance(moment, AudienceEntry):
        yield from occurrences(moment, since=day - _YEAR, until=day, still=True)
        return
    for account, since, name in _fetch_rows(_MEMBERS, audience=moment.audience):
        seen = {"audience": moment.audience, "name": name, "on": since.isoformat()}
        yield Occurred(account, since, seen)


def _accounts_in_state(trigger: Trigger, day: date) -> Sequence[tuple[Any, ...]]:
    if trigger.kind is not TriggerKind.SIGNAL:
        return _accounts_beyond_line(trigger)
    readiness = next((of for kind, of in _READINESS_OF.items() if kind == trigger.signal), None)
    return _fetch_rows(_READINESS, day=day, readiness=readiness.value) if readiness else []


def _accounts_beyond_line(trigger: Trigger) -> Sequence[tuple[Any, ...]]:
    falls, line = trigger.direction is Direction.DOWN, trigger.line
    if line is not None and line.subject == WHOLE_SCORE:
        return _fetch_rows(_BEYOND, falls=falls, line=line.value)
    if line is not None:
        watched = WatchLine.objects.filter(subject=line.subject, value=line.value).first()
        side = 1 if falls else 0
        return _fetch_rows(_BEYOND_A_WATCHED_LINE, line=watched.pk, side=side) if watched else []
    if trigger.kind is TriggerKind.CROSSING and trigger.subject == WHOLE_SCORE and trigger.targets:
        return _fetch_rows(_IN_BAND, bands=list(trigger.targets))
    return []


def _fetch_rows(query: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())
