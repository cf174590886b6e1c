"""Surveys for machines: what each scored, whom it asked and what was answered. Answers are written
like all records, by the bulk endpoint (kind `survey_answers`)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response as ApiAnswer
from rest_framework.views import APIView

from accounts import clock
from accounts.api import reads
from accounts.api.permissions import ReadsSurveys
from accounts.api.problems import ApiProblem
from accounts.api.read_schema import LIST_PARAMETERS, ROW_PARAMETERS
from surveys.api import schema
from surveys.catalogue import SurveyType
from surveys.models import Invitation, Response, SurveyPolicy
from surveys.queries.answer_changes import changes_of_answer
from surveys.queries.results import AnswerPeriod
from surveys.queries.survey_summaries import (
    SurveySummary,
    published_versions,
    survey_summaries,
    survey_summary,
)

USUAL_DAYS, MOST_DAYS = 90, 3 * 365


class SurveysView(APIView):
    permission_classes = (ReadsSurveys,)

    @extend_schema(
        operation_id="surveys",
        parameters=[*schema.DAYS, *LIST_PARAMETERS],
        responses=schema.SURVEYS,
    )
    def get(self, request: Request) -> ApiAnswer:
        period, after = _period_of(request), request.query_params.get("after") or ""
        found = survey_summaries(user=reads.key_owner(request), period=period)
        rest = [each for each in found if each.key > after]
        shown = rest[: reads.PAGE_SIZE]
        following = shown[-1].key if len(rest) > len(shown) else None
        rows = _shown_surveys(shown, period)
        return reads.list_answer(
            request, "surveys", rows, following, known=schema.SURVEY_PROPERTIES
        )


class SurveyView(APIView):
    permission_classes = (ReadsSurveys,)

    @extend_schema(
        operation_id="survey",
        parameters=[*schema.DAYS, *ROW_PARAMETERS],
        responses=schema.SURVEY,
    )
    def get(self, request: Request, key: str) -> ApiAnswer:
        period = _period_of(request)
        found = survey_summary(key, user=reads.key_owner(request), period=period)
        if found is None:
            raise Http404
        (row,) = _shown_surveys([found], period)
        row["versions"] = [schema.version(each) for each in published_versions(key)]
        return reads.row_answer(request, row, known=schema.WHOLE_SURVEY_PROPERTIES)


class SurveyAnswersView(APIView):
    permission_classes = (ReadsSurveys,)

    @extend_schema(
        operation_id="survey_answers", parameters=schema.ANSWER_FILTERS, responses=schema.ANSWERS
    )
    def get(self, request: Request) -> ApiAnswer:
        rows = _within_filters(
            _answers_seen(request), request, survey="survey_key", at="answered_at"
        )
        if kind := reads.one_of(request, "kind", list(SurveyType)):
            rows = rows.filter(kind=kind)
        if group := reads.one_of(request, "group", list(schema.GROUPS)):
            rows = rows.filter(standing=schema.GROUPS[group])
        return reads.cursor_page(
            rows,
            request,
            name="survey_answers",
            show=schema.answer,
            known=schema.ANSWER_PROPERTIES,
        )


class SurveyAnswerView(APIView):
    permission_classes = (ReadsSurveys,)

    @extend_schema(operation_id="survey_answer", parameters=ROW_PARAMETERS, responses=schema.ANSWER)
    def get(self, request: Request, answer_id: int) -> ApiAnswer:
        row = reads.row_or_404(_answers_seen(request), answer_id)
        shown = schema.answer(row)
        shown["before"] = [schema.change(each) for each in changes_of_answer(row)]
        return reads.row_answer(request, shown, known=schema.WHOLE_ANSWER_PROPERTIES)


class SurveyInvitationsView(APIView):
    permission_classes = (ReadsSurveys,)

    @extend_schema(
        operation_id="survey_invitations",
        parameters=schema.INVITATION_FILTERS,
        responses=schema.INVITATIONS,
    )
    def get(self, request: Request) -> ApiAnswer:
        rows = _within_filters(
            _invitations_seen(request), request, survey="survey__key", at="planned_at"
        )
        if state := reads.one_of(request, "state", Invitation.State.values):
            rows = rows.filter(state=state)
        if reason := request.query_params.get("reason"):
            rows = rows.filter(reason=reason)
        return reads.cursor_page(
            rows,
            request,
            name="survey_invitations",
            show=schema.invitation,
            known=schema.INVITATION_PROPERTIES,
        )


class SurveyInvitationView(APIView):
    permission_classes = (ReadsSurveys,)

    @extend_schema(
        operation_id="survey_invitation", parameters=ROW_PARAMETERS, responses=schema.INVITATION
    )
    def get(self, request: Request, invitation_id: int) -> ApiAnswer:
        row = reads.row_or_404(_invitations_seen(request), invitation_id)
        return reads.row_answer(request, schema.invitation(row), known=schema.INVITATION_PROPERTIES)


def _period_of(request: Request) -> AnswerPeriod:
    asked = request.query_params.get("days") or str(USUAL_DAYS)
    is_number = asked.isascii() and asked.isdigit() and len(asked) <= 4
    if not is_number or not 1 <= int(asked) <= MOST_DAYS:
        raise ApiProblem(400, code="days", detail=f"Give `days` as 1 to {MOST_DAYS}.")
    return AnswerPeriod(int(asked), until=clock.now())


def _shown_surveys(found: list[SurveySummary], period: AnswerPeriod) -> list[dict[str, Any]]:
    low_percent = SurveyPolicy.current().low_response_percent
    return [schema.survey(each, days=period.days, low_percent=low_percent) for each in found]


def _answers_seen(request: Request) -> QuerySet[Any]:
    rows = reads.visible_to_key(Response.objects.all(), request)
    return rows.select_related("account", "contact", "survey", "follow_up__owner")


def _invitations_seen(request: Request) -> QuerySet[Any]:
    rows = reads.visible_to_key(Invitation.objects.all(), request)
    return rows.select_related("account", "contact", "survey", "response")


def _within_filters(
    rows: QuerySet[Any], request: Request, *, survey: str, at: str
) -> QuerySet[Any]:
    """`survey` and `at`: the paths to its key, and to the time that is asked for."""
    asked = request.query_params
    if account := asked.get("account"):
        rows = rows.filter(account__external_id=account)
    if key := asked.get("survey"):
        rows = rows.filter(**{survey: key})
    if since := reads.moment_of(request, "since"):
        rows = rows.filter(**{f"{at}__gte": since})
    if until := reads.moment_of(request, "until"):
        rows = rows.filter(**{f"{at}__lt": until})
    return rows
