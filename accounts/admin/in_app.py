"""Products in which messages are shown: their pages, and the secret that proves who looks.

Secrets live in real time, also where the installation is frozen on a day.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.bases import KeptAdmin, TrackedAdmin
from accounts.admin.confirmation import ConfirmedAdmin, require_confirmation
from accounts.models import InAppSite, Source

_DEFAULT_PORTS = {"https": 443, "http": 80}
_MOST_ORIGINS = 50


def origin_of(address: str) -> str:
    """As browsers write it: scheme, host, and the port where it is not the usual one.

    Raises ValidationError, which quotes what was written.
    """
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = (parts.hostname or "").lower()
    is_near = host in ("localhost", "127.0.0.1")
    is_right = parts.scheme == "https" or (parts.scheme == "http" and is_near)
    if not host or not is_right or parts.path.strip("/") or parts.query or parts.username:
        says = _("“%(address)s” is no origin: write it as https://app.example.com.")
        raise ValidationError(says % {"address": address[:100]})
    shown = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


class InAppSiteForm(forms.ModelForm):
    origins = forms.CharField(
        label=_("Origins"),
        max_length=8_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Of the pages that may ask, one a line, such as https://app.example.com."),
    )

    class Meta:
        model = InAppSite
        fields = ("source", "origins", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "source" in self.fields:
            kept = Source.objects.exclude(kind=Source.Kind.INTERNAL).order_by("name")
            self.fields["source"].queryset = kept  # type: ignore[attr-defined]
        if self.instance.pk is not None:
            self.initial["origins"] = "\n".join(self.instance.origins)

    def clean_origins(self) -> list[str]:
        written = [line for line in str(self.cleaned_data["origins"]).split() if line]
        if len(written) > _MOST_ORIGINS:
            raise ValidationError(_("At most 50 origins."))
        return list(dict.fromkeys(origin_of(line) for line in written))


@admin.register(InAppSite)
class InAppSiteAdmin(ConfirmedAdmin, KeptAdmin, TrackedAdmin):
    form = InAppSiteForm
    list_display = ("source", "origins", "rolled_at", "is_active")
    list_select_related = ("source",)
    fields = ("source", "origins", "is_active")
    actions = ("roll_selected",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Tokens name the source: it stays."""
        return ("source",) if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        require_confirmation(request)
        if not change:
            obj.shown_secret = obj.take_new_secret(now=datetime.now(UTC))
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        return self._show_new_secrets(request, [obj])

    @admin.action(
        description=_("Roll: a new secret, the old one proves for a week"), permissions=["change"]
    )
    def roll_selected(self, request: HttpRequest, chosen: QuerySet[InAppSite]) -> HttpResponse:
        rolled = list(chosen.select_for_update(of=("self",)).select_related("source"))
        for site in rolled:
            site.shown_secret = site.take_new_secret(now=datetime.now(UTC))  # type: ignore[attr-defined]
            site.save(update_fields=["sealed_secret", "sealed_earlier", "rolled_at"])
            self.log_change(request, site, gettext("Rolled."))
        return self._show_new_secrets(request, rolled)

    def _show_new_secrets(self, request: HttpRequest, sites: list[InAppSite]) -> HttpResponse:
        """The answer itself holds the secrets: no redirect, no message, nothing in a cookie."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Copy it now"),
            "opts": self.opts,
            "sites": sites,
        }
        return TemplateResponse(request, "admin/new_in_app_secrets.html", context)
