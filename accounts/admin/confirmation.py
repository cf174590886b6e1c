"""What lets people or machines in is changed only by who has just given their password.

A sign-in counts too. Otherwise the form comes back with one more field, and what was typed in
hidden ones: nothing is kept on the server, nothing is lost, and it works without JavaScript.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from accounts.models import User

FIELD = "confirm_password"


class ConfirmationRequiredError(Exception):
    """The password was not given lately enough for what is about to be saved."""


class ConfirmedAdmin(admin.ModelAdmin):
    """Adds, changes, deletes and acts only for somebody who has just given their password."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        view = super().changeform_view
        return self._run_when_confirmed(
            request, lambda: view(request, object_id, form_url, extra_context)
        )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        view = super().delete_view
        return self._run_when_confirmed(request, lambda: view(request, object_id, extra_context))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        view = super().changelist_view
        return self._run_when_confirmed(request, lambda: view(request, extra_context))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        require_confirmation(request)
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        require_confirmation(request)
        super().delete_model(request, obj)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> Any:
        require_confirmation(request)
        return super().response_action(request, queryset, *args, **kwargs)

    def _run_when_confirmed(
        self, request: HttpRequest, view: Callable[[], HttpResponse]
    ) -> HttpResponse:
        """The password is looked at before the view opens its transaction: whatever becomes of
        that, a wrong guess stays counted."""
        password = request.POST.get(FIELD)
        if password is not None and (wrong := _password_errors(request, password)):
            return self._ask_for_password(request, wrong)
        try:
            return view()
        except ConfirmationRequiredError:
            return self._ask_for_password(request, [])

    def _ask_for_password(self, request: HttpRequest, errors: list[str]) -> HttpResponse:
        typed = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in (FIELD, "csrfmiddlewaretoken")
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Confirm that it is you"),
            "opts": self.opts,
            "field": FIELD,
            "typed": typed,
            "errors": errors,
        }
        return TemplateResponse(request, "admin/confirm.html", context)


def require_confirmation(request: HttpRequest) -> None:
    """Raises ConfirmationRequiredError; for what saves without `ConfirmedAdmin.save_model`."""
    records = get_authentication_records(request, cast(User, request.user))
    latest = max((record["at"] for record in records), default=0)
    if time.time() - latest > app_settings.REAUTHENTICATION_TIMEOUT:
        raise ConfirmationRequiredError


def _password_errors(request: HttpRequest, password: str) -> list[str]:
    """Why the password does not do; nothing where it does, and that is noted in the session."""
    user = cast(User, request.user)
    adapter = get_adapter(request)
    try:
        if not adapter.reauthenticate(user, password):
            raise adapter.validation_error("incorrect_password")
    except ValidationError as error:
        return list(error.messages)
    record_authentication(request, user, method="password", reauthenticated=True)
    return []
