"""The days on which something of an account brings a moment about: one statement a kind, asked of
one day by the night and of many by a dry run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from accounts.catalogue import ActorClass
from accounts.models import Installation
from playbooks.triggers.time_triggers import (
    AfterChurn,
    AudienceEntry,
    AudienceMove,
    FactOccurrence,
    Launched,
    NotStarted,
    Occurrence,
    Repeated,
    TicketSolved,
    Unpaid,
    Untouched,
)


class Occurred(NamedTuple):
    """`seen`: the values that the signal keeps."""

    account_id: int
    day: date
    seen: dict[str, Any]


# A source that broke makes nobody silent.
_USAGE_COMES_IN = """EXISTS (SELECT FROM health_sourcefeed f
    WHERE f.source = 'usage' AND f.latest_day >= %(until)s - 2)"""

# A scan of accounts; of those that came in these days, usage by its primary key.
_NOT_STARTED = """
    SELECT a.id, s.since + %(days)s, jsonb_build_object('since', s.since)
    FROM accounts_account a
    CROSS JOIN LATERAL (
        SELECT coalesce(a.customer_since,
            (SELECT min(c.starts_on) FROM accounts_contract c WHERE c.account_id = a.id)) AS since
    ) s
    WHERE a.status <> 'churned' AND s.since + %(days)s BETWEEN %(since)s AND %(until)s
        AND NOT EXISTS (SELECT FROM accounts_usageday u
            WHERE u.account_id = a.id AND u.actor = %(person)s AND u.events > 0
                AND u.day >= s.since
                AND u.day < CASE WHEN %(still)s THEN %(until)s ELSE s.since + %(days)s END)
        AND {usage_comes_in}
"""

# By the partitions of the days.
_LAST_USED = """
    SELECT u.account_id, u.feature_id, max(u.day) AS day
    FROM accounts_usageday u
    WHERE {of_the_feature} GROUP BY u.account_id, u.feature_id
"""
_USED_BEFORE_A_GAP = """
    SELECT account_id, feature_id, day FROM (
        SELECT account_id, feature_id, day,
            lead(day) OVER (PARTITION BY account_id, feature_id ORDER BY day) AS next_day
        FROM (SELECT DISTINCT u.account_id, u.feature_id, u.day FROM accounts_usageday u
            WHERE {of_the_feature}) used
    ) followed
    WHERE next_day IS NULL OR next_day > day + %(days)s
"""
_OF_THE_FEATURE = """u.actor = %(person)s AND u.events > 0
        AND u.day BETWEEN %(since)s - %(days)s - 1 AND %(until)s - 1
        AND u.feature_id = ANY (ARRAY(SELECT f.id FROM accounts_feature f
            WHERE f.key = %(feature)s OR (%(feature)s = '' AND f.is_core)))"""
_UNTOUCHED = """
    SELECT l.account_id, l.day + %(days)s + 1,
        jsonb_build_object('features', jsonb_agg(f.name ORDER BY f.name), 'last_used', l.day)
    FROM ({last_used}) l
    JOIN accounts_feature f ON f.id = l.feature_id
    JOIN accounts_account a ON a.id = l.account_id AND a.status <> 'churned'
    WHERE l.day + %(days)s + 1 BETWEEN %(since)s AND %(until)s AND {usage_comes_in}
    GROUP BY l.account_id, l.day
"""

# A scan of the events of these days. It rings as their number is reached, and again only after it
# was lower.
_REPEATED = """
    SELECT DISTINCT ON (t.account_id, t.day) t.account_id, t.day,
        jsonb_build_object('event', %(event)s::text, 'times', t.times, 'detail', t.note)
    FROM (
        SELECT c.*, c.occurred_on + 1 AS day, lag(c.times) OVER w AS times_before,
            lag(c.occurred_on) OVER w AS day_before
        FROM (
            SELECT e.account_id, e.id, e.occurred_on, e.note, lower(e.note) AS about,
                count(*) OVER (
                    PARTITION BY e.account_id, lower(e.note) ORDER BY e.occurred_on
                    RANGE BETWEEN make_interval(days => %(within)s - 1) PRECEDING AND CURRENT ROW
                ) AS times
            FROM accounts_businessevent e
            WHERE e.kind = %(event)s AND e.note <> ''
                AND e.occurred_on BETWEEN %(since)s - 2 * %(within)s - 1 AND %(until)s - 1
        ) c
        WINDOW w AS (PARTITION BY c.account_id, c.about ORDER BY c.occurred_on, c.id)
    ) t
    JOIN accounts_account a ON a.id = t.account_id AND a.status <> 'churned'
    WHERE t.times >= %(times)s AND t.day BETWEEN %(since)s AND %(until)s
        AND (t.times_before IS NULL OR t.times_before < %(times)s
            OR t.day_before <= t.occurred_on - %(within)s)
    ORDER BY t.account_id, t.day, t.id
"""

# A scan of tickets.
_TICKET_SOLVED = """
    SELECT DISTINCT ON (t.account_id, s.day) t.account_id, s.day,
        jsonb_build_object('ticket', t.external_id, 'solved_on', s.day - %(days)s)
    FROM accounts_ticket t
    JOIN accounts_account a ON a.id = t.account_id AND a.status <> 'churned'
    CROSS JOIN LATERAL (
        SELECT (t.solved_at AT TIME ZONE %(zone)s)::date + %(days)s AS day
    ) s
    WHERE s.day BETWEEN %(since)s AND %(until)s
    ORDER BY t.account_id, s.day, t.id
"""

# A scan of invoices.
_UNPAID = """
    SELECT DISTINCT ON (i.account_id, i.due_on) i.account_id, i.due_on + %(days)s,
        jsonb_build_object('invoice', i.external_id, 'due_on', i.due_on, 'state', i.state)
    FROM accounts_invoice i
    JOIN accounts_account a ON a.id = i.account_id AND a.status <> 'churned'
    WHERE i.due_on + %(days)s BETWEEN %(since)s AND %(until)s AND i.amount_minor > 0
        AND (i.state IN ('open', 'late', 'failed')
            OR (NOT %(still)s AND i.paid_on > i.due_on + %(days)s))
    ORDER BY i.account_id, i.due_on, i.id
"""

# A feature that nobody described, as usage brings them along, is no launch. Who came later knew
# it from the beginning.
_LAUNCHED = """
    SELECT DISTINCT ON (a.id, f.valid_from) a.id, f.valid_from + %(days)s,
        jsonb_build_object('feature', f.name, 'since', f.valid_from)
    FROM accounts_feature f
    JOIN accounts_account a ON a.status = 'active'
        AND coalesce(a.customer_since, '-infinity') < f.valid_from
    LEFT JOIN accounts_plan p ON p.id = a.plan_id
    WHERE f.valid_from + %(days)s BETWEEN %(since)s AND %(until)s
        AND (f.is_core OR f.plans <> '{{}}') AND (f.plans = '{{}}' OR p.key = ANY (f.plans))
        AND (f.valid_to IS NULL OR f.valid_to > f.valid_from + %(days)s)
    ORDER BY a.id, f.valid_from, f.id
"""

# A scan of past statuses. An account that was merged into another has not left.
_GONE = """
    SELECT h.account_id, (h.valid_from + make_interval(months => %(months)s))::date,
        jsonb_build_object('left_on', h.valid_from)
    FROM accounts_attributehistory h
    JOIN accounts_account a ON a.id = h.account_id AND a.merged_into_id IS NULL
    WHERE h.attribute = 'status' AND h.value = 'churned' AND h.contact_id IS NULL
        AND h.superseded_at IS NULL
        AND (h.valid_from + make_interval(months => %(months)s))::date
            BETWEEN %(since)s AND %(until)s
        AND (h.valid_to IS NULL OR (NOT %(still)s
            AND h.valid_to > (h.valid_from + make_interval(months => %(months)s))::date))
"""
# On the day an audience began nobody entered it.
# Uses index: audience_member_since
_ENTERED = """
    SELECT DISTINCT ON (m.account_id, m.since) m.account_id, m.since,
        jsonb_build_object('audience', v.key, 'name', v.name, 'on', m.since)
    FROM accounts_savedview v
    JOIN accounts_audiencemember m ON m.audience_id = v.id
    JOIN accounts_account a ON a.id = m.account_id AND a.status <> 'churned'
    WHERE v.key = %(audience)s AND m.since > v.shared_on
        AND m.since BETWEEN %(since)s AND %(until)s AND (NOT %(still)s OR m.left_on IS NULL)
    ORDER BY m.account_id, m.since
"""
# Who churned has left as well, and is asked about no more.
# Uses index: audience_member_left
_LEFT = """
    SELECT DISTINCT ON (m.account_id, m.left_on) m.account_id, m.left_on,
        jsonb_build_object('audience', v.key, 'name', v.name, 'on', m.left_on)
    FROM accounts_savedview v
    JOIN accounts_audiencemember m ON m.audience_id = v.id
    JOIN accounts_account a ON a.id = m.account_id AND a.status <> 'churned'
    WHERE v.key = %(audience)s AND v.retired_at IS NULL
        AND m.left_on BETWEEN %(since)s AND %(until)s
        AND (NOT %(still)s OR NOT EXISTS (SELECT FROM accounts_audiencemember n
            WHERE n.audience_id = m.audience_id AND n.account_id = m.account_id
                AND n.left_on IS NULL))
    ORDER BY m.account_id, m.left_on
"""


def occurrences(moment: Occurrence, *, since: date, until: date, still: bool) -> Iterator[Occurred]:
    """Of the days from `since` to `until`, at most one an account and day. `still`: only what is
    true to this day, as of an invoice that nobody has paid meanwhile."""
    statement, told = (
        _moves_statement(moment)
        if isinstance(moment, AudienceMove)
        else _statement_of(moment, still=still)
    )
    params = {"since": since, "until": until, "still": still, **told}
    with connection.cursor() as cursor:
        cursor.execute(statement.format(usage_comes_in=_USAGE_COMES_IN), params)
        rows = cursor.fetchall()
    yield from (Occurred(account, day, json.loads(seen)) for account, day, seen in rows)


def _moves_statement(moment: AudienceMove) -> tuple[str, dict[str, Any]]:
    came = isinstance(moment, AudienceEntry)
    return (_ENTERED if came else _LEFT), {"audience": moment.audience}


def _statement_of(moment: FactOccurrence, *, still: bool) -> tuple[str, dict[str, Any]]:
    match moment:
        case NotStarted(days=days):
            return _NOT_STARTED, {"days": days, "person": ActorClass.PERSON.number}
        case Untouched(days=days, feature=feature):
            used = (_LAST_USED if still else _USED_BEFORE_A_GAP).format(
                of_the_feature=_OF_THE_FEATURE
            )
            told = {"days": days, "feature": feature, "person": ActorClass.PERSON.number}
            return _UNTOUCHED.replace("{last_used}", used), told
        case Repeated(event=event, times=times, within_days=within):
            return _REPEATED, {"event": event, "times": times, "within": within}
        case TicketSolved(days=days):
            return _TICKET_SOLVED, {"days": days, "zone": Installation.current().time_zone}
        case Unpaid(days=days):
            return _UNPAID, {"days": days}
        case Launched(days=days):
            return _LAUNCHED, {"days": days}
        case AfterChurn(months=months):
            return _GONE, {"months": months}
