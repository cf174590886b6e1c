"""Tells other systems what was answered (accounts.event_catalogue)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext

from accounts.chat_messages import ChatMessage
from accounts.declarations import address_of
from accounts.event_catalogue import EventType
from accounts.work.events import NewEvent, publish, wanted
from surveys.models import Response


def announce_answer(response: Response, *, now: datetime) -> None:
    """In the transaction that stores it, once an answer, however often it changes."""
    to = wanted([EventType.SURVEY_ANSWERED])
    if not to:
        return
    account = response.account
    event = NewEvent(
        type=EventType.SURVEY_ANSWERED,
        key=str(response.pk),
        account_id=account.pk,
        occurred_at=now,
        data={
            "account": account.external_id,
            "account_name": account.name,
            "survey": response.survey_key,
            "kind": response.kind,
            "moment": response.moment,
            "value": response.value,
            "lowest": response.lowest,
            "highest": response.highest,
            "standing": response.standing,
            "contact": response.contact.external_id if response.contact else None,
            "comment": response.comment,
            "answered_at": response.answered_at.isoformat(),
        },
        shown=ChatMessage(
            title=gettext("%(account)s answered %(answer)s")
            % {"account": account.name, "answer": response.in_words()},
            text=response.comment,
            link=settings.BASE_URL + address_of("accounts.Account", account.external_id),
        ),
    )
    publish([event], to=to)
