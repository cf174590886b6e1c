"""What an endpoint of the machine API asks for: its permission class declares the right."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.access import Right
from accounts.intake.specs import SPECS
from accounts.keys import HEALTH_READ, SURVEYS_READ, WORK_READ, WORK_WRITE, allows
from accounts.models import ApiKey


class HoldsKey(BasePermission):
    right = Right.HOLD_KEY

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, ApiKey)


class MayIngest(BasePermission):
    right = Right.INGEST

    def has_permission(self, request: Request, view: Any) -> bool:
        key, kind = request.auth, view.kwargs["kind"]
        if not isinstance(key, ApiKey):
            return False
        if kind not in SPECS:
            raise Http404
        return allows(key, f"ingest:{kind}")


class ReadsWork(BasePermission):
    right = Right.READ_WORK

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, ApiKey) and allows(request.auth, WORK_READ)


class ReadsHealth(BasePermission):
    right = Right.READ_HEALTH

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, ApiKey) and allows(request.auth, HEALTH_READ)


class ReadsSurveys(BasePermission):
    right = Right.READ_SURVEYS

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, ApiKey) and allows(request.auth, SURVEYS_READ)


class DoesWork(BasePermission):
    """What is done is done by somebody: a key without a person does nothing."""

    right = Right.DO_WORK

    def has_permission(self, request: Request, view: Any) -> bool:
        key = request.auth
        return isinstance(key, ApiKey) and allows(key, WORK_WRITE) and key.owner is not None
