"""The surveys of one account: who was asked, what was answered, what was held back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import Account
from surveys.catalogue import (
    CHECKPOINTS,
    HELD_BACK_WORDS,
    KIND_WORDS,
    MOMENT_WORDS,
    REVOKED_WORDS,
    SurveyType,
)
from surveys.models import FollowUp, Invitation, Response
from surveys.queries.answer_changes import AnswerChange, changes_of_answers


@dataclass(frozen=True, slots=True)
class SurveyEntry:
    """An invitation with its answer, if there is one, or an answer from another tool."""

    at: datetime
    survey: str
    person: str
    invitation: Invitation | None
    response: Response | None
    follow_up: FollowUp | None
    before: tuple[AnswerChange, ...] = ()

    @property
    def reason(self) -> str:
        """Why it was held back, revoked or not delivered."""
        return reason_word(self.invitation) if self.invitation else ""

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Different for each, so that pages do not share one."""
        invitation = self.invitation.pk if self.invitation else 0
        return self.at, invitation, self.response.pk if self.response else 0


def reason_word(invitation: Invitation) -> str:
    """Why it was held back or revoked, in words; empty where it was neither."""
    words = REVOKED_WORDS if invitation.state == Invitation.State.REVOKED else HELD_BACK_WORDS
    return words.label(invitation.reason) if invitation.reason else ""


def survey_entries(account: Account, *, limit: int) -> list[list[SurveyEntry]]:
    """The newest first, from both sources, in two statements."""
    asked = Invitation.objects.filter(account=account).select_related(
        "survey", "contact", "response__follow_up"
    )
    told = Response.objects.filter(account=account, invitation=None).select_related(
        "survey", "contact", "follow_up"
    )
    return [
        [_of_invitation(row) for row in asked.order_by("-planned_at", "-pk")[:limit]],
        [_of_answer(row) for row in told.order_by("-answered_at", "-pk")[:limit]],
    ]


def with_changes(entries: Sequence[SurveyEntry]) -> list[SurveyEntry]:
    """With what each answer was before it was changed."""
    answers = [each.response for each in entries if each.response]
    changes = changes_of_answers(answers)
    return [
        replace(each, before=tuple(changes[each.response.pk])) if each.response else each
        for each in entries
    ]


def _of_invitation(row: Invitation) -> SurveyEntry:
    response: Response | None = getattr(row, "response", None)
    return SurveyEntry(
        at=row.planned_at,
        survey=row.survey.name,
        person=str(row.contact or ""),
        invitation=row,
        response=response,
        follow_up=getattr(response, "follow_up", None),
    )


def _of_answer(row: Response) -> SurveyEntry:
    return SurveyEntry(
        at=row.answered_at,
        survey=row.survey.name if row.survey else KIND_WORDS.label(row.survey_key),
        person=str(row.contact or ""),
        invitation=None,
        response=row,
        follow_up=getattr(row, "follow_up", None),
    )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The latest answer at one; None where nobody answered."""

    word: str
    response: Response | None


def whole_journey(account: Account) -> list[Checkpoint]:
    """Each checkpoint in the order of a customer's life, and the NPS, in two statements."""
    nps = Response.objects.filter(account=account, kind=SurveyType.NPS)
    moments = Response.objects.filter(account=account, moment__in=CHECKPOINTS)
    latest = moments.exclude(kind=SurveyType.NPS).order_by("moment", "-answered_at", "-pk")
    found: dict[str, Response] = {row.moment: row for row in latest.distinct("moment")}
    rows = [Checkpoint(MOMENT_WORDS.label(moment), found.get(moment)) for moment in CHECKPOINTS]
    newest = nps.order_by("-answered_at", "-pk").first()
    return [*rows, Checkpoint(KIND_WORDS.label(SurveyType.NPS), newest)]
