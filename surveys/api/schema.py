"""Surveys, answers and invitations as the API says them, and their OpenAPI description."""

from __future__ import annotations

from typing import Any

from accounts.api.read_schema import (
    BOOLEAN,
    ID,
    LATER,
    LIST_PARAMETERS,
    NULLABLE,
    NULLABLE_ID,
    NUMBER,
    TEXT,
    TIME,
    filter_parameters,
    list_responses,
    object_schema,
    row_responses,
)
from surveys.catalogue import SurveyType
from surveys.models import FollowUp, Invitation, Response, Survey
from surveys.queries.answer_changes import AnswerChange
from surveys.queries.results import SurveyResult
from surveys.queries.survey_summaries import SurveySummary
from surveys.scoring.scores import ResponseRate, Score, Standing, points

GROUPS = {Standing.FAVOURABLE.value: 1, Standing.NEUTRAL.value: 0, Standing.UNFAVOURABLE.value: -1}
_GROUP_OF = {standing: group for group, standing in GROUPS.items()}
_EXACT = {"type": "number"}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


_SCORE = object_schema(
    {"value": _EXACT, "low": _EXACT, "high": _EXACT, "n": ID, "is_thin": BOOLEAN}
)
_RATE = object_schema(
    {
        "percent": _EXACT, "low": _EXACT, "high": _EXACT,
        "answered": ID, "sent": ID, "is_low": BOOLEAN,
    }
)  # fmt: skip
_RESULT = object_schema(
    {"kind": TEXT, "answers": ID, "score": _or_null(_SCORE), "response_rate": _or_null(_RATE)}
)
SURVEY_PROPERTIES = {
    "key": TEXT,
    "name": TEXT,
    "version": NULLABLE_ID,
    "state": NULLABLE,
    "moment": NULLABLE,
    "days": ID,
    "results": {"type": "array", "items": _RESULT},
}
_VERSION = object_schema(
    {
        "version": ID, "state": TEXT, "published_at": LATER, "kind": TEXT, "scale": TEXT,
        "is_reversed": BOOLEAN, "moment": TEXT, "event_kind": TEXT, "delay_hours": ID,
        "recipients": TEXT, "delivery": TEXT, "needs_consent": BOOLEAN, "audience": TEXT,
        "expires_days": ID, "further": {"type": "array"}, "texts": {"type": "object"},
    }
)  # fmt: skip
WHOLE_SURVEY_PROPERTIES = SURVEY_PROPERTIES | {"versions": {"type": "array", "items": _VERSION}}
_FOLLOW_UP = object_schema({"id": ID, "state": TEXT, "due_at": TIME, "owner": NULLABLE})
ANSWER_PROPERTIES = {
    "id": ID, "external_id": TEXT, "source": TEXT, "survey": TEXT, "version": NULLABLE_ID,
    "kind": TEXT, "moment": TEXT, "account": TEXT, "contact": NULLABLE, "invitation": NULLABLE_ID,
    "value": NULLABLE_ID, "lowest": ID, "highest": ID, "is_reversed": BOOLEAN, "group": NULLABLE,
    "comment": TEXT, "sentiment": NUMBER, "further": {"type": "object"}, "may_call": BOOLEAN,
    "language": TEXT, "answered_at": TIME, "changed_at": LATER, "completed_at": LATER,
    "learned_at": TIME, "follow_up": _or_null(_FOLLOW_UP),
}  # fmt: skip
_CHANGE = object_schema({"at": TIME, "by": NULLABLE, "value": NULLABLE_ID, "group": NULLABLE})
WHOLE_ANSWER_PROPERTIES = ANSWER_PROPERTIES | {"before": {"type": "array", "items": _CHANGE}}
INVITATION_PROPERTIES = {
    "id": ID, "survey": TEXT, "version": ID, "account": TEXT, "contact": NULLABLE, "moment": TEXT,
    "occasion": TEXT, "state": TEXT, "reason": TEXT, "language": TEXT, "planned_at": TIME,
    "due_at": TIME, "sent_at": LATER, "expires_at": LATER, "answer": NULLABLE_ID,
}  # fmt: skip


def survey(found: SurveySummary, *, days: int, low_percent: int) -> dict[str, Any]:
    version = found.survey
    return {
        "key": found.key,
        "name": found.name,
        "version": version and version.version,
        "state": version and version.state,
        "moment": version and version.moment,
        "days": days,
        "results": [_shown_result(each, low_percent=low_percent) for each in found.results],
    }


def _shown_result(found: SurveyResult, *, low_percent: int) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "answers": found.answers,
        "score": found.score and _shown_score(found.score),
        "response_rate": found.rate and _shown_rate(found.rate, low_percent=low_percent),
    }


def _shown_score(found: Score) -> dict[str, Any]:
    return {
        "value": float(points(found.value)),
        "low": float(points(found.low)),
        "high": float(points(found.high)),
        "n": found.n,
        "is_thin": found.is_thin,
    }


def _shown_rate(found: ResponseRate, *, low_percent: int) -> dict[str, Any]:
    return {
        "percent": float(points(found.value)),
        "low": float(points(found.low)),
        "high": float(points(found.high)),
        "answered": found.answered,
        "sent": found.sent,
        "is_low": found.value < low_percent,
    }


def version(row: Survey) -> dict[str, Any]:
    """In the shape of the YAML: questions by language under `texts`."""
    said = row.as_mapping()
    del said["key"], said["name"]
    published = row.published_at and row.published_at.isoformat()
    return {"version": row.version, "state": row.state, "published_at": published, **said}


def answer(row: Response) -> dict[str, Any]:
    follow_up: FollowUp | None = getattr(row, "follow_up", None)
    return {
        "id": row.pk,
        "external_id": row.external_id,
        "source": row.source_id,
        "survey": row.survey_key,
        "version": row.survey and row.survey.version,
        "kind": row.kind,
        "moment": row.moment,
        "account": row.account.external_id,
        "contact": row.contact and row.contact.external_id,
        "invitation": row.invitation_id,
        "value": row.value,
        "lowest": row.lowest,
        "highest": row.highest,
        "is_reversed": row.is_reversed,
        "group": group_of(row.standing),
        "comment": row.comment,
        "sentiment": row.sentiment,
        "further": row.further,
        "may_call": row.may_call,
        "language": row.language,
        "answered_at": row.answered_at.isoformat(),
        "changed_at": row.changed_at and row.changed_at.isoformat(),
        "completed_at": row.completed_at and row.completed_at.isoformat(),
        "learned_at": row.learned_at.isoformat(),
        "follow_up": follow_up and _follow_up(follow_up),
    }


def group_of(standing: int | None) -> str | None:
    return None if standing is None else _GROUP_OF[standing]


def _follow_up(row: FollowUp) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": row.state,
        "due_at": row.due_at.isoformat(),
        "owner": row.owner and row.owner.email,
    }


def change(found: AnswerChange) -> dict[str, Any]:
    return {
        "at": found.at.isoformat(),
        "by": found.by,
        "value": found.value,
        "group": group_of(found.standing),
    }


def invitation(row: Invitation) -> dict[str, Any]:
    """Neither the link nor what it is made of: whoever has it answers."""
    response: Response | None = getattr(row, "response", None)
    return {
        "id": row.pk,
        "survey": row.survey.key,
        "version": row.survey.version,
        "account": row.account.external_id,
        "contact": row.contact and row.contact.external_id,
        "moment": row.moment,
        "occasion": row.occasion,
        "state": row.state,
        "reason": row.reason,
        "language": row.language,
        "planned_at": row.planned_at.isoformat(),
        "due_at": row.due_at.isoformat(),
        "sent_at": row.sent_at and row.sent_at.isoformat(),
        "expires_at": row.expires_at and row.expires_at.isoformat(),
        "answer": response and response.pk,
    }


DAYS = filter_parameters(days="So many days up to now, 1 to 1,095; 90 without it.")
SURVEYS = list_responses("surveys", SURVEY_PROPERTIES, following=NULLABLE)
SURVEY = row_responses(WHOLE_SURVEY_PROPERTIES)
ANSWERS = list_responses("survey_answers", ANSWER_PROPERTIES)
ANSWER = row_responses(WHOLE_ANSWER_PROPERTIES)
INVITATIONS = list_responses("survey_invitations", INVITATION_PROPERTIES)
INVITATION = row_responses(INVITATION_PROPERTIES)
_OF_BOTH = {"survey": "Key of the survey.", "account": "External id of the account."}
ANSWER_FILTERS = [
    *filter_parameters(
        **_OF_BOTH,
        kind=f"One of {', '.join(SurveyType)}.",
        group=f"One of {', '.join(GROUPS)}.",
        since="Answered then or later; a time with its offset.",
        until="Answered before then.",
    ),
    *LIST_PARAMETERS,
]
INVITATION_FILTERS = [
    *filter_parameters(
        **_OF_BOTH,
        state=f"One of {', '.join(Invitation.State.values)}.",
        reason="Why it was held back, revoked or not delivered.",
        since="Planned then or later; a time with its offset.",
        until="Planned before then.",
    ),
    *LIST_PARAMETERS,
]
