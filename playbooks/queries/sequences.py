"""How sequences go: who runs, waiting for which step; what went out, what the touch budget holds
back; how those ended that ended of late. Every number has its list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection

from accounts.work.outreach import BUDGET_REASONS
from playbooks.models import Playbook

OF_LATE = timedelta(days=30)


class SequenceFigure(StrEnum):
    """The last four are ends within the last 30 days; `stopped` is every end of no other kind."""

    RUNNING = "running"
    OUT = "out"
    HELD = "held"
    COMPLETED = "completed"
    RECOVERED = "recovered"
    HANDED = "handed"
    STOPPED = "stopped"


MESSAGES = (SequenceFigure.OUT, SequenceFigure.HELD)


@dataclass(frozen=True, slots=True)
class SequenceRow:
    """`waits`: by the title of the step that comes next, how many; empty title: the end."""

    key: str
    name: str
    playbook_id: int
    counts: dict[str, int]
    waits: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class SequenceLine:
    """`says`: the step that comes next, the reason of the end, or the subject."""

    play_id: int
    account_key: str
    account_name: str
    says: str
    at: datetime | None


# In both: what counts as which figure. Who handed over asked a person as it ended.
_PLAYS = """
    SELECT p.id, p.account_id, p.playbook_key, p.opened_at, p.closed_at, p.reason,
        CASE WHEN p.state = 'open' THEN p.next_step_at ELSE p.closed_at END AS at,
        CASE WHEN p.state = 'open' THEN coalesce(s.title, '') ELSE p.reason END AS says,
        CASE WHEN p.state = 'open' THEN 'running'
            WHEN p.outcome IN ('completed', 'recovered') THEN p.outcome
            WHEN p.outcome = 'cancelled' AND EXISTS (SELECT FROM playbooks_task t
                WHERE t.play_id = p.id AND t.escalation <> '' AND t.opened_at >= p.closed_at)
            THEN 'handed' ELSE 'stopped' END AS figure
    FROM playbooks_play p
    JOIN playbooks_playbook b ON b.id = p.playbook_id AND b.is_sequence
    LEFT JOIN playbooks_playbookstep s ON p.state = 'open' AND s.playbook_id = p.playbook_id
        AND s.position = p.next_position
    WHERE p.state = 'open' OR p.closed_at > %(since)s
"""
_MESSAGES = """
    SELECT p.id, p.account_id, p.playbook_key, m.subject AS says, m.figure, m.at
    FROM (
        SELECT m.thread, m.subject, 'out' AS figure, t.at
        FROM accounts_touch t JOIN accounts_outboxmessage m ON m.id = t.message_id
        WHERE t.at > %(since)s AND m.state = 'sent'
        UNION ALL
        SELECT m.thread, m.subject, 'held', m.next_at
        FROM accounts_outboxmessage m
        WHERE m.state = 'new' AND m.contact_id IS NOT NULL AND m.reason = ANY (%(budget)s)
    ) m
    JOIN playbooks_play p ON p.id = split_part(m.thread, ':', 2)::bigint
    JOIN playbooks_playbook b ON b.id = p.playbook_id AND b.is_sequence
    WHERE m.thread LIKE 'play:%%'
"""
_COUNTS = f"""
    SELECT playbook_key, figure, CASE figure WHEN 'running' THEN says ELSE '' END, count(*)
    FROM ({_PLAYS}) found GROUP BY 1, 2, 3
    UNION ALL
    SELECT playbook_key, figure, '', count(*) FROM ({_MESSAGES}) found GROUP BY 1, 2
    ORDER BY 4 DESC, 3
"""  # noqa: S608 -- made of the two above
_LINES = """
    SELECT found.id, a.external_id, a.name, found.says, found.at
    FROM ({found}) found JOIN accounts_account a ON a.id = found.account_id
    WHERE found.playbook_key = %(key)s AND found.figure = %(figure)s
        AND (%(step)s::text IS NULL OR found.says = %(step)s)
    ORDER BY found.at {order} NULLS LAST, found.id
    LIMIT %(limit)s OFFSET %(offset)s
"""


def sequence_rows(*, now: datetime) -> list[SequenceRow]:
    """Sequences in force, and others that run, sent or ended something of late; by name."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    waits: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for key, figure, step, number in _fetch_rows(_COUNTS, now=now):
        counts[key][figure] += number
        if figure == SequenceFigure.RUNNING:
            waits[key].append((step, number))
    rows = [
        SequenceRow(book.key, book.name, book.pk, dict(counts[book.key]), waits[book.key])
        for book in _latest_versions()
        if book.state == Playbook.State.PUBLISHED or book.key in counts
    ]
    return sorted(rows, key=lambda row: row.name)


def _latest_versions() -> Iterable[Playbook]:
    """Of each sequence the version in force, else the latest."""
    versions = Playbook.objects.filter(is_sequence=True).only("key", "name", "state", "version")
    ordered = versions.order_by("key", "state", "-version")  # published before retired
    return ordered.distinct("key")


def sequence_lines(
    *,
    key: str,
    figure: SequenceFigure,
    step: str | None,
    now: datetime,
    limit: int,
    offset: int = 0,
) -> list[SequenceLine]:
    """What a number counts: what comes next first, what was latest first. `step`: of those that
    run, the title of the step that comes next."""
    found = _MESSAGES if figure in MESSAGES else _PLAYS
    is_ahead = figure in (SequenceFigure.RUNNING, SequenceFigure.HELD)
    query = _LINES.format(found=found, order="ASC" if is_ahead else "DESC")
    told = {"key": key, "figure": figure.value, "step": step, "limit": limit, "offset": offset}
    return [SequenceLine(*row) for row in _fetch_rows(query, now=now, **told)]


def _fetch_rows(query: str, *, now: datetime, **told: Any) -> list[tuple[Any, ...]]:
    params = {"since": now - OF_LATE, "budget": list(BUDGET_REASONS), **told}
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())
