"""The step that somebody removed last from a draft, kept in their session to be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from playbooks.library.step_edits import Data, return_step
from playbooks.models import Playbook

_KEPT = "removed_step"


def keep_removed(
    request: HttpRequest, draft: Playbook, before: Mapping[str, Any], key: str
) -> None:
    """`before`: the content of the draft with the step. Called once the draft was saved."""
    step = next(each for each in before["steps"] if each["key"] == key)
    request.session[_KEPT] = {
        "draft": draft.pk,
        "key": key,
        "title": step["title"] or key,
        "steps": before["steps"],
        "revision": draft.revision + 1,
    }


def removed_of(request: HttpRequest, draft: Playbook) -> dict[str, Any] | None:
    """None where this person removed none from this draft, or took it back."""
    kept: dict[str, Any] | None = request.session.get(_KEPT)
    return kept if kept and kept["draft"] == draft.pk else None


def forget_removed(request: HttpRequest) -> None:
    request.session.pop(_KEPT, None)


def with_removed(kept: Mapping[str, Any], draft: Playbook) -> list[Data]:
    """The steps with it: all as they were, where nothing was changed since it went."""
    steps: list[Data] = draft.as_mapping()["steps"]
    if draft.revision == kept["revision"]:
        return list(kept["steps"])
    if any(each["key"] == kept["key"] for each in steps):
        return steps
    return return_step(steps, kept["steps"], key=kept["key"])
