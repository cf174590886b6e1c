"""Scores for machines: present, past, why they moved, and what they crossed."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import reads
from accounts.api.permissions import ReadsHealth
from accounts.api.problems import ApiProblem
from accounts.api.read_schema import ROW_PARAMETERS
from health.api import schema, shown
from health.api.parameters import (
    USUAL_HISTORY,
    USUAL_MOVE,
    account_or_404,
    day_of,
    days_of,
    place_of,
    span_of,
)
from health.models import CurrentHealth, HealthScore, ThresholdCrossing
from health.queries.explanations import explain_stored, stored_day
from health.queries.movers import movers


class HealthsView(APIView):
    permission_classes = (ReadsHealth,)

    @extend_schema(
        operation_id="health", parameters=schema.HEALTH_FILTERS, responses=schema.HEALTHS
    )
    def get(self, request: Request) -> Response:
        rows = reads.visible_to_key(CurrentHealth.objects.all(), request).select_related("account")
        if band := request.query_params.get("band"):
            rows = rows.filter(effective_band=band)
        if key := request.query_params.get("scorecard"):
            rows = rows.filter(scorecard__key=key)
        if (risk := reads.one_of(request, "at_risk", ("true", "false"))) is not None:
            rows = rows.filter(at_risk=risk == "true")
        return reads.cursor_page(
            rows, request, name="health", show=shown.health, known=shown.HEALTH
        )


class HealthView(APIView):
    permission_classes = (ReadsHealth,)

    @extend_schema(
        operation_id="account_health", parameters=ROW_PARAMETERS, responses=schema.HEALTH
    )
    def get(self, request: Request, external_id: str) -> Response:
        account = account_or_404(request, external_id)
        row = CurrentHealth.objects.filter(account=account).select_related("account").first()
        stored = row and stored_day(account_id=account.pk, until=row.day)
        if row is None or stored is None:
            raise Http404
        said = shown.health(row) | shown.readings(stored)
        return reads.row_answer(request, said, known=shown.WHOLE_HEALTH)


class HealthHistoryView(APIView):
    permission_classes = (ReadsHealth,)

    @extend_schema(
        operation_id="account_health_history",
        parameters=schema.HISTORY_FILTERS,
        responses=schema.HISTORY,
    )
    def get(self, request: Request, external_id: str) -> Response:
        account = account_or_404(request, external_id)
        first, last = span_of(request, usual=USUAL_HISTORY)
        if after := day_of(request, "after"):
            first = max(first, after + timedelta(days=1))
        # A day of one account is found by the primary key.
        rows = HealthScore.objects.filter(account=account, day__range=(first, last))
        found = list(rows.order_by("day", "-revision").distinct("day")[: reads.PAGE_SIZE + 1])
        days = found[: reads.PAGE_SIZE]
        following = days[-1].day.isoformat() if len(found) > len(days) else None
        return reads.list_answer(
            request,
            "days",
            [shown.history_day(row) for row in days],
            following,
            known=shown.HISTORY_DAY,
        )


class ExplanationView(APIView):
    permission_classes = (ReadsHealth,)

    @extend_schema(
        operation_id="account_health_explain",
        parameters=schema.EXPLANATION_FILTERS,
        responses=schema.EXPLANATION,
    )
    def get(self, request: Request, external_id: str) -> Response:
        account = account_or_404(request, external_id)
        first, last = span_of(request, usual=USUAL_MOVE)
        before = stored_day(account_id=account.pk, until=first)
        after = stored_day(account_id=account.pk, until=last)
        if before is None or after is None:
            words = f"The account was not judged by {first if before is None else last}."
            raise ApiProblem(404, code="not_judged", detail=words)
        found = explain_stored(before=before, after=after)
        said = shown.explanation(account.external_id, before=before, after=after, found=found)
        return reads.row_answer(request, said, known=shown.EXPLANATION)


class MoversView(APIView):
    permission_classes = (ReadsHealth,)

    @extend_schema(
        operation_id="health_movers", parameters=schema.MOVER_FILTERS, responses=schema.MOVERS
    )
    def get(self, request: Request) -> Response:
        days = days_of(request)
        is_up = reads.one_of(request, "direction", ("down", "up")) == "up"
        start = place_of(request)
        rows = reads.visible_to_key(CurrentHealth.objects.all(), request).select_related("account")
        moved = movers(rows, days=days, is_up=is_up)
        found = list(moved[start : start + reads.PAGE_SIZE + 1])
        page = found[: reads.PAGE_SIZE]
        following = str(start + len(page)) if len(found) > len(page) else None
        return reads.list_answer(
            request,
            "movers",
            [shown.mover(row, days=days) for row in page],
            following,
            known=shown.MOVER,
        )


class CrossingsView(APIView):
    permission_classes = (ReadsHealth,)

    @extend_schema(
        operation_id="crossings", parameters=schema.CROSSING_FILTERS, responses=schema.CROSSINGS
    )
    def get(self, request: Request) -> Response:
        rows = reads.visible_to_key(ThresholdCrossing.objects.all(), request)
        asked = _crossings_asked(rows.select_related("account"), request)
        return reads.cursor_page(
            asked, request, name="crossings", show=shown.crossing, known=shown.CROSSING
        )


def _crossings_asked(
    rows: QuerySet[ThresholdCrossing], request: Request
) -> QuerySet[ThresholdCrossing]:
    if account := request.query_params.get("account"):
        rows = rows.filter(account__external_id=account)
    if (first := day_of(request, "from")) is not None:
        rows = rows.filter(day__gte=first)
    if (last := day_of(request, "to")) is not None:
        rows = rows.filter(day__lte=last)
    if direction := reads.one_of(request, "direction", ThresholdCrossing.Direction.values):
        rows = rows.filter(direction=direction)
    if kind := reads.one_of(request, "kind", ThresholdCrossing.Kind.values):
        rows = rows.filter(kind=kind)
    if subject := request.query_params.get("subject"):
        rows = rows.filter(subject=subject)
    return rows
