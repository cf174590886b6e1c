"""Writes what is due into the outbox, each in its person's language.

The message and what the invitation then is are one transaction: a killed writer leaves both or
neither. The link is not in the message: it is added as it is sent (`engine.mail_parts`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.catalogue import AccountStatus
from accounts.languages import language_for
from accounts.models import OutboxMessage
from accounts.work import customer_mail
from accounts.work.notices import post
from surveys.catalogue import Delivery, Moment, SurveyType
from surveys.engine.askings import within
from surveys.engine.governed import AskingRules, last_bad_tickets
from surveys.engine.mail_parts import message_key
from surveys.engine.planning import published_surveys
from surveys.invitation_links import new_nonce
from surveys.library.definition import SurveyText
from surveys.library.merged_text import merged
from surveys.models import Invitation, Survey, SurveyBranding
from surveys.scoring.governance import HeldBack

BATCH = 500
Priority = OutboxMessage.Priority

_WRITTEN = """
UPDATE surveys_invitation i
SET state = 'written', message_id = m.id, nonce = given.nonce, language = given.language,
    expires_at = given.expires_at, survey_id = given.survey_id
FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
    id bigint, message_key text, nonce text, language text, expires_at timestamptz,
    survey_id bigint)
JOIN accounts_outboxmessage m ON m.key = given.message_key
WHERE i.id = given.id AND i.state = 'planned'
"""


@dataclass(frozen=True, slots=True)
class Version:
    """A published survey as it is written: its texts by language."""

    survey: Survey
    texts: Mapping[str, SurveyText]


def write_due(*, limit: int, now: datetime) -> int:
    """How many invitations were dealt with: written, or held back after all."""
    done = 0
    while done < limit:
        asked = min(BATCH, limit - done)
        dealt_with = _write_batch(limit=asked, now=now)
        done += dealt_with
        if dealt_with < asked:
            break
    return done


@transaction.atomic
def _write_batch(*, limit: int, now: datetime) -> int:
    due = (
        Invitation.objects.filter(state=Invitation.State.PLANNED, due_at__lte=now)
        .order_by("due_at", "pk")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("account", "contact", "survey")
    )
    invitations = list(due[:limit])
    if not invitations:
        return 0
    versions = {
        survey.key: Version(survey, survey.definition().texts) for survey in published_surveys()
    }
    rules = AskingRules.in_force()
    bad = last_bad_tickets({each.account_id for each in invitations}, rules=rules)
    held = {
        each.pk: reason
        for each in invitations
        if (reason := _reason_to_hold(each, versions, bad.get(each.account_id), rules, now))
    }
    _hold_back(held)
    _write_messages([each for each in invitations if each.pk not in held], versions, rules, now)
    return len(invitations)


def _reason_to_hold(
    invitation: Invitation,
    versions: Mapping[str, Version],
    bad_ticket: Any,
    rules: AskingRules,
    now: datetime,
) -> HeldBack | None:
    """What has changed since it was planned; the rest the outbox asks when it sends."""
    quiet = timedelta(days=rules.asking.ticket_days)
    is_nps = invitation.survey.kind == SurveyType.NPS
    found = (
        (invitation.survey.key not in versions, HeldBack.RETIRED),
        (invitation.contact is None, HeldBack.LEFT),
        (invitation.account.status != AccountStatus.ACTIVE, HeldBack.NOT_CUSTOMER),
        (invitation.due_at + within(invitation.moment) <= now, HeldBack.TOO_LATE),
        (
            is_nps and bad_ticket is not None and rules.day_of(now) - bad_ticket < quiet,
            HeldBack.BAD_TICKET,
        ),
    )
    return next((reason for applies, reason in found if applies), None)


def _hold_back(held: Mapping[int, HeldBack]) -> None:
    for reason in sorted(set(held.values())):
        ids = [pk for pk, why in held.items() if why is reason]
        Invitation.objects.filter(pk__in=ids).update(
            state=Invitation.State.HELD_BACK, reason=reason
        )


def _write_messages(
    invitations: Sequence[Invitation],
    versions: Mapping[str, Version],
    rules: AskingRules,
    now: datetime,
) -> None:
    company = SurveyBranding.current().name or rules.installation.name
    messages, rows = [], []
    for each in invitations:
        version = versions[each.survey.key]
        language = _language_of(each, version, rules)
        messages.append(
            _message_of(each, version, version.texts[language], company, rules=rules, now=now)
        )
        expires_at = now + timedelta(days=version.survey.expires_days)
        rows.append(
            {
                "id": each.pk,
                "message_key": message_key(each),
                "nonce": new_nonce(),
                "language": language,
                "expires_at": expires_at.isoformat(),
                "survey_id": version.survey.pk,
            }
        )
    post(messages)
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, {"rows": json.dumps(rows)})


def _language_of(invitation: Invitation, version: Version, rules: AskingRules) -> str:
    contact = invitation.contact
    return language_for(
        contact.language if contact else "",
        invitation.account.language,
        rules.installation.language,
        offered=list(version.texts),
    )


def _message_of(
    invitation: Invitation,
    version: Version,
    text: SurveyText,
    company: str,
    *,
    rules: AskingRules,
    now: datetime,
) -> OutboxMessage:
    if invitation.contact is None:
        raise ValueError(f"{invitation.key} asks nobody")
    parts = [text.intro, text.question or text.reason]
    told: dict[str, Any] = {
        "key": message_key(invitation),
        "account": invitation.account,
        "contact": invitation.contact,
        "subject": merged(text.subject, company=company),
        "body": merged("\n\n".join(part for part in parts if part), company=company),
        "now": now,
        "valid_until": invitation.due_at + within(invitation.moment),
    }
    if version.survey.delivery == Delivery.IN_APP:
        return customer_mail.show_in_product(**told)
    is_rhythm = invitation.moment == Moment.RHYTHM
    return customer_mail.write(
        **told,
        sender=None,
        hours=rules.hours,
        priority=Priority.BY_ITSELF if is_rhythm else Priority.USUAL,
    )
