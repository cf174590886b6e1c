"""When the triggers of a playbook would have been pulled: one statement a kind, from what is known
today of those days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.catalogue import LEAST_RENEWAL_MONTHS, ActorClass
from health.scoring import WHOLE_SCORE
from health.signals import Direction
from playbooks.engine.occurrences import occurrences
from playbooks.triggers.dry_run import Occasion
from playbooks.triggers.rules import Rule, Trigger
from playbooks.triggers.time_triggers import Cadence, ContractMark, ScoreFall, Silence
from playbooks.triggers.vocabulary import TriggerKind

# What of a day has no hour of its own.
_NOON = time(12)

_CROSSED = """
    SELECT account_id, day FROM health_thresholdcrossing
    WHERE kind = %(kind)s AND subject = %(subject)s AND direction = %(direction)s
        AND cause = 'moved' AND day BETWEEN %(since)s AND %(until)s
        AND (cardinality(%(sources)s::text[]) = 0 OR from_band = ANY (%(sources)s))
        AND (cardinality(%(targets)s::text[]) = 0 OR to_band = ANY (%(targets)s))
"""

# By the partitions of the days; another version of a scorecard judges otherwise, which is no move.
_PASSED = """
    WITH scored AS (
        SELECT DISTINCT ON (account_id, day) account_id, day, scorecard_id, score
        FROM health_healthscore WHERE day BETWEEN %(since)s - 1 AND %(until)s
        ORDER BY account_id, day, revision DESC
    )
    SELECT account_id, day FROM (
        SELECT account_id, day, score, scorecard_id, lag(score) OVER days AS before,
            lag(scorecard_id) OVER days AS card
        FROM scored WINDOW days AS (PARTITION BY account_id ORDER BY day)
    ) moved
    WHERE card = scorecard_id AND day >= %(since)s
        AND CASE WHEN %(falls)s THEN before >= %(line)s AND score < %(line)s
            ELSE before < %(line)s AND score >= %(line)s END
"""
_FELL = """
    WITH scored AS (
        SELECT DISTINCT ON (account_id, day) account_id, day, scorecard_id, score
        FROM health_healthscore WHERE day BETWEEN %(since)s - %(within)s - 1 AND %(until)s
        ORDER BY account_id, day, revision DESC
    )
    SELECT n.account_id, n.day
    FROM scored n
    JOIN scored o ON o.account_id = n.account_id AND o.scorecard_id = n.scorecard_id
        AND o.day = n.day - %(within)s AND n.score <= o.score - %(points)s
    WHERE n.day >= %(since)s - 1
    ORDER BY n.account_id, n.day
"""

_RANG = """
    SELECT account_id, occurred_at FROM accounts_signal
    WHERE kind = %(kind)s AND occurred_at >= %(begins)s AND occurred_at < %(ends)s
"""

_MARKED = """
    SELECT c.account_id, m.day, c.external_id
    FROM accounts_contract c
    CROSS JOIN LATERAL (
        SELECT CASE %(date)s WHEN 'start' THEN c.starts_on
            WHEN 'end' THEN coalesce(c.renewal_on, c.ends_on)
            ELSE coalesce(c.renewal_on, c.ends_on) - coalesce(c.notice_days, 0) END
            + %(days)s AS day
    ) m
    WHERE c.term_months >= %(least)s AND m.day BETWEEN %(since)s AND %(until)s
        AND (c.cancelled_on IS NULL OR c.cancelled_on > m.day)
        AND (c.notice_given_on IS NULL OR c.notice_given_on > m.day)
"""

_SILENT = """
    WITH used AS (
        SELECT DISTINCT account_id, day FROM accounts_usageday
        WHERE actor = %(person)s AND events > 0
            AND day BETWEEN %(since)s - %(days)s AND %(until)s
    )
    SELECT account_id, day + %(days)s
    FROM (SELECT account_id, day,
              lead(day) OVER (PARTITION BY account_id ORDER BY day) AS next_day FROM used) u
    WHERE (next_day IS NULL OR next_day > day + %(days)s)
        AND day + %(days)s BETWEEN %(since)s AND %(until)s
"""

_CAME_ROUND = """
    SELECT a.id, due.day
    FROM accounts_account a
    CROSS JOIN LATERAL (
        SELECT coalesce(a.customer_since,
            (SELECT min(c.starts_on) FROM accounts_contract c WHERE c.account_id = a.id)) AS day
    ) came
    CROSS JOIN LATERAL (
        SELECT (came.day + make_interval(months => turn * %(every)s))::date AS day
        FROM generate_series(1, greatest((%(until)s - came.day) / 28 / %(every)s, 0)) AS turn
    ) due
    WHERE a.status = 'active' AND due.day BETWEEN %(since)s AND %(until)s
"""

_STOOD = """
    SELECT DISTINCT ON (g.account_id, g.day) g.account_id, g.day, h.score, h.band
    FROM unnest(%(accounts)s::bigint[], %(days)s::date[]) AS g(account_id, day)
    JOIN health_healthscore h ON h.account_id = g.account_id AND h.day = g.day
    ORDER BY g.account_id, g.day, h.revision DESC
"""


def occasions_of(rule: Rule, *, since: date, until: date, zone: ZoneInfo) -> list[Occasion]:
    """Of the days from `since` to `until`, with the score and band of the day."""
    found = [
        occasion
        for trigger in rule.triggers
        for occasion in _occasions_of_trigger(trigger, since=since, until=until, zone=zone)
    ]
    days = [each.at.astimezone(zone).date() for each in found]
    accounts = [each.account_id for each in found]
    rows = _fetch_rows(_STOOD, accounts=accounts, days=days) if found else ()
    stood = {(account, day): (score, band) for account, day, score, band in rows}
    unscored: tuple[Decimal | None, str] = (None, "")
    return [
        replace(each, score=score, band=band)
        for each, day in zip(found, days, strict=True)
        for score, band in [stood.get((each.account_id, day), unscored)]
    ]


def _occasions_of_trigger(
    trigger: Trigger, *, since: date, until: date, zone: ZoneInfo
) -> Iterator[Occasion]:
    if trigger.kind is TriggerKind.SIGNAL:
        yield from _signal_occasions(trigger, since=since, until=until, zone=zone)
        return
    for account, day, *contract in _days_of(trigger, since=since, until=until):
        at = datetime.combine(day, _NOON, tzinfo=zone)
        yield Occasion(account, at, trigger.key, *contract)


def _days_of(trigger: Trigger, *, since: date, until: date) -> Iterable[tuple[Any, ...]]:
    """Account and day, and of a date of a contract that contract."""
    days = {"since": since, "until": until}
    match trigger.moment:
        case None:
            return _crossing_days(trigger, **days)
        case ScoreFall() as fall:
            return _days_of_falls(fall, **days)
        case ContractMark(date=which, days=after):
            told = {"date": which.value, "days": after, "least": LEAST_RENEWAL_MONTHS}
            return _fetch_rows(_MARKED, **told, **days)
        case Silence(days=silent):
            return _fetch_rows(_SILENT, days=silent, person=ActorClass.PERSON.number, **days)
        case Cadence(months=every):
            return _fetch_rows(_CAME_ROUND, every=every, **days)
        case moment:
            return (row[:2] for row in occurrences(moment, still=False, **days))


def _signal_occasions(
    trigger: Trigger, *, since: date, until: date, zone: ZoneInfo
) -> Iterator[Occasion]:
    begins = datetime.combine(since, time(), tzinfo=zone)
    ends = datetime.combine(until + timedelta(days=1), time(), tzinfo=zone)
    for account, moment in _fetch_rows(_RANG, kind=trigger.signal, begins=begins, ends=ends):
        yield Occasion(account, moment, trigger.key)


def _crossing_days(trigger: Trigger, *, since: date, until: date) -> Iterable[tuple[int, date]]:
    """Of a line that nobody watched yet, the scores tell; of a component or a measure the
    crossings of a line that was watched."""
    line = trigger.line
    if line is not None and line.subject == WHOLE_SCORE:
        falls = trigger.direction is Direction.DOWN
        return _fetch_rows(_PASSED, line=line.value, falls=falls, since=since, until=until)
    return _fetch_rows(
        _CROSSED,
        kind="band" if line is None else "line",
        subject=trigger.subject if line is None else line.name,
        direction=trigger.direction.value,
        sources=list(trigger.sources),
        targets=list(trigger.targets),
        since=since,
        until=until,
    )


def _days_of_falls(fall: ScoreFall, *, since: date, until: date) -> Iterator[tuple[int, date]]:
    """The day on which it became true, and no other within the days it looks back."""
    within = timedelta(days=fall.within_days)
    told = {"within": fall.within_days, "points": fall.points, "since": since, "until": until}
    rows = _fetch_rows(_FELL, **told)
    true_on: dict[int, list[date]] = defaultdict(list)
    for account, day in rows:
        true_on[account].append(day)
    for account, days in true_on.items():
        rang: date | None = None
        for day in days:
            is_new = day - timedelta(days=1) not in days
            if day >= since and is_new and (rang is None or day - rang > within):
                rang = day
                yield account, day


def _fetch_rows(query: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())
