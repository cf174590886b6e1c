"""Scores for machines: present, past, why they moved, and what a draft would make of an account."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import clock
from accounts.api import bodies, reads
from accounts.api.permissions import ReadsHealth
from accounts.api.problems import ApiProblem
from accounts.api.read_schema import LIST_PARAMETERS, ROW_PARAMETERS
from accounts.models import Account
from health.api import schema, shown
from health.models import CurrentHealth, HealthScore, Publication, Scorecard, ThresholdCrossing
from health.preview.what_if import WhatIf, what_if
from health.publishing import FileProblem, import_draft
from health.publishing.yaml_export import card_document
from health.queries.explanations import explain_stored, stored_day
from health.queries.movers import MOST_DAYS, with_change
from health.queries.scorecards import in_force, published_card
from health.scoring import NotationError

MOST_HISTORY = 1_096
USUAL_HISTORY, USUAL_MOVE = 90, 7


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
        return reads.cursor_page(rows, request, name="health", show=shown.health, known=shown.HEALTH)


class HealthView(APIView):
    permission_classes = (ReadsHealth,)

    @extend_schema(
        operation_id="account_health", parameters=ROW_PARAMETERS, responses=schema.HEALTH
    )
    def get(self, request: Request, external_id: str) -> Response:
        account = _account_or_404(request, external_id)
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
        account = _account_or_404(request, external_id)
        first, last = _span_of(request, usual=USUAL_HISTORY)
        if after := _day_of(request, "after"):
            first = max(first, after + timedelta(days=1))
        # Uses index: health_healthscore_pkey
        rows = HealthScore.objects.filter(account=account, day__range=(first, last))
        found = list(
            rows.order_by("day", "-revision").distinct("day")[: reads.PAGE_SIZE + 1]
        )
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
        account = _account_or_404(request, external_id)
        first, last = _span_of(request, usual=USUAL_MOVE)
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
        days = _days_of(request)
        is_up = reads.one_of(request, "direction", ("down", "up")) == "up"
        start = _place_of(request)
        rows = with_change(reads.visible_to_key(CurrentHealth.objects.all(), request), days=days)
        moved = rows.filter(change__gt=0) if is_up else rows.filter(change__lt=0)
        ordered = moved.select_related("account").order_by("-change" if is_up else "change", "pk")
        found = list(ordered[start : start + reads.PAGE_SIZE + 1])
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
        rows = _crossings_asked(rows.select_related("account"), request)
        return reads.cursor_page(
            rows, request, name="crossings", show=shown.crossing, known=shown.CROSSING
        )


class ScorecardsView(APIView):
    permission_classes = (ReadsHealth,)

    @extend_schema(
        operation_id="scorecards", parameters=LIST_PARAMETERS, responses=schema.SCORECARDS
    )
    def get(self, request: Request) -> Response:
        after = request.query_params.get("after") or ""
        cards = [card for key, card in sorted(in_force().items()) if key > after]
        page = cards[: reads.PAGE_SIZE]
        following = page[-1].spec.key if len(cards) > len(page) else None
        published, drafts = _publications(), _draft_keys()
        rows = [
            shown.scorecard(
                card, published_at=published[card.id], has_draft=card.spec.key in drafts
            )
            for card in page
        ]
        return reads.list_answer(request, "scorecards", rows, following, known=shown.SCORECARD)


class ScorecardView(APIView):
    permission_classes = (ReadsHealth,)

    @extend_schema(
        operation_id="scorecard",
        parameters=schema.SCORECARD_FILTERS,
        responses=schema.SCORECARD,
    )
    def get(self, request: Request, key: str) -> Response:
        row = _published_row(key, request.query_params.get("version"))
        card = published_card(row.pk)
        said = shown.scorecard(
            card, published_at=_publications()[row.pk], has_draft=key in _draft_keys()
        )
        content = card_document(card.spec, description=row.description)
        return reads.row_answer(request, said | {"content": content}, known=shown.WHOLE_SCORECARD)


class WhatIfView(APIView):
    """What a draft would make of one account. Nothing is kept."""

    permission_classes = (ReadsHealth,)

    @extend_schema(
        operation_id="account_health_what_if",
        request=schema.WHAT_IF_REQUEST,
        responses=schema.WHAT_IF,
    )
    def post(self, request: Request, external_id: str) -> Response:
        asked = bodies.json_object(bodies.plain_body(request))
        account = _account_or_404(request, external_id)
        try:
            found = _judged_by_draft(asked, account)
        except (FileProblem, NotationError) as problem:
            raise ApiProblem(422, code="scorecard", detail=str(problem)) from problem
        if found is None:
            words = "The account has no score to compare: never judged, too new, or no customer."
            raise ApiProblem(409, code="not_judged", detail=words)
        return Response(shown.what_if(account.external_id, found))


def _judged_by_draft(asked: dict[str, Any], account: Account) -> WhatIf | None:
    """Of a draft that is there, or of one that is made for the answer and taken back."""
    text, key = asked.get("yaml"), asked.get("scorecard")
    if isinstance(text, str) and key is None:
        with transaction.atomic():
            found = what_if(
                import_draft(text, now=clock.now()), account=account, day=clock.today()
            )
            transaction.set_rollback(True)
        return found
    if not isinstance(key, str) or text is not None:
        words = "Give `scorecard`, the key of one that has a draft, or `yaml`."
        raise ApiProblem(400, code="body", detail=words)
    draft = Scorecard.objects.filter(key=key, state=Scorecard.State.DRAFT).first()
    if draft is None:
        raise ApiProblem(404, code="no_draft", detail=f"The scorecard {key[:100]!r} has no draft.")
    return what_if(draft, account=account, day=clock.today())


def _account_or_404(request: Request, external_id: str) -> Account:
    rows = reads.visible_to_key(Account.objects.all(), request)
    found: Account | None = rows.filter(external_id=external_id).first()
    if found is None:
        raise Http404
    return found


def _crossings_asked(
    rows: QuerySet[ThresholdCrossing], request: Request
) -> QuerySet[ThresholdCrossing]:
    if account := request.query_params.get("account"):
        rows = rows.filter(account__external_id=account)
    if (first := _day_of(request, "from")) is not None:
        rows = rows.filter(day__gte=first)
    if (last := _day_of(request, "to")) is not None:
        rows = rows.filter(day__lte=last)
    if direction := reads.one_of(request, "direction", ThresholdCrossing.Direction.values):
        rows = rows.filter(direction=direction)
    if kind := reads.one_of(request, "kind", ThresholdCrossing.Kind.values):
        rows = rows.filter(kind=kind)
    if subject := request.query_params.get("subject"):
        rows = rows.filter(subject=subject)
    return rows


def _day_of(request: Request, name: str) -> date | None:
    asked = request.query_params.get(name)
    if not asked:
        return None
    try:
        return date.fromisoformat(asked)
    except ValueError as problem:
        words = f"Give `{name}` as a day, such as 2025-03-17."
        raise ApiProblem(400, code="day", detail=words) from problem


def _span_of(request: Request, *, usual: int) -> tuple[date, date]:
    last = _day_of(request, "to") or clock.today()
    first = _day_of(request, "from") or last - timedelta(days=usual)
    if not timedelta(0) <= last - first <= timedelta(days=MOST_HISTORY):
        words = f"`from` is before `to`, by {MOST_HISTORY} days at most."
        raise ApiProblem(400, code="span", detail=words)
    return first, last


def _days_of(request: Request) -> int:
    asked = request.query_params.get("days") or str(USUAL_MOVE)
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:4]) <= MOST_DAYS):
        words = f"Give `days` from 1 to {MOST_DAYS}."
        raise ApiProblem(400, code="days", detail=words)
    return int(asked)


def _place_of(request: Request) -> int:
    asked = request.query_params.get("after") or "0"
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 7):
        raise ApiProblem(400, code="cursor", detail="Give `after` as `next` of the page before.")
    return int(asked)


def _published_row(key: str, version: str | None) -> Scorecard:
    if version is None:
        card = in_force().get(key)
        rows = Scorecard.objects.filter(pk=card.id if card else None)
    else:
        is_number = version.isascii() and version.isdigit() and len(version) <= 6
        rows = Scorecard.objects.filter(
            key=key,
            version=int(version) if is_number else None,
            state=Scorecard.State.PUBLISHED,
        )
    row = rows.first()
    if row is None:
        raise Http404
    return row


def _publications() -> dict[int, Any]:
    """By scorecard when it was published last."""
    rows = Publication.objects.order_by("published_at").values_list("scorecard_id", "published_at")
    return dict(rows)


def _draft_keys() -> set[str]:
    return set(Scorecard.objects.filter(state=Scorecard.State.DRAFT).values_list("key", flat=True))
