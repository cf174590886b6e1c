"""Stores what somebody answered, once an invitation, and what it sets off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.catalogue import SURVEYS_SOURCE
from surveys.actions.aftermath import follow_answer
from surveys.catalogue import SurveyType
from surveys.models import Invitation, Response
from surveys.queries.open_invitations import can_be_answered
from surveys.scoring.scores import AnswerScale, Standing, SurveyKind
from surveys.scoring.sentiment import sentiment

_STANDINGS = {Standing.FAVOURABLE: 1, Standing.NEUTRAL: 0, Standing.UNFAVOURABLE: -1}
_PARTS = ("value", "comment", "further", "may_call")


class LinkClosedError(ValueError):
    """The invitation cannot be answered any more; nothing was written."""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """`value`: of the scored question; None in a free survey. `further` by key: words, or the
    number of the option, from 1. `is_complete`: nothing else is to come."""

    value: int | None
    comment: str = ""
    further: Mapping[str, str | int] = field(default_factory=dict)
    may_call: bool = False
    is_complete: bool = False


@transaction.atomic
def record_answer(
    *, invitation: Invitation, given: GivenAnswer, language: str, now: datetime
) -> Response:
    """The one answer of the invitation: made, or changed. The same answer again changes nothing.

    Raises LinkClosedError, also where the invitation was taken back since it was read, and
    ValueError for a value that is not on the survey's scale.
    """
    row = _locked_invitation(invitation, now=now)
    found = Response.objects.filter(invitation=row).first()
    told = {name: getattr(given, name) for name in _PARTS} | {"further": dict(given.further)}
    is_new = found is None
    answer = found or _blank_answer(row, now=now)
    is_changed = is_new or any(getattr(answer, name) != value for name, value in told.items())
    if not is_changed and (answer.completed_at or not given.is_complete):
        return answer
    for name, value in told.items():
        setattr(answer, name, value)
    answer.completed_at = answer.completed_at or (now if given.is_complete else None)
    if is_changed:
        answer.language = language
        answer.standing = standing_of(answer)
        answer.sentiment = sentiment(answer.comment, language=language.partition("-")[0] or None)
        answer.changed_at = None if is_new else now
    answer.save()
    if is_changed:
        _mark_answered(row, now=now)
        follow_answer(answer, now=now)
    return answer


def standing_of(answer: Response) -> int | None:
    """1 favourable, 0 neutral, -1 unfavourable; None of a free survey. Raises ValueError."""
    if answer.kind == SurveyType.FREE:
        if answer.value is not None:
            raise ValueError("a free survey has no score")
        return None
    if answer.value is None:
        raise ValueError("the score is missing")
    kind = SurveyKind(answer.kind)
    scale = AnswerScale(kind, answer.lowest, answer.highest, answer.is_reversed)
    return _STANDINGS[scale.reading(answer.value)]


def _locked_invitation(invitation: Invitation, *, now: datetime) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",), no_key=True)
    known = Q(pk=invitation.pk, nonce=invitation.nonce, contact__erased_at__isnull=True)
    related = rows.select_related("survey", "account", "contact")
    row: Invitation | None = related.filter(known).first()
    if row is None or row.contact is None or not can_be_answered(row, now=now):
        raise LinkClosedError
    return row


def _blank_answer(invitation: Invitation, *, now: datetime) -> Response:
    survey = invitation.survey
    asked: dict[str, Any] = {
        "survey": survey,
        "survey_key": survey.key,
        "kind": survey.kind,
        "moment": invitation.moment,
        "lowest": survey.lowest,
        "highest": survey.highest,
        "is_reversed": survey.is_reversed,
    }
    return Response(
        account=invitation.account,
        contact=invitation.contact,
        source_id=SURVEYS_SOURCE,
        external_id=str(invitation.pk),
        invitation=invitation,
        answered_at=now,
        learned_at=now,
        **asked,
    )


def _mark_answered(invitation: Invitation, *, now: datetime) -> None:
    invitation.state = Invitation.State.ANSWERED
    invitation.sent_at = invitation.sent_at or now
    invitation.save(update_fields=["state", "sent_at"])
