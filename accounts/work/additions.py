"""What an app above adds to a message of its own as it goes out, and no row may hold."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.module_loading import import_string

from accounts.declarations import platform_apps
from accounts.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class MessageAddition:
    """Stands after the body: `text` in plain mail, `html`, as a template renders it, where mail is
    shown as a page (which then is in `language`), `link` alone, whole, in a product."""

    text: str
    html: str
    link: str
    language: str


def addition_to(message: OutboxMessage) -> MessageAddition | None:
    """Of the app whose message it is; None for most. Raises ValueError where it must not go out."""
    for app in platform_apps():
        if app.adds_to_messages:
            found: MessageAddition | None = import_string(app.adds_to_messages)(message)
            if found is not None:
                return found
    return None
