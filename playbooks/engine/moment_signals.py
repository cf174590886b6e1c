"""Emits a signal for each moment that published playbooks wait for, once: one statement a kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from accounts.catalogue import LEAST_RENEWAL_MONTHS, ActorClass
from accounts.models import Installation
from accounts.work.signals import NewSignal, emit
from playbooks import facts
from playbooks.engine.occurrences import occurrences
from playbooks.models import Playbook
from playbooks.triggers.time_triggers import (
    Cadence,
    ContractDate,
    ContractMark,
    Moment,
    Occurrence,
    ScoreFall,
    Silence,
    marks_passed,
)

# While usage does not come in nobody is silent; afterwards those are who fell silent meanwhile. So
# is what was learned some days late.
_NEWS_DAYS = 7


def emit_moments(*, closed: date, day: date) -> int:
    """For the night that closed `closed` and opened `day`; how many signals are new.

    What was true before a playbook was published emits nothing. A contract that is learned after
    a mark has passed emits its signal on the day it is learned, as long as its date is not over.
    """
    moments = _waited_for(day)
    begins = datetime.combine(day, time(), tzinfo=Installation.current().zone)
    found = [
        *_contract_dates(moments, closed=closed, day=day),
        *_score_falls(moments, closed=closed),
        *_usage_silences(moments, closed=closed),
        *_due_cadences(moments, day=day),
        *_new_occurrences(moments, day=day),
    ]
    return emit(
        NewSignal(account_id, moment.signal, key, begins, payload)
        for moment, account_id, key, payload in found
    )


Found = tuple[Moment, int, str, dict[str, Any]]


def _waited_for(day: date) -> dict[Moment, int]:
    """Each moment, and for how many days a published playbook has waited for it."""
    zone = Installation.current().zone
    published = dict(
        Playbook.objects.filter(state=Playbook.State.PUBLISHED).values_list("pk", "published_at")
    )
    waits: dict[Moment, int] = {}
    for rule in facts.published_rules():
        since = published[rule.playbook_id]
        days = 0 if since is None else (day - since.astimezone(zone).date()).days
        for trigger in rule.triggers:
            if trigger.moment is not None:
                waits[trigger.moment] = max(days, waits.get(trigger.moment, 0))
    return waits


# A scan: every contract that runs. Of one that renewed itself the next end counts.
_CONTRACT_DATES = """
    SELECT c.account_id, c.id, c.external_id, c.line, d.on_day, d.on_day - %(day)s AS days_left
    FROM (
        SELECT c.*, coalesce(c.renewal_on, c.ends_on) AS end_day,
            coalesce(nullif(c.subscription, ''), (
                SELECT min(l.product) FROM accounts_contractline l WHERE l.contract_id = c.id
                HAVING count(*) = 1
            ), '') AS line
        FROM accounts_contract c
        WHERE c.state = 'active' AND c.cancelled_on IS NULL AND c.notice_given_on IS NULL
            AND c.term_months >= %(least)s
    ) c
    JOIN accounts_account a ON a.id = c.account_id AND a.status <> 'churned'
    CROSS JOIN LATERAL (
        SELECT CASE %(date)s WHEN 'start' THEN c.starts_on WHEN 'end' THEN c.end_day
            ELSE c.end_day - coalesce(c.notice_days, 0) END AS on_day
    ) d
    WHERE d.on_day - %(day)s = ANY(%(left)s)
        OR (d.on_day >= %(day)s AND d.on_day - %(day)s < %(farthest)s
            AND (c.learned_at AT TIME ZONE %(zone)s)::date >= %(closed)s)
    ORDER BY c.account_id, c.id
"""


def _contract_dates(moments: Iterable[Moment], *, closed: date, day: date) -> Iterator[Found]:
    zone = Installation.current().time_zone
    for which in ContractDate:
        marks = {
            moment.days: moment
            for moment in moments
            if isinstance(moment, ContractMark) and moment.date is which
        }
        if not marks:
            continue
        rows = _fetch_rows(
            _CONTRACT_DATES,
            date=which.value,
            day=day,
            closed=closed,
            zone=zone,
            least=LEAST_RENEWAL_MONTHS,
            left=[-days for days in marks],
            farthest=-min(marks),
        )
        for account_id, pk, contract, line, on, left in rows:
            passed = marks_passed(marks=set(marks), days_left=left)
            names = [marks[days].name for days in passed]
            seen = {"contract": contract, "line": line, "on": on.isoformat(), "days_left": left}
            key = f"{which}:{pk}:{on}:{passed[0]}"
            yield marks[passed[0]], account_id, key, {"moments": names, **seen}


# By the partitions of four days. Another version of the scorecard measures otherwise: that is no
# fall. What was true the day before rang then, or before anybody waited for it.
_FALLS = """
    WITH scored AS (
        SELECT DISTINCT ON (account_id, day) account_id, day, scorecard_id, score
        FROM health_healthscore WHERE day = ANY(%(days)s)
        ORDER BY account_id, day, revision DESC
    ), fell AS (
        SELECT n.account_id, n.day, o.score AS score_before, n.score
        FROM scored n
        JOIN scored o ON o.account_id = n.account_id AND o.scorecard_id = n.scorecard_id
            AND o.day = n.day - %(within)s AND n.score <= o.score - %(points)s
    )
    SELECT f.account_id, f.score_before, f.score
    FROM fell f JOIN accounts_account a ON a.id = f.account_id AND a.status <> 'churned'
    WHERE f.day = %(closed)s
        AND NOT EXISTS (SELECT FROM fell y
            WHERE y.account_id = f.account_id AND y.day = %(closed)s - 1)
        AND NOT EXISTS (SELECT FROM accounts_signal s
            WHERE s.account_id = f.account_id AND s.kind = %(kind)s
                AND starts_with(s.key, %(name)s || ':')
                AND split_part(s.key, ':', 4)::date
                    BETWEEN %(closed)s - %(within)s AND %(closed)s - 1)
    ORDER BY f.account_id
"""


def _score_falls(moments: Iterable[Moment], *, closed: date) -> Iterator[Found]:
    for moment in moments:
        if not isinstance(moment, ScoreFall):
            continue
        within = timedelta(days=moment.within_days)
        days = [closed, closed - within]
        rows = _fetch_rows(
            _FALLS,
            days=[*days, *(day - timedelta(days=1) for day in days)],
            closed=closed,
            within=moment.within_days,
            points=moment.points,
            kind=moment.signal,
            name=moment.name,
        )
        for account_id, before, score in rows:
            seen = {"score_before": str(before), "score": str(score), "day": closed.isoformat()}
            key = f"{moment.name}:{closed}"
            yield moment, account_id, key, {"moments": [moment.name], **seen}


# By the partitions of the days. Only where usage still comes in: a source that broke is no silence.
_SILENCES = """
    SELECT u.account_id, max(u.day)
    FROM accounts_usageday u
    JOIN accounts_account a ON a.id = u.account_id AND a.status <> 'churned'
    WHERE u.actor = %(person)s AND u.events > 0 AND u.day > %(earliest)s AND u.day <= %(closed)s
        AND EXISTS (SELECT FROM health_sourcefeed f
            WHERE f.source = 'usage' AND f.latest_day >= %(closed)s - 1)
    GROUP BY u.account_id HAVING max(u.day) <= %(latest)s
    ORDER BY u.account_id
"""


def _usage_silences(moments: Mapping[Moment, int], *, closed: date) -> Iterator[Found]:
    for moment, waited in moments.items():
        if not isinstance(moment, Silence):
            continue
        latest = closed - timedelta(days=moment.days)
        rows = _fetch_rows(
            _SILENCES,
            person=ActorClass.PERSON.number,
            closed=closed,
            latest=latest,
            earliest=latest - timedelta(days=min(waited, _NEWS_DAYS)),
        )
        for account_id, last_used in rows:
            seen = {"last_used": last_used.isoformat()}
            key = f"{moment.name}:{last_used}"
            yield moment, account_id, key, {"moments": [moment.name], **seen}


# A scan of accounts. The 31st of a month without one is its last day, as Postgres adds months.
_CADENCES = """
    SELECT a.id FROM accounts_account a
    CROSS JOIN LATERAL (
        SELECT coalesce(a.customer_since,
            (SELECT min(c.starts_on) FROM accounts_contract c WHERE c.account_id = a.id)) AS since
    ) s
    CROSS JOIN LATERAL (
        SELECT (extract(year FROM %(day)s::date) - extract(year FROM s.since)) * 12
            + extract(month FROM %(day)s::date) - extract(month FROM s.since) AS months
    ) m
    WHERE a.status = 'active' AND m.months > 0 AND mod(m.months, %(every)s) = 0
        AND (s.since + make_interval(months => m.months::int))::date = %(day)s
    ORDER BY a.id
"""


def _due_cadences(moments: Iterable[Moment], *, day: date) -> Iterator[Found]:
    for moment in moments:
        if isinstance(moment, Cadence):
            for (account_id,) in _fetch_rows(_CADENCES, day=day, every=moment.months):
                yield moment, account_id, f"{moment.name}:{day}", {"moments": [moment.name]}


def _new_occurrences(moments: Mapping[Moment, int], *, day: date) -> Iterator[Found]:
    """On the days since somebody waited for it; the key makes each of them once."""
    for moment, waited in moments.items():
        if isinstance(moment, Occurrence) and waited:
            since = day - timedelta(days=min(waited, _NEWS_DAYS) - 1)
            for account_id, on, seen in occurrences(moment, since=since, until=day, still=True):
                key = f"{moment.name}:{on}"
                yield moment, account_id, key, {"moments": [moment.name], **seen}


def _fetch_rows(query: str, **params: Any) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())
