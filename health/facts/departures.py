"""People gone, agents stay: accounts that only agents still use, and when the last person did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

# Nobody for four whole weeks, and somebody in the eight before them.
GONE_DAYS, BEFORE_DAYS = 28, 56

# The highest bit of a month is its last active day; days after the end are cut off. Few accounts
# have agents at all: those are looked up first. Uses index: user_month_of_agents
_GONE = """
    WITH agents AS (
        SELECT DISTINCT m.account_id FROM accounts_usermonth m
        JOIN accounts_account a ON a.id = m.account_id AND a.status = 'active'
        WHERE m.actor = 2 AND m.days <> 0 AND m.month >= date_trunc('month', %(gone)s::timestamp)
            AND m.month <= %(end)s::date
            AND (%(ids)s::bigint[] IS NULL OR m.account_id = ANY (%(ids)s::bigint[]))
    ), months AS (
        SELECT m.account_id, m.user_key, m.actor, m.month,
            CASE WHEN m.month = date_trunc('month', %(end)s::timestamp)::date
                THEN m.days & ((1 << extract(day FROM %(end)s::date)::int) - 1)
                ELSE m.days END AS days
        FROM accounts_usermonth m JOIN agents USING (account_id)
        WHERE m.actor IN (0, 2) AND m.month <= %(end)s::date
            AND m.month >= date_trunc('month', %(before)s::timestamp)
    ), used AS (
        SELECT account_id, user_key, actor,
            max(month - 1 + length(ltrim(days::bit(31)::text, '0'))) AS latest
        FROM months WHERE days <> 0 GROUP BY 1, 2, 3
    )
    SELECT account_id, max(latest) FILTER (WHERE actor = 0),
        count(*) FILTER (WHERE actor = 0 AND latest > %(before)s),
        count(*) FILTER (WHERE actor = 2 AND latest > %(gone)s)
    FROM used GROUP BY 1
    HAVING max(latest) FILTER (WHERE actor = 0) <= %(gone)s
        AND max(latest) FILTER (WHERE actor = 0) > %(before)s
        AND count(*) FILTER (WHERE actor = 2 AND latest > %(gone)s) > 0
    ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Departure:
    """`people` are those who used the product in the eight weeks before they all were gone,
    `agents` those that still do."""

    account_id: int
    last_day: date
    people: int
    agents: int


def departures(*, end: date, account_ids: Sequence[int] | None = None) -> list[Departure]:
    """Accounts (None: of all) that no person has used in the four weeks to `end`, where agents
    have, and people had in the eight weeks before."""
    gone = end - timedelta(days=GONE_DAYS)
    values = {
        "end": end,
        "gone": gone,
        "before": gone - timedelta(days=BEFORE_DAYS),
        "ids": None if account_ids is None else list(account_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_GONE, values)
        return [Departure(*row) for row in cursor.fetchall()]
