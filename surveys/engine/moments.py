"""Whom the moments of surveys fall on, and when: one set-based statement for each moment.

Asked for a range of days: a night looks back over what was learned late, a forecast ahead.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from accounts.catalogue import LEAST_RENEWAL_MONTHS, EventMeaning, MovementKind
from accounts.models import Installation
from surveys.catalogue import Moment
from surveys.models import Survey
from surveys.models.policy import FIRST_DAYS, SurveyPolicy

LEARNED_LATE = timedelta(days=7)
"""What is learned within it still asks; what is older is history."""
BEFORE_DECISION = 60
AFTER_ACTIVATION = 30
FIRST_SPREAD = 14
"""Days over which the people of an account are spread on days 30 and 90."""
USUAL_RHYTHM = 365


class Fallen(NamedTuple):
    """A moment that falls on an account, or of a rhythm on one person, on a day; `begins_at` is
    from when the survey's delay runs. The same `occasion` is the same trigger, whatever asks."""

    account_id: int
    contact_id: int | None
    occasion: str
    day: date
    begins_at: datetime


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Days, both included, whose moments are looked for; of these `account_ids`, or of all."""

    since: date
    until: date
    account_ids: Collection[int] | None = None


# What each statement begins with: customers of the survey's audience.
_CUSTOMERS = """
    SELECT a.id, a.touch_tier, coalesce(a.customer_since,
        (SELECT min(c.starts_on) FROM accounts_contract c WHERE c.account_id = a.id)) AS since
    FROM accounts_account a
    WHERE a.status = 'active' AND a.merged_into_id IS NULL
        AND (%(accounts)s::bigint[] IS NULL OR a.id = ANY (%(accounts)s::bigint[]))
        AND (%(audience)s = '' OR EXISTS (
            SELECT FROM accounts_savedview v
            JOIN accounts_audiencemember m ON m.audience_id = v.id
            WHERE v.key = %(audience)s AND v.retired_at IS NULL AND m.account_id = a.id
                AND m.left_on IS NULL))
"""

# Days 30 and 90 of the customer, each person a little later than the next; from then on each one's
# own day of the rhythm. The prime makes consecutive ids fall on different days of any rhythm.
_RHYTHM = """
    SELECT a.id, c.id, 'day:' || d.mark, d.on_day, d.on_day::timestamp AT TIME ZONE %(zone)s
    FROM customers a
    JOIN accounts_contact c ON c.account_id = a.id AND c.is_active AND c.erased_at IS NULL
    CROSS JOIN LATERAL (
        SELECT coalesce((%(rhythm)s::jsonb ->> a.touch_tier)::int, %(usual)s) AS every
    ) r
    CROSS JOIN LATERAL (
        SELECT (c.id * 751 %% r.every)::int AS own,
            a.since + 90 + greatest(r.every / 2, 45) AS earliest
    ) o
    CROSS JOIN LATERAL (
        SELECT mark::text AS mark, a.since + mark + (c.id * 751 %% %(spread)s)::int AS on_day
        FROM unnest(%(first_days)s::int[]) AS mark
        UNION ALL
        SELECT (on_day - date '2000-01-01')::text, on_day
        FROM (
            SELECT greatest(%(since)s::date, o.earliest) AS begins
        ) b
        CROSS JOIN LATERAL (
            SELECT b.begins + n AS on_day FROM generate_series(
                ((a.since + 90 + o.own - b.begins) %% r.every + r.every) %% r.every,
                %(until)s::date - b.begins, r.every) AS n
        ) s
    ) d
    WHERE d.on_day BETWEEN %(since)s AND %(until)s AND d.on_day > %(published_on)s
        AND c.met_on <= d.on_day
"""

# The plan is done once none of its steps is due; the day is over when the delay begins.
_END_OF_ONBOARDING = """
    SELECT a.id, NULL::bigint, 'onboarding:' || max(o.done_on), max(o.done_on) + 1,
        (max(o.done_on) + 1)::timestamp AT TIME ZONE %(zone)s
    FROM customers a
    JOIN accounts_onboardingstep o ON o.account_id = a.id
    GROUP BY a.id
    HAVING count(*) = count(o.done_on)
        AND max(o.done_on) + 1 BETWEEN %(since)s AND %(until)s
        AND max(o.done_on) >= %(published_on)s
"""

_EVENTS = """
    SELECT a.id, NULL::bigint, 'event:' || e.id, e.occurred_on,
        e.occurred_on::timestamp AT TIME ZONE %(zone)s
    FROM customers a
    JOIN accounts_businessevent e ON e.account_id = a.id
    WHERE e.occurred_on BETWEEN %(since)s AND %(until)s AND e.occurred_on >= %(published_on)s
        AND e.learned_at > %(published_at)s
"""
_AFTER_EVENT = f"""{_EVENTS}
        AND e.kind = %(event_kind)s
"""
# Of a meaning there is one first: what came later is no first value.
_FIRST_VALUE = f"""{_EVENTS}
        AND e.kind IN (SELECT k.key FROM accounts_businesseventkind k WHERE k.meaning = %(meaning)s)
        AND NOT EXISTS (
            SELECT FROM accounts_businessevent f
            JOIN accounts_businesseventkind k ON k.key = f.kind AND k.meaning = %(meaning)s
            WHERE f.account_id = e.account_id
                AND (f.occurred_on, f.id) < (e.occurred_on, e.id))
"""  # noqa: S608 -- constants alone, no input

# A renewal is decided on the last day to give notice. Of several contracts with one end, once.
_BEFORE_RENEWAL = """
    SELECT DISTINCT ON (a.id, d.ends) a.id, NULL::bigint, 'renewal:' || d.ends, d.on_day,
        d.on_day::timestamp AT TIME ZONE %(zone)s
    FROM customers a
    JOIN accounts_contract c ON c.account_id = a.id AND c.state = 'active'
        AND c.cancelled_on IS NULL AND c.notice_given_on IS NULL AND c.steps_on IS NULL
        AND c.term_months >= %(least)s
    CROSS JOIN LATERAL (SELECT coalesce(c.renewal_on, c.ends_on) AS ends) e
    CROSS JOIN LATERAL (
        SELECT e.ends, e.ends - coalesce(c.notice_days, 0) - %(before)s AS on_day
    ) d
    WHERE d.on_day BETWEEN %(since)s AND %(until)s AND d.on_day > %(published_on)s
    ORDER BY a.id, d.ends, d.on_day
"""

# What a day's movements of the going rate come to: a swap of products that gains nothing is none.
_AFTER_EXPANSION = """
    SELECT DISTINCT a.id, NULL::bigint, 'expansion:' || m.effective_on,
        m.effective_on + %(after)s,
        (m.effective_on + %(after)s)::timestamp AT TIME ZONE %(zone)s
    FROM customers a
    JOIN accounts_revenuemovement m ON m.account_id = a.id
        AND m.kind = ANY (%(kinds)s)
        AND m.effective_on BETWEEN %(since)s::date - %(after)s AND %(until)s::date - %(after)s
        AND m.effective_on + %(after)s > %(published_on)s
    GROUP BY a.id, m.effective_on, m.currency
    HAVING sum(m.amount_minor) > 0 AND bool_or(m.kind = %(grown)s)
"""

_AFTER_TICKET = """
    SELECT a.id, NULL::bigint, 'ticket:' || t.id, s.on_day, t.solved_at
    FROM customers a
    JOIN accounts_ticket t ON t.account_id = a.id
    CROSS JOIN LATERAL (SELECT (t.solved_at AT TIME ZONE %(zone)s)::date + 1 AS on_day) s
    WHERE s.on_day BETWEEN %(since)s AND %(until)s AND t.solved_at > %(published_at)s
"""

_STATEMENTS: Mapping[Moment, str] = {
    Moment.RHYTHM: _RHYTHM,
    Moment.END_OF_ONBOARDING: _END_OF_ONBOARDING,
    Moment.FIRST_VALUE: _FIRST_VALUE,
    Moment.BEFORE_RENEWAL: _BEFORE_RENEWAL,
    Moment.AFTER_EXPANSION: _AFTER_EXPANSION,
    Moment.AFTER_TICKET: _AFTER_TICKET,
    Moment.AFTER_EVENT: _AFTER_EVENT,
}
OF_SIGNALS = frozenset({Moment.FIRST_VALUE, Moment.AFTER_EVENT})
"""Moments that a signal tells of at once; the night looks after what it has missed."""


def fallen_moments(survey: Survey, span: DaySpan, *, published_at: datetime) -> Iterator[Fallen]:
    """Of one survey, by account, on days after it was published. A survey that is only asked on
    request has none."""
    statement = _STATEMENTS.get(Moment(survey.moment))
    if statement is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH customers AS ({_CUSTOMERS}) {statement}",
            _moment_parameters(survey, span, published_at=published_at),
        )
        found = sorted(cursor.fetchall(), key=lambda row: (row[0], row[3], row[2], row[1] or 0))
    yield from map(Fallen._make, found)


def _moment_parameters(survey: Survey, span: DaySpan, *, published_at: datetime) -> dict[str, Any]:
    installation = Installation.current()
    return {
        "accounts": None if span.account_ids is None else sorted(span.account_ids),
        "audience": survey.audience,
        "since": span.since,
        "until": span.until,
        "published_at": published_at,
        "published_on": published_at.astimezone(installation.zone).date(),
        "zone": installation.time_zone,
        "rhythm": json.dumps(SurveyPolicy.current().rhythm),
        "usual": USUAL_RHYTHM,
        "spread": FIRST_SPREAD,
        "first_days": list(FIRST_DAYS),
        "event_kind": survey.event_kind,
        "meaning": EventMeaning.FIRST_VALUE_MOMENT,
        "least": LEAST_RENEWAL_MONTHS,
        "before": BEFORE_DECISION,
        "after": AFTER_ACTIVATION,
        "kinds": [MovementKind.EXPANSION, MovementKind.CONTRACTION],
        "grown": MovementKind.EXPANSION,
    }
