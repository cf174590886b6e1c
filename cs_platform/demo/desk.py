"""Which accounts are on the desk of csm@demo.example: those with which a colleague has a full day.

Nothing that happened to a customer changes. Two accounts of one segment change hands, and
everything our people did at either of them goes with it, as if it had been so from the first day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction
from psycopg2 import sql

from accounts.models import Team, User

DESK = "csm@demo.example"
TROUBLED, MOVED, RENEWING, PLAY_TASKS = 3, 4, 2, 8
TROUBLED_AT_LEAST = 2
OVERDUE_AT_MOST = 3
RENEWAL_DAYS = 30
_READ = """
    SELECT a.id, a.owner_id, a.segment, h.at_risk,
        EXISTS (SELECT FROM health_bandoverride o
            WHERE o.account_id = a.id AND o.ended_at IS NULL AND o.expires_on > %(day)s),
        COALESCE((SELECT max(p.severity) FROM playbooks_play p
            WHERE p.account_id = a.id AND p.state = 'open'), 0),
        count(t.id), count(t.id) FILTER (WHERE t.due_at < %(morning)s),
        (SELECT count(*) FROM health_thresholdcrossing c
            WHERE c.account_id = a.id AND c.day = %(day)s AND c.subject = 'score'
                AND c.kind = 'band' AND c.cause = 'moved')
        + (SELECT count(*) FROM accounts_businessevent e
            WHERE e.account_id = a.id AND e.learned_at >= %(day)s)
        + (SELECT count(*) FROM accounts_revenuemovement m
            WHERE m.account_id = a.id AND m.recorded_at >= %(day)s),
        COALESCE(a.renews_on > %(day)s AND a.renews_on <= %(soon)s, false)
    FROM accounts_account a
    JOIN health_currenthealth h ON h.account_id = a.id
    LEFT JOIN playbooks_task t ON t.account_id = a.id AND t.owner_id = a.owner_id
        AND t.play_id IS NOT NULL AND t.state IN ('open', 'snoozed')
    WHERE a.status = 'active' AND a.owner_id IS NOT NULL
    GROUP BY a.id, h.account_id ORDER BY a.id
"""
# Where one of our people stands beside an account.
_PLACES = (
    ("accounts_account", "owner_id", "id"),
    ("accounts_interaction", "host_id", "account_id"),
    ("accounts_csmsentiment", "said_by_id", "account_id"),
    ("accounts_outboxmessage", "user_id", "account_id"),
    ("health_bandoverride", "created_by_id", "account_id"),
    ("playbooks_playstart", "csm_id", "account_id"),
    ("playbooks_play", "csm_id", "account_id"),
    ("playbooks_task", "owner_id", "account_id"),
    ("playbooks_task", "closed_by_id", "account_id"),
    ("playbooks_task", "created_by_id", "account_id"),
)
_OWNERS = """
    UPDATE accounts_attributehistory h SET value = n.new::text
    FROM unnest(%(old)s, %(new)s) AS n(old, new)
    WHERE h.account_id = ANY (%(accounts)s) AND h.contact_id IS NULL
        AND h.attribute = 'owner' AND h.value = n.old::text
"""
_EXCHANGE = sql.SQL("""
    UPDATE {table} r SET {column} = n.new
    FROM unnest(%(old)s, %(new)s) AS n(old, new)
    WHERE r.{account} = ANY (%(accounts)s) AND r.{column} = n.old
""")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account with an owner. `severity` is that of its running play, 0 without one; `tasks`
    and `overdue` count what plays ask of the owner; `moved` is what was learned on the last day."""

    account_id: int
    owner_id: int
    segment: str
    at_risk: bool
    is_overridden: bool
    severity: int
    tasks: int
    overdue: int
    moved: int
    renews_soon: bool


def lay_out_desk(*, day: date) -> int:
    """How many accounts changed hands; `day` is the last one with facts."""
    me = User.objects.get(email=DESK).pk
    found = _read_candidates(day)
    wanted = chosen(found, me=me)
    coming = [c for c in found if c.account_id in wanted and c.owner_id != me]
    going = [c for c in found if c.account_id not in wanted and c.owner_id == me]
    with transaction.atomic():
        for comes in coming:
            goes = next(c for c in going if c.segment == comes.segment)
            going.remove(goes)
            _exchange_owners(comes.owner_id, me, accounts=[comes.account_id, goes.account_id])
    return len(coming)


def chosen(found: list[Candidate], *, me: int) -> set[int]:
    """Ids of as many accounts of each segment as the desk has now."""
    desk = _Desk(me, Counter(c.segment for c in found if c.owner_id == me), [])
    quiet = [c for c in found if not c.at_risk]
    overridden = [c for c in found if c.is_overridden]
    desk.take(overridden, until=lambda: desk.count("is_overridden") > 0)
    if not desk.count("is_overridden"):  # even with more left lying there than a desk shows
        desk.fill(overridden[:1])
    troubled = [c for c in found if c.at_risk and c.severity >= 20]
    desk.take(troubled, until=lambda: desk.count("at_risk") >= TROUBLED)
    # After a weekend all trouble may lie there overdue; a desk without any shows less.
    at_risk = sorted((c for c in found if c.at_risk), key=lambda c: (-c.severity, c.overdue))
    worst = [c for c in at_risk if c not in desk.taken and desk.room[c.segment]]
    desk.fill(worst[: max(0, TROUBLED_AT_LEAST - desk.count("at_risk"))])
    desk.take([c for c in quiet if c.moved], until=lambda: desk.count("moved") >= MOVED)
    renewing = [c for c in quiet if c.renews_soon]
    desk.take(renewing, until=lambda: desk.count("renews_soon") >= RENEWING)
    asking = [c for c in quiet if c.tasks]
    desk.take(asking, until=lambda: sum(c.tasks for c in desk.taken) >= PLAY_TASKS)
    desk.take([c for c in quiet if c.owner_id == me and not c.tasks], until=lambda: False)
    desk.take([c for c in quiet if not c.tasks], until=lambda: False)
    # A small company may have no quiet account left to give.
    desk.fill([c for c in found if c.owner_id == me])
    return {c.account_id for c in desk.taken}


@dataclass(frozen=True, slots=True)
class _Desk:
    me: int
    room: Counter[str]
    taken: list[Candidate]

    def count(self, attribute: str) -> int:
        return sum(bool(getattr(c, attribute)) for c in self.taken)

    def take(self, candidates: list[Candidate], *, until: Callable[[], bool]) -> None:
        """Those with most to do and least left lying first, one's own before others'."""
        for c in sorted(candidates, key=self._candidate_order):
            if until():
                return
            overdue = c.overdue + sum(each.overdue for each in self.taken)
            if self.room[c.segment] > 0 and c not in self.taken and overdue <= OVERDUE_AT_MOST:
                self.room[c.segment] -= 1
                self.taken.append(c)

    def fill(self, candidates: list[Candidate]) -> None:
        for c in candidates:
            if self.room[c.segment] > 0 and c not in self.taken:
                self.room[c.segment] -= 1
                self.taken.append(c)

    def _candidate_order(self, c: Candidate) -> tuple[int, ...]:
        return (c.overdue, -c.moved, -c.severity, -c.tasks, c.owner_id != self.me, c.account_id)


def _read_candidates(day: date) -> list[Candidate]:
    morning = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
    soon = day + timedelta(days=RENEWAL_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"day": day, "morning": morning, "soon": soon})
        return [Candidate(*row) for row in cursor.fetchall()]


def _exchange_owners(one: int, other: int, *, accounts: list[int]) -> None:
    """The two take each other's place at these accounts, and so do their managers."""
    pairs = dict(_people_to_exchange(one, other))
    values = {"old": list(pairs), "new": list(pairs.values()), "accounts": accounts}
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, values)
        for table, column, account in _PLACES:
            names = {"table": table, "column": column, "account": account}
            statement = _EXCHANGE.format(**{k: sql.Identifier(v) for k, v in names.items()})
            cursor.execute(statement.as_string(cursor.cursor), values)


def _people_to_exchange(one: int, other: int) -> Iterator[tuple[int, int]]:
    yield from ((one, other), (other, one))
    lead = {
        user: Team.objects.filter(members=user).values_list("managers", flat=True)[0]
        for user in (one, other)
    }
    if lead[one] != lead[other]:
        yield from ((lead[one], lead[other]), (lead[other], lead[one]))
