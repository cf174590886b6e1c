"""What a merge of accounts moves here."""

from datetime import datetime

from django.db.models import OuterRef, Subquery

from accounts.models import Account, Contact
from surveys.models import FollowUp, Invitation, Response


def move_answers(merged: Account, into: Account, *, now: datetime) -> dict[str, int]:
    """Invitations, answers and what becomes of them, whatever state they are in. Those of a person
    who is known at both accounts are that person's there."""
    return {
        "survey invitations": _move_to_account(Invitation, merged, into),
        "survey answers": _move_to_account(Response, merged, into),
        "follow-ups of answers": FollowUp.objects.filter(account=merged).update(account=into),
    }


def _move_to_account(
    model: type[Invitation] | type[Response], merged: Account, into: Account
) -> int:
    rows = model._default_manager.filter(account=merged)
    person = Contact.objects.filter(pk=OuterRef("contact")).values("joined_into")
    rows.filter(contact__joined_into__isnull=False).update(contact=Subquery(person))
    return rows.update(account=into)
