"""What Django should refuse to start with: a route that nobody has given a right."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern

from accounts.access import Right
from cs_platform.runtime.routes import routes


def right_of(entry: URLPattern) -> Right | None:
    """What the route declares to ask for. None: nothing, and then it must not exist.

    A page declares it by `requires`, an endpoint by a permission class. What Django wraps in
    `admin_view` of the site is the room of CS ops; it leaves one of two marks on the address.
    """
    view = entry.callback
    if hasattr(view, "admin_site") or hasattr(view, "model_admin"):
        return Right.ADMINISTER
    declared: Right | None = getattr(view, "right", None)
    if declared is None and hasattr(view, "cls"):
        named = (getattr(needed, "right", None) for needed in view.cls.permission_classes)
        return next((right for right in named if right is not None), None)
    return declared


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
