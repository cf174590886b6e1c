"""The admin in the order CS ops works in: what they tune first, what is recorded last."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import Right, requires

ORDER = ("health", "playbooks", "metrics", "surveys", "accounts")


class PlatformAdminSite(AdminSite):
    site_header = _("CS ops")
    site_title = _("CS ops")
    index_title = _("Tune the platform")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Asks as our own pages do: nobody is sent to a log-in of its own, and what no browser
        sends is refused; Django would answer DELETE as it answers GET."""
        sent = require_http_methods(["GET", "HEAD", "POST"])(view)
        return requires(Right.ADMINISTER)(super().admin_view(sent, cacheable))

    def get_urls(self) -> list[Any]:
        """Without “view on site”: nothing here has an address it could lead to, and what has no
        table of its own would make it fail."""
        return [
            entry for entry in super().get_urls() if getattr(entry, "name", "") != "view_on_site"
        ]

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """There is one page for it, with its limits and its mail to the person."""
        return redirect("account_change_password")

    password_change_done = password_change  # type: ignore[assignment]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps: list[Any] = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: _app_place(app["app_label"]))


def _app_place(app_label: str) -> int:
    return ORDER.index(app_label) if app_label in ORDER else len(ORDER)
