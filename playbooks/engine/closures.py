"""Ends plays by themselves: recovered, churned, superseded. Their tasks close with them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from accounts.work.customer_mail import suppress_threads
from playbooks.announcements import announce_done, announce_ended
from playbooks.models import Play, Task
from playbooks.models.play import mail_thread
from playbooks.triggers.task_sentences import CAME_BACK, recovered_because
from playbooks.triggers.vocabulary import PlayOutcome

# Exit criteria against the present health, whatever made the score move, and who left or came back.
# However many sequences run, which no score ends: only plays that one of these may end are read.
# Uses index: play_recovers, play_open
_OVER = """
WITH ending AS MATERIALIZED (
    SELECT p.id FROM playbooks_play p
    WHERE p.state = 'open' AND {scope} AND (p.recovers_bands <> '{{}}'
        OR p.recovers_score IS NOT NULL OR p.ends_on ? 'came_back')
    UNION
    SELECT p.id
    FROM accounts_account a JOIN playbooks_play p ON p.account_id = a.id AND p.state = 'open'
    WHERE a.status = 'churned' AND {scope}
)
SELECT p.id, a.status = 'churned' AND NOT goes_on, p.ends_on ? 'came_back', h.score,
    coalesce(h.band, '')
FROM ending
JOIN playbooks_play p ON p.id = ending.id
JOIN accounts_account a ON a.id = p.account_id
JOIN playbooks_playbook b ON b.id = p.playbook_id
CROSS JOIN LATERAL (SELECT b.conditions @> '{{"also_churned": true}}' AS goes_on) after
LEFT JOIN health_currenthealth h ON h.account_id = p.account_id
WHERE p.state = 'open' AND {scope} AND (
    (a.status = 'churned' AND NOT goes_on)
    OR (a.status <> 'churned' AND p.ends_on ? 'came_back')
    OR (h.score IS NOT NULL
        AND (h.band = ANY (p.recovers_bands) OR h.score >= p.recovers_score)))
ORDER BY p.id
LIMIT %(limit)s
FOR NO KEY UPDATE OF p SKIP LOCKED
"""
_OVER_ANYWHERE = _OVER.format(scope="true")
_OVER_HERE = _OVER.format(scope="p.account_id = ANY (%(accounts)s)")

# Rows are changed in the order of their ids: two workers that meet never wait in a circle.
_PLAYS = """
UPDATE playbooks_play p
SET state = 'closed', outcome = %(outcome)s, closed_at = %(now)s, reason = given.reason,
    next_position = NULL, next_step_at = NULL
FROM (
    SELECT play.id, given.reason
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(id bigint, reason text)
    JOIN playbooks_play play ON play.id = given.id AND play.state = 'open'
    ORDER BY play.id FOR NO KEY UPDATE OF play) AS given
WHERE p.id = given.id
RETURNING p.id
"""
_TASKS = """
UPDATE playbooks_task t
SET state = 'closed_by_itself', closed_at = %(now)s, reason = given.reason, snoozed_until = NULL,
    escalate_at = NULL
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(id bigint, reason text)
WHERE t.play_id = given.id AND t.play_id = ANY (%(closed)s) AND t.state IN ('open', 'snoozed')
"""
_REASON_LENGTH = 500


@transaction.atomic
def close_what_is_over(
    *, limit: int, now: datetime, account_ids: Sequence[int] | None = None
) -> int:
    """Plays of churned accounts, and those whose reason is gone; None looks at all accounts."""
    sql = _OVER_ANYWHERE if account_ids is None else _OVER_HERE
    with connection.cursor() as cursor:
        cursor.execute(sql, {"limit": limit, "accounts": list(account_ids or ())})
        rows = cursor.fetchall()
    churned = {pk: "The account has churned." for pk, is_churned, *_ in rows if is_churned}
    recovered = {
        pk: CAME_BACK if came_back else recovered_because(score=score, band=band)
        for pk, is_churned, came_back, score, band in rows
        if not is_churned
    }
    close_plays(reasons=churned, outcome=PlayOutcome.CHURNED, now=now)
    close_plays(reasons=recovered, outcome=PlayOutcome.RECOVERED, now=now)
    return len(rows)


def close_plays(
    *, reasons: Mapping[int, str], outcome: PlayOutcome, now: datetime
) -> Sequence[int]:
    """Closes the open ones among these plays, each with its reason; returns their ids.

    Unfinished tasks close by themselves and say why; mail that has not gone out stays here.
    """
    if not reasons:
        return []
    given = [{"id": pk, "reason": text[:_REASON_LENGTH]} for pk, text in sorted(reasons.items())]
    values = {"rows": json.dumps(given), "outcome": outcome.value, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_PLAYS, values)
        closed = sorted(row[0] for row in cursor.fetchall())
        cursor.execute(_TASKS, values | {"closed": closed})
    suppress_threads(
        [mail_thread(pk) for pk in closed], reason="the play that wrote it has ended", now=now
    )
    if closed:
        announce_ended(Play.objects.filter(pk__in=closed))
        announce_done(Task.objects.filter(play__in=closed, closed_at=now))
    return closed
