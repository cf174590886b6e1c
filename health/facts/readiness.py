"""What readiness for an expansion is judged from, of any accounts as of a closed day: one query a
source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection
from psycopg2 import sql

from accounts.models import Plan
from health.facts.features import load_catalogue
from health.facts.profiles import Profiles, days_known
from health.facts.scope import NEVER, FactScope, Ints, number
from health.facts.sources import Feeds
from health.facts.usage import is_core
from health.facts.usage_sums import feature_groups_sql, first_days, known
from health.measures import FactSource
from health.measures.inputs import Flags, Floats
from health.scoring.readiness import (
    CONVERSATION_DAYS,
    CONVERSATIONS,
    STAKEHOLDER_DAYS,
    STAKEHOLDERS,
    WEEKS,
    ReadinessFacts,
)

_DAYS = 7 * WEEKS
AGENT_WEEKS = 8

# The planner prunes to the months of the window. Uses index: accounts_usageday_pkey for few
# accounts, a parallel scan for all of them.
_WEEKS = sql.SQL("""
    SELECT u.account_id, {feature}::bigint, (({last}::date - u.day) / 7)::bigint,
        sum(u.events)::bigint
    FROM accounts_usageday u
    WHERE {accounts} AND u.day > {last}::date - {days} AND u.day <= {last}::date
        AND u.actor = 0 AND u.events > 0 AND {known}
    GROUP BY 1, 2, 3
""")

# Uses index: interaction_account_at
_CONVERSATIONS = sql.SQL("""
    SELECT i.account_id, count(*)
    FROM accounts_interaction i
    WHERE {accounts} AND {until} AND {since} AND {known} AND i.is_commercial AND i.kind <> ALL (
        ARRAY(SELECT key FROM accounts_interactionkind WHERE NOT is_conversation))
    GROUP BY 1
""")

# Who took part in a conversation and is still there; a person of two records counts once.
# Uses index: interaction_account_at
_STAKEHOLDERS = sql.SQL("""
    SELECT i.account_id, count(DISTINCT COALESCE(c.joined_into_id, c.id)),
        count(DISTINCT NULLIF(lower(btrim(c.job_function)), ''))
    FROM accounts_interaction i
    JOIN accounts_interactioncontact p ON p.interaction_id = i.id
    JOIN accounts_contact c ON c.id = p.contact_id
    WHERE {accounts} AND {until} AND {since} AND {known} AND i.kind <> ALL (
            ARRAY(SELECT key FROM accounts_interactionkind WHERE NOT is_conversation))
        AND (c.left_on IS NULL OR c.left_on > {last}::date)
    GROUP BY 1
""")

# Few accounts have agents at all: those are looked up first. Uses index: user_month_of_agents
_AGENTS = """
    WITH agents AS (
        SELECT DISTINCT m.account_id FROM accounts_usermonth m
        JOIN accounts_account a ON a.id = m.account_id AND a.status = 'active'
        WHERE m.actor = 2 AND m.days <> 0 AND m.month <= %(last)s::date
            AND m.month >= date_trunc('month', %(last)s::timestamp - interval '28 days')
    )
    SELECT u.account_id, ((%(last)s::date - u.day) / 7)::bigint,
        COALESCE(sum(u.events) FILTER (WHERE u.actor = 2), 0)::bigint, sum(u.events)::bigint
    FROM agents JOIN accounts_usageday u USING (account_id)
    WHERE u.day > %(last)s::date - %(days)s AND u.day <= %(last)s::date
    GROUP BY 1, 2 ORDER BY 1, 2
"""


def load_readiness(scope: FactScope, *, profiles: Profiles, feeds: Feeds) -> ReadinessFacts:
    """As of the last day of the scope, which is over: weeks are counted back from it."""
    talks = _counts_of(scope, _CONVERSATIONS, ("count",), days=CONVERSATION_DAYS)
    people = _counts_of(scope, _STAKEHOLDERS, ("count", "functions"), days=STAKEHOLDER_DAYS)
    since = feeds.since(FactSource.INTERACTIONS)
    history = profiles.days_of_history(scope.last_day, first_day=since or 0)
    known_by = since is not None and since <= number(scope.last_day)
    unsure = [
        _is_unsure(history, days, is_known=known_by) & (counts < least)
        for counts, least, days in (
            (talks["count"], CONVERSATIONS, CONVERSATION_DAYS),
            (people["count"], STAKEHOLDERS, STAKEHOLDER_DAYS),
        )
    ]
    return ReadinessFacts(
        weeks=_weeks_of_use(scope, profiles),
        weeks_known=_weeks_known(scope, profiles, feeds.since(FactSource.USAGE)),
        conversations=np.where(unsure[0], np.nan, talks["count"]),
        stakeholders=np.where(unsure[1], np.nan, people["count"]),
        functions=np.where(unsure[1], np.nan, people["functions"]),
    )


def _is_unsure(history: Floats, days: int, *, is_known: bool) -> Flags:
    """Less than half of the window is known, as for measures."""
    return np.asarray((history * 2 < days) | (not is_known), dtype=np.bool_)


def _weeks_of_use(scope: FactScope, profiles: Profiles) -> Ints:
    """Events of the core features of the plan that an account has on that day."""
    catalogue = load_catalogue(list(Plan.objects.all()))
    group, _ = feature_groups_sql(catalogue, scope.last_day)
    query = _WEEKS.format(
        feature=group,
        last=sql.Literal(scope.last_day),
        days=sql.Literal(_DAYS),
        accounts=scope.accounts("u.account_id"),
        known=known(scope),
    )
    table = scope.fetch(query, ("id", "feature", "ago", "events"))
    core = catalogue.on(scope.last_day)
    wanted = is_core(core, profiles.plan_id, table.position, table["feature"])
    weeks = np.zeros((len(scope), WEEKS), dtype=np.int64)
    places = (table.position[wanted], WEEKS - 1 - table["ago"][wanted])
    np.add.at(weeks, places, table["events"][wanted])
    return weeks


def _weeks_known(scope: FactScope, profiles: Profiles, connected_since: int | None) -> Ints:
    """First uses are looked up of those alone who came within the weeks, or nobody knows when."""
    end = number(scope.last_day)
    first = np.full(len(scope), NEVER, dtype=np.int64)
    unsure = (profiles.since <= -NEVER) | (profiles.since > end - _DAYS)
    if unsure.any():
        earlier = first_days(scope, scope.account_ids[unsure], until=scope.last_day)
        first[earlier.position] = earlier["first"]
    days = days_known(profiles, first_days=first, connected_since=connected_since, end=end)
    return np.asarray(np.minimum(days // 7, WEEKS), dtype=np.int64)


def _counts_of(
    scope: FactScope, query: sql.SQL, names: tuple[str, ...], *, days: int
) -> dict[str, Floats]:
    last = scope.last_day
    known_day = scope.known("i.learned_at")
    table = scope.fetch(
        query.format(
            accounts=scope.accounts("i.account_id"),
            until=scope.before("i.occurred_at", last),
            since=scope.since("i.occurred_at", last - timedelta(days=days - 1)),
            known=sql.SQL("{} <= {}").format(known_day, sql.Literal(number(last))),
            last=sql.Literal(last),
        ),
        ("id", *names),
    )
    counts = {name: np.zeros(len(scope)) for name in names}
    for name, values in counts.items():
        values[table.position] = table[name]
    return counts


@dataclass(frozen=True, slots=True)
class AgentWeeks:
    """Of accounts that agents use: events by agents and by everybody in each of AGENT_WEEKS weeks,
    the oldest first."""

    account_ids: Ints
    by_agents: Ints
    by_all: Ints


def agent_weeks(*, end: date) -> AgentWeeks:
    """Weeks are counted back from `end`, the last closed day."""
    with connection.cursor() as cursor:
        cursor.execute(_AGENTS, {"last": end, "days": 7 * AGENT_WEEKS})
        rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 4)
    ids, position = np.unique(rows[:, 0], return_inverse=True)
    by_agents = np.zeros((len(ids), AGENT_WEEKS), dtype=np.int64)
    by_all = np.zeros_like(by_agents)
    places = (position, AGENT_WEEKS - 1 - rows[:, 1])
    by_agents[places], by_all[places] = rows[:, 2], rows[:, 3]
    return AgentWeeks(ids, by_agents, by_all)
