"""Scorecards for machines: what is in force, and what a draft would make of an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import clock
from accounts.api import bodies, reads
from accounts.api.permissions import ReadsHealth
from accounts.api.problems import ApiProblem
from accounts.api.read_schema import LIST_PARAMETERS
from accounts.models import Account
from health.api import schema, shown
from health.api.parameters import account_or_404
from health.models import Publication, Scorecard
from health.preview.what_if import WhatIf, what_if
from health.publishing import FileProblem, NotPublishable, import_draft
from health.publishing.yaml_export import card_document
from health.queries.scorecards import in_force, published_card


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
        published, drafts = _publication_times(), _draft_keys()
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
            card, published_at=_publication_times()[row.pk], has_draft=key in _draft_keys()
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
        account = account_or_404(request, external_id)
        try:
            found = _judged_by_draft(asked, account)
        except (FileProblem, NotPublishable) as problem:
            raise ApiProblem(422, code="scorecard", detail=str(problem)) from problem
        except (DataError, IntegrityError) as problem:
            words = "A key or a name in it is too long, or one that is to be unique stands twice."
            raise ApiProblem(422, code="scorecard", detail=words) from problem
        if found is None:
            words = "The account has no score to compare: never judged, too new, or no customer."
            raise ApiProblem(409, code="not_judged", detail=words)
        return Response(shown.what_if(account.external_id, found))


def _judged_by_draft(asked: Mapping[str, Any], account: Account) -> WhatIf | None:
    """Of a draft that is there, or of one that is made for the answer and taken back."""
    text, key = asked.get("yaml"), asked.get("scorecard")
    if isinstance(text, str) and key is None:
        with transaction.atomic():
            found = what_if(import_draft(text, now=clock.now()), account=account, day=clock.today())
            transaction.set_rollback(True)
        return found
    if not isinstance(key, str) or text is not None:
        words = "Give `scorecard`, the key of one that has a draft, or `yaml`."
        raise ApiProblem(400, code="body", detail=words)
    draft = Scorecard.objects.filter(key=key, state=Scorecard.State.DRAFT).first()
    if draft is None:
        raise ApiProblem(404, code="no_draft", detail=f"The scorecard {key[:100]!r} has no draft.")
    return what_if(draft, account=account, day=clock.today())


def _published_row(key: str, version: str | None) -> Scorecard:
    if version is None:
        card = in_force().get(key)
        number = card.spec.version if card else 0
    else:
        is_number = version.isascii() and version.isdigit() and len(version) <= 6
        number = int(version) if is_number else 0
    rows = Scorecard.objects.filter(key=key, version=number, state=Scorecard.State.PUBLISHED)
    row = rows.first()
    if row is None:
        raise Http404
    return row


def _publication_times() -> dict[int, Any]:
    """By scorecard when it was published last."""
    rows = Publication.objects.order_by("published_at").values_list("scorecard_id", "published_at")
    return dict(rows)


def _draft_keys() -> set[str]:
    return set(Scorecard.objects.filter(state=Scorecard.State.DRAFT).values_list("key", flat=True))
