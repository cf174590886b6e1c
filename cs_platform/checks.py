"""What Django should refuse to start with: a route that nobody has given a right."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from cs_platform.routes import right_of, routes


@register()
def every_route_declares_its_right(**_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The page at {address!r} declares no right.",
            hint="Decorate its view with accounts.access.requires(Right.…), give an endpoint a"
            " permission class that has a right, wrap a view of the admin in admin_view.",
            id="cs_platform.E001",
        )
        for _name, address, entry in routes()
        if right_of(entry) is None
    ]
