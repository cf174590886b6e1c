"""The last change that somebody saved to a draft, kept in their session to be taken back.

Taken back, it is kept as well: taking that back does the change again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from surveys.models import Survey

_KEPT = "survey_undo"


def keep_before(request: HttpRequest, saved: Survey, before: Mapping[str, Any]) -> None:
    """`before`: the content that was there. Called once `saved` is another than that."""
    request.session[_KEPT] = {
        "draft": saved.pk,
        "revision": saved.revision,
        "content": dict(before),
    }


def has_undo(request: HttpRequest, draft: Survey) -> bool:
    return kept_before(request, draft) is not None


def kept_before(request: HttpRequest, draft: Survey) -> dict[str, Any] | None:
    """None where this person saved nothing last, or somebody else saved since."""
    kept = request.session.get(_KEPT)
    if not kept or (kept["draft"], kept["revision"]) != (draft.pk, draft.revision):
        return None
    content: dict[str, Any] = kept["content"]
    return content
