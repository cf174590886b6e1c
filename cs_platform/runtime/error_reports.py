"""Unexpected errors to a Sentry of your own, when SENTRY_DSN names one.

The package is an extra (`pip install sentry-sdk`): an installation without it lacks nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from cs_platform.runtime import logs


def start(*, dsn: str, release: str) -> None:
    """Raises ImproperlyConfigured without the package: a DSN that does nothing misleads."""
    try:
        sdk = importlib.import_module("sentry_sdk")
    except ImportError as error:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set, but the package sentry-sdk is not installed: install the extra"
            " “errors”, or take SENTRY_DSN away."
        ) from error
    sdk.init(
        dsn=dsn,
        release=release,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=impersonal,
    )


def impersonal(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any] | None:
    """What failed and where, never whose: as in the log, an error's words stay here.

    None, which sends nothing, for what is no exception.
    """
    errors = event.get("exception", {}).get("values", [])
    if not errors:
        return None
    kept: dict[str, Any] = {
        name: event[name]
        for name in ("event_id", "timestamp", "level", "platform", "release", "logger", "sdk")
        if name in event
    }
    kept["exception"] = {"values": [_without_words(error) for error in errors]}
    kept["transaction"] = event.get("transaction", "")
    kept["tags"] = {"request_id": logs.request_id.get(), "job_id": logs.job_id.get()}
    return kept


def _without_words(error: dict[str, Any]) -> dict[str, Any]:
    frames = error.get("stacktrace", {}).get("frames", [])
    places = [
        {name: frame.get(name) for name in ("filename", "function", "lineno", "module", "in_app")}
        for frame in frames
    ]
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "value": "",
        "stacktrace": {"frames": places},
    }
