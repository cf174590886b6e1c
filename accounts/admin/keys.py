"""Machine keys: made here, shown once, revoked here. What they let in is never changed.

They live in real time, also where the installation is frozen on a day.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.bases import KeptAdmin
from accounts.admin.confirmation import ConfirmedAdmin, require_confirmation
from accounts.catalogue import DIRECT_SOURCE
from accounts.keys import (
    A_DAY,
    A_WEEK,
    EVERYTHING,
    LIFETIME,
    SCOPES,
    SURVEYS_READ,
    WORK_READ,
    WORK_WRITE,
    CannotRollError,
    create_key,
    revoke_key,
    roll_key,
)
from accounts.models import ApiKey, Source

_WORK = {
    WORK_READ: _("Read plays and tasks"),
    SURVEYS_READ: _("Read surveys, invitations and answers"),
    WORK_WRITE: _("Start plays and work on tasks, as the person whose key it is"),
}


def scope_word(scope: str) -> str:
    if scope in _WORK:
        return f"{_WORK[scope]} ({scope})"
    kind = scope.partition(":")[2].replace("_", " ")
    return (
        gettext("Everything (%(scope)s)") % {"scope": scope}
        if scope == EVERYTHING
        else f"{kind.capitalize()} ({scope})"
    )


class NewKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope_word(scope)) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What it may do. Give a key no more than its client needs."),
    )
    days = forms.IntegerField(
        label=_("Expires after days"),
        min_value=1,
        max_value=LIFETIME.days,
        initial=LIFETIME.days,
    )

    source = forms.ModelChoiceField(
        Source.objects.exclude(kind=Source.Kind.INTERNAL).order_by("name"),
        initial=DIRECT_SOURCE,
        required=False,
        help_text=_(
            "The system whose records it brings: their ids count within it. The key that"
            " replaces this one later has the same."
        ),
    )

    class Meta:
        model = ApiKey
        fields = ("name", "source", "owner")
        help_texts = {
            "name": _("The client that uses it, such as Warehouse."),
            "owner": _("Leave empty for a key of the company. A person's key ends when they do."),
        }


@admin.register(ApiKey)
class ApiKeyAdmin(ConfirmedAdmin, KeptAdmin):
    list_display = (
        "name",
        "prefix",
        "source",
        "scopes",
        "owner",
        "expires_at",
        "revoked_at",
        "latest_use_at",
    )
    list_select_related = ("owner", "source")
    exclude = ("digest",)
    ordering = ("-pk",)
    autocomplete_fields = ("owner",)
    actions = ("roll_for_a_day", "roll_for_a_week", "revoke_selected")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = NewKeyForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("name", "source", "scopes", "days", "owner")
        return super().get_fields(request, obj)

    def save_model(
        self, request: HttpRequest, obj: ApiKey, form: forms.ModelForm, change: bool
    ) -> None:
        require_confirmation(request)
        made = form.cleaned_data
        key, token = create_key(
            name=made["name"],
            scopes=made["scopes"],
            owner=made["owner"],
            source=made["source"].key if made["source"] else DIRECT_SOURCE,
            now=datetime.now(UTC),
            lifetime=timedelta(days=made["days"]),
        )
        obj.pk = key.pk
        obj.refresh_from_db()
        obj.token = token  # type: ignore[attr-defined]  # until it is shown, with this request

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        return self._new_keys_page(request, [obj])

    @admin.action(
        description=_("Roll: a new key, the old one works for a day"), permissions=["add"]
    )
    def roll_for_a_day(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> Any:
        return self._roll_chosen_keys(request, chosen, overlap=A_DAY)

    @admin.action(
        description=_("Roll: a new key, the old one works for a week"), permissions=["add"]
    )
    def roll_for_a_week(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> Any:
        return self._roll_chosen_keys(request, chosen, overlap=A_WEEK)

    def _roll_chosen_keys(
        self, request: HttpRequest, chosen: QuerySet[ApiKey], *, overlap: timedelta
    ) -> Any:
        made = []
        for key in chosen:
            try:
                successor, token = roll_key(key, now=datetime.now(UTC), overlap=overlap)
            except CannotRollError as error:
                self.message_user(request, str(error), messages.ERROR)
                continue
            successor.token = token  # type: ignore[attr-defined]
            made.append(successor)
            self.log_change(
                request, key, gettext("Rolled into %(successor)s.") % {"successor": successor}
            )
            self.log_addition(request, successor, gettext("Replaces %(key)s.") % {"key": key})
        return self._new_keys_page(request, made) if made else None

    def _new_keys_page(self, request: HttpRequest, keys: list[ApiKey]) -> HttpResponse:
        """The answer itself holds the keys: no redirect, no message, nothing in a cookie."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Copy it now") if len(keys) == 1 else gettext("Copy them now"),
            "opts": self.opts,
            "keys": keys,
        }
        return TemplateResponse(request, "admin/new_keys.html", context)

    @admin.action(description=_("Revoke: they let nothing in from now on"), permissions=["add"])
    def revoke_selected(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        for key in chosen:
            revoke_key(key, now=datetime.now(UTC))
            self.log_change(request, key, gettext("Revoked."))
        self.message_user(
            request, gettext("%(count)s revoked.") % {"count": len(chosen)}, messages.SUCCESS
        )
