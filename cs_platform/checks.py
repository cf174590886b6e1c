"""What Django should refuse to start with: a page that nobody has given a right."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from cs_platform.routes import routes

# Reached without signing in, or guarded by a gate of their own (admin site, API permissions).
OPEN_ROUTES = frozenset(
    {
        "healthz",
        "readyz",
        "prometheus",
        "login",
        "account_login",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
    }
)
GUARDED_PREFIXES = ("admin/", "api/v1/")


@register()
def every_page_declares_its_right(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The page at {address!r} declares no right.",
            hint="Decorate its view with accounts.access.requires(Right.…).",
            id="cs_platform.E001",
        )
        for name, address, entry in routes()
        if name not in OPEN_ROUTES
        and not address.startswith(GUARDED_PREFIXES)
        and not hasattr(entry.callback, "right")
    ]
