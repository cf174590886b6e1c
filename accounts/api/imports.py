"""GET /api/v1/imports/<id>/: how a batch went, for the key that sent it."""

from __future__ import annotations

from typing import cast

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import schema
from accounts.api.permissions import HoldsKey
from accounts.models import ApiKey, ImportRun

PROBLEMS_SHOWN = 1_000
_SHOWN = ("read", "created", "updated", "unchanged", "rejected", "warnings")


class ImportView(APIView):
    permission_classes = (HoldsKey,)

    @extend_schema(operation_id="import_read", responses=schema.IMPORT_RESPONSES)
    def get(self, request: Request, run_id: int) -> Response:
        key = cast(ApiKey, request.auth)  # HoldsKey lets nobody else through
        run = ImportRun.objects.filter(pk=run_id, api_key=key).first()
        if run is None:
            raise Http404
        problems = run.problems.order_by("pk")[:PROBLEMS_SHOWN]
        return Response(
            {
                "import": run.pk,
                "state": run.state,
                "reason": run.reason,
                **{name: getattr(run, name) for name in _SHOWN},
                "problems": [
                    {
                        "index": problem.position,
                        "level": problem.level,
                        "field": problem.field,
                        "code": problem.code,
                        "message": problem.message,
                    }
                    for problem in problems
                ],
            }
        )
