"""What people do with plays. Each action is one conditional change in one transaction.

Whether somebody may do it to this account is asked before, by whoever calls.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.access import people_for
from accounts.declarations import address_of
from accounts.models import OutboxMessage, User
from accounts.work.customer_mail import suppress_threads
from accounts.work.notices import in_app, post
from playbooks.actions.tasks import OutOfSightError, ReasonMissingError
from playbooks.announcements import announce_done, announce_ended
from playbooks.models import UNFINISHED, Play, Task
from playbooks.models.play import mail_thread
from playbooks.triggers.vocabulary import OwnerRole, PlayOutcome, PlayState, TaskState, label


class PlayClosedError(ValueError):
    """The play has ended before."""


@transaction.atomic
def cancel_play(*, play_id: int, reason: str, by: User | None, now: datetime) -> Play:
    """Ends the play and closes its tasks with it. Raises ReasonMissingError, PlayClosedError."""
    if not reason.strip():
        raise ReasonMissingError("Say why the play is stopped: others read it later.")
    who = f"Stopped by {by}" if by else "Stopped"
    said = f"{who}: {reason.strip()}"[:500]
    cancelled = Play.objects.filter(pk=play_id, state=PlayState.OPEN).update(
        state=PlayState.CLOSED,
        outcome=PlayOutcome.CANCELLED,
        reason=said,
        closed_at=now,
        next_position=None,
        next_step_at=None,
    )
    play = Play.objects.get(pk=play_id)
    if not cancelled:
        raise PlayClosedError(f"The play has ended: {label(play.outcome or '')}.")
    Task.objects.filter(play=play, state__in=UNFINISHED).update(
        state=TaskState.CLOSED_BY_ITSELF,
        reason=said,
        snoozed_until=None,
        escalate_at=None,
        closed_at=now,
        closed_by=by,
    )
    suppress_threads([mail_thread(play.pk)], reason="the play that wrote it has ended", now=now)
    announce_done(Task.objects.filter(play=play, closed_at=now))
    announce_ended(Play.objects.filter(pk=play.pk))
    return play


@transaction.atomic
def reassign_play(*, play_id: int, to: User, by: User | None, now: datetime) -> int:
    """What the CSM does in this play is this person's from here: open tasks, and steps to come.

    Tasks of other roles stay where they are. Returns how many tasks changed hands. Raises
    OutOfSightError, PlayClosedError.
    """
    plays = Play.objects.select_for_update(no_key=True, of=("self",))
    play = plays.select_related("account", "playbook").get(pk=play_id)
    if play.state != PlayState.OPEN:
        raise PlayClosedError(f"The play has ended: {label(play.outcome or '')}.")
    if not people_for(play.account).filter(pk=to.pk).exists():
        raise OutOfSightError(f"{to} may not work on {play.account}: choose somebody else.")
    Play.objects.filter(pk=play.pk).update(lead=to)
    unfinished = Task.objects.filter(play=play, state__in=UNFINISHED, owner_role=OwnerRole.CSM)
    moved = unfinished.exclude(owner=to).update(owner=to, fallback="")
    if by is None or by.pk != to.pk:
        gave = f"{by.name} handed you this play." if by else "You were handed this play."
        post([_given_notice(play, to=to, body=gave, now=now)])
    return moved


def _given_notice(play: Play, *, to: User, body: str, now: datetime) -> OutboxMessage:
    return in_app(
        key=f"play:{play.pk}:given:{now.isoformat()}",
        user_id=to.pk,
        account_id=play.account_id,
        subject=f"{play.playbook.name}: {play.account.name}",
        body=body,
        link=address_of("playbooks.Play", play.pk),
        now=now,
    )
