"""Closing the loop of an answer: triage it, act on it, tell the customer what changed, or drop it
with a reason. One step after the other; what two people do at once is done by the first."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.work import customer_mail
from accounts.work.notices import post
from accounts.work.outreach import customer_hours, suppression_of
from surveys.catalogue import TriageCriterion
from surveys.models import FollowUp

State = FollowUp.State


class StepTakenError(ValueError):
    """Somebody took this step meanwhile, or it is not its turn; nothing was written."""


class NobodyToWriteToError(ValueError):
    """The person is gone, may not be written to, or has no address: tell them in another way."""


@transaction.atomic
def triage(
    *, follow_up: FollowUp, criterion: TriageCriterion, owner: User, by: User, now: datetime
) -> FollowUp:
    """What the answer is about, and who answers for it. May be said again until somebody acted.

    Raises StepTakenError.
    """
    row = _locked_follow_up(follow_up, State.COLLECTED, State.TRIAGED)
    row.state = State.TRIAGED
    row.criterion, row.owner = criterion, owner
    row.triaged_at, row.triaged_by = row.triaged_at or now, by
    row.save()
    return row


@transaction.atomic
def act(*, follow_up: FollowUp, what_changed: str, by: User, now: datetime) -> FollowUp:
    """What was changed because of the answer, or why nothing could be. Raises StepTakenError."""
    row = _locked_follow_up(follow_up, State.TRIAGED, State.ACTED)
    row.state, row.what_changed = State.ACTED, what_changed
    row.acted_at, row.acted_by = row.acted_at or now, by
    row.save()
    return row


@transaction.atomic
def tell(
    *, follow_up: FollowUp, by: User, now: datetime, subject: str = "", body: str = ""
) -> FollowUp:
    """The customer knows what changed: by this mail, which keeps the rules of all mail to
    customers, or without a `subject` in another way.

    Raises StepTakenError, NobodyToWriteToError.
    """
    row = _locked_follow_up(follow_up, State.ACTED)
    if subject:
        _write_to_customer(row, subject=subject, body=body, by=by, now=now)
    row.state, row.told_at, row.told_by = State.TOLD, now, by
    row.save()
    return row


@transaction.atomic
def drop(*, follow_up: FollowUp, reason: str, by: User, now: datetime) -> FollowUp:
    """Nothing more comes of it, and why. Raises StepTakenError."""
    row = _locked_follow_up(follow_up, State.COLLECTED, State.TRIAGED, State.ACTED)
    row.state, row.drop_reason = State.DROPPED, reason
    row.dropped_at, row.dropped_by = now, by
    row.save()
    return row


def _locked_follow_up(follow_up: FollowUp, *states: FollowUp.State) -> FollowUp:
    rows = FollowUp.objects.select_for_update(of=("self",), no_key=True)
    row: FollowUp = rows.select_related("account", "response__contact").get(pk=follow_up.pk)
    if row.state not in states:
        raise StepTakenError
    return row


def _write_to_customer(row: FollowUp, *, subject: str, body: str, by: User, now: datetime) -> None:
    contact = row.response.contact
    if contact is None or not contact.email or not contact.is_active or contact.do_not_contact:
        raise NobodyToWriteToError
    if suppression_of(contact):
        raise NobodyToWriteToError
    message = customer_mail.write(
        key=f"follow-up:{row.pk}",
        account=row.account,
        contact=contact,
        sender=by,
        subject=subject,
        body=body,
        now=now,
        hours=customer_hours(),
        thread=f"answer:{row.response_id}",
    )
    post([message])
    row.told_in = type(message).objects.get(key=message.key)
