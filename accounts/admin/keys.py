"""Machine keys: made here, shown once, revoked here. What they let in is never changed.

They live in real time, also where the installation is frozen on a day.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from accounts.admin.bases import KeptAdmin
from accounts.admin.confirming import ConfirmedAdmin, require_confirmation
from accounts.catalogue import DIRECT_SOURCE
from accounts.keys import EVERYTHING, LIFETIME, SCOPES, create_key, revoke_key
from accounts.models import ApiKey, Source

LONGEST_DAYS = 3_650


def scope_word(scope: str) -> str:
    kind = scope.partition(":")[2].replace("_", " ")
    return f"Everything ({scope})" if scope == EVERYTHING else f"{kind.capitalize()} ({scope})"


class NewKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope_word(scope)) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        help_text="What it may send. Give a key no more than its client needs.",
    )
    days = forms.IntegerField(
        label="Expires after days",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=LIFETIME.days,
    )

    source = forms.ModelChoiceField(
        Source.objects.exclude(kind=Source.Kind.INTERNAL).order_by("name"),
        initial=DIRECT_SOURCE,
        required=False,
        help_text="The system whose records it brings: their ids count within it. The key that"
        " replaces this one later has the same.",
    )

    class Meta:
        model = ApiKey
        fields = ("name", "source", "owner")
        help_texts = {
            "name": "The client that uses it, such as Warehouse.",
            "owner": "Leave empty for a key of the company. A person's key ends when they do.",
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
    actions = ("revoke_selected",)

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
        self.message_user(
            request,
            format_html(
                "The key is <code>{}</code>. Copy it now: it is not kept and not shown again.",
                token,
            ),
            messages.WARNING,
        )

    @admin.action(description="Revoke: they let nothing in from now on", permissions=["add"])
    def revoke_selected(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        for key in chosen:
            revoke_key(key, now=datetime.now(UTC))
            self.log_change(request, key, "Revoked.")
        self.message_user(request, f"{len(chosen)} revoked.", messages.SUCCESS)
