"""An invitation as its link finds it."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from accounts import clock
from accounts.models import Contact
from surveys.invitation_links import new_nonce, survey_token
from surveys.models import Invitation, Survey
from tests.surveys.engine.house import customer, survey

FURTHER = [{"key": "area", "kind": "choice", "options": 2}, {"key": "wish", "kind": "text"}]
FURTHER_TEXTS = {
    "area": {"question": "Where does it hurt?", "options": ["Exports", "Speed"]},
    "wish": {"question": "What is missing?"},
}


def nps(**fields: Any) -> Survey:
    return survey("nps", "rhythm", **{"kind": "nps"} | fields)


def asked(to: Contact | None = None, *, about: Survey | None = None, **fields: Any) -> Invitation:
    """Sent yesterday, to be answered for another 29 days."""
    now = clock.now()
    to = to or customer().contacts.get()
    return Invitation.objects.create(
        **{
            "survey": about or nps(),
            "account": to.account,
            "contact": to,
            "key": f"k{Invitation.objects.count()}",
            "moment": "rhythm",
            "occasion": "x",
            "state": "sent",
            "due_at": now - timedelta(days=1),
            "planned_at": now - timedelta(days=2),
            "sent_at": now - timedelta(days=1),
            "expires_at": now + timedelta(days=29),
            "language": "en",
            "nonce": new_nonce(),
        }
        | fields
    )


def link_of(invitation: Invitation, route: str = "survey_answer") -> str:
    return reverse(route, args=[survey_token(invitation.pk, invitation.nonce)])
