"""What pages read of the starts that opened no play: what waits, and what was suppressed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models.scope import Keys, any_of_sql
from playbooks.triggers.vocabulary import (
    OwnerRole,
    StartResult,
    Suppression,
    label,
)


@dataclass(frozen=True, slots=True)
class SuppressedStart:
    """A start that waits in the queue (`reason` empty) or was suppressed."""

    start_id: int
    account_key: str
    account_name: str
    arr_minor: int
    currency: str
    playbook: str
    csm_name: str
    reason: str
    why: str
    decided_at: datetime


# In the order of SuppressedStart. A Today asks it with every visit: written by hand, because
# the ORM needs longer to compile it than Postgres to answer.
_SUPPRESSED = """
    SELECT s.id, a.external_id, a.name, a.arr_minor, a.currency, b.name, u.name, s.reason, s.why,
        s.decided_at
    FROM playbooks_playstart s
        JOIN accounts_account a ON a.id = s.account_id
        JOIN playbooks_playbook b ON b.id = s.playbook_id
        LEFT JOIN accounts_user u ON u.id = s.csm_id
    WHERE s.account_id = {accounts}
        AND (s.result = %s OR (s.result = %s AND s.decided_at >= %s AND s.reason <> %s))
    ORDER BY s.result = %s DESC, s.is_urgent DESC,
        CASE s.result WHEN %s THEN s.rank ELSE 0 END DESC, s.decided_at DESC, s.id
    LIMIT %s
"""


def suppressed_starts(*, accounts: Keys, since: datetime, limit: int = 50) -> list[SuppressedStart]:
    """Of these accounts: what waits in the queue, the largest first, then what was suppressed
    since then, the newest first."""
    keys, values = any_of_sql(accounts)
    queued = StartResult.QUEUED.value
    suppressed = (StartResult.SUPPRESSED.value, since, Suppression.SEVERER_MATCH.value)
    with connection.cursor() as cursor:
        cursor.execute(
            _SUPPRESSED.format(accounts=keys),
            [*values, queued, *suppressed, queued, queued, limit],
        )
        return [_suppressed_start(*row) for row in cursor.fetchall()]


def _suppressed_start(*values: Any) -> SuppressedStart:
    found = SuppressedStart(*values)
    return replace(
        found,
        csm_name=found.csm_name or label(OwnerRole.CS_OPS),
        reason=label(found.reason) if found.reason else "",
    )
