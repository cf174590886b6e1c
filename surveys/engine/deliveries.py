"""What became of invitations that are on their way, set-based: sent, held back after all, expired,
revoked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from accounts.models import OutboxMessage
from accounts.work import outbox
from surveys.invitation_links import new_nonce
from surveys.models import Invitation
from surveys.scoring.governance import HeldBack

State = Invitation.State

# Why the outbox sent nothing, as invitations say it; of an address that came back, one of several
# sentences.
_SYNC = """
UPDATE surveys_invitation i
SET state = CASE m.state WHEN 'sent' THEN 'sent' ELSE 'held_back' END,
    sent_at = m.sent_at,
    expires_at = CASE m.state WHEN 'sent'
        THEN m.sent_at + make_interval(days => s.expires_days) END,
    reason = CASE
        WHEN m.state = 'sent' THEN ''
        WHEN m.state = 'dead' THEN %(undelivered)s
        WHEN m.reason = %(said_late)s THEN %(too_late)s
        WHEN m.contact_id IS NULL OR m.reason LIKE 'the contact has been erased%%'
            OR m.reason LIKE 'the contact has left%%' THEN %(left)s
        WHEN m.reason LIKE 'the contact asked not%%' THEN %(do_not_contact)s
        WHEN m.decided_by_id IS NOT NULL THEN %(discarded)s
        ELSE %(unreachable)s END
FROM accounts_outboxmessage m, surveys_survey s
WHERE i.message_id = m.id AND s.id = i.survey_id
    AND (i.state = 'written' AND m.state IN ('sent', 'suppressed', 'dead')
        OR %(is_whole)s AND i.state = 'held_back' AND i.reason = %(undelivered)s
            AND m.state = 'sent')
    AND (%(ids)s::bigint[] IS NULL OR i.id = ANY (%(ids)s::bigint[]))
"""


def sync_deliveries(*, ids: Collection[int] | None = None, is_whole: bool = False) -> int:
    """After the outbox; of these invitations, or of all that are on their way. How many changed.

    `is_whole`: of those too whose dead letter somebody has revived, which the night looks for.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SYNC,
            {
                "ids": None if ids is None else list(ids),
                "is_whole": is_whole or ids is not None,
                "said_late": outbox.TOO_LATE,
                "undelivered": HeldBack.UNDELIVERED,
                "too_late": HeldBack.TOO_LATE,
                "left": HeldBack.LEFT,
                "do_not_contact": HeldBack.DO_NOT_CONTACT,
                "discarded": HeldBack.DISCARDED,
                "unreachable": HeldBack.UNREACHABLE,
            },
        )
        return int(cursor.rowcount)


def expire(*, now: datetime) -> int:
    """What nobody answered in time."""
    over = Invitation.objects.filter(state=State.SENT, expires_at__lte=now)
    return over.update(state=State.EXPIRED)


@transaction.atomic
def revoke(invitation_ids: Collection[int], *, reason: str) -> int:
    """Their links count no more, and what waits in the outbox is not sent; how many that are. What
    was held back, or revoked before, stays as it is."""
    rows = Invitation.objects.filter(pk__in=invitation_ids).exclude(
        state__in=(State.HELD_BACK, State.REVOKED)
    )
    found = list(rows.order_by("pk").select_for_update(no_key=True))
    for each in found:
        each.state, each.reason, each.nonce = State.REVOKED, reason[:40], new_nonce()
    Invitation.objects.bulk_update(found, ["state", "reason", "nonce"], batch_size=1000)
    waiting = OutboxMessage.objects.filter(
        pk__in=[each.message_id for each in found if each.message_id],
        state__in=(OutboxMessage.State.NEW, OutboxMessage.State.HELD),
    )
    waiting.update(state=OutboxMessage.State.SUPPRESSED, reason="the survey was revoked")
    return len(found)


def forget_held_back(*, before: datetime) -> int:
    """Rows that tell why nobody was asked, planned before then; what was sent stays."""
    old = Invitation.objects.filter(state=State.HELD_BACK, planned_at__lt=before)
    return old.delete()[0]
