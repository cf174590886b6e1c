"""Which versions of a playbook somebody may open, and what stands at the head of their pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext

from accounts.access import Right, may
from playbooks.models import Play, Playbook
from playbooks.pages.builder.removed_step import removed_of
from playbooks.triggers.vocabulary import PlayState


@dataclass(frozen=True, slots=True)
class VersionHead:
    """`running`: plays that run on this version and keep it."""

    playbook: Playbook
    state_word: str
    in_force: Playbook | None
    draft: Playbook | None
    running: int

    @property
    def is_draft(self) -> bool:
        return self.playbook.state == Playbook.State.DRAFT

    @property
    def is_in_force(self) -> bool:
        return self.playbook.state == Playbook.State.PUBLISHED


def open_version(request: HttpRequest, playbook_id: int) -> Playbook:
    """With its steps. A draft is CS ops' own: to everybody else it is not there."""
    versions = Playbook.objects.select_related("edited_by", "published_by")
    found = versions.prefetch_related("steps").filter(pk=playbook_id).first()
    if found is None or (found.state == Playbook.State.DRAFT and not is_editor(request)):
        raise Http404
    return found


def is_editor(request: HttpRequest) -> bool:
    return may(request.user, Right.ADMINISTER)


def head_of(request: HttpRequest, playbook: Playbook) -> VersionHead:
    versions = list(Playbook.objects.filter(key=playbook.key).order_by("-version"))
    in_force = next((each for each in versions if each.state == Playbook.State.PUBLISHED), None)
    draft = next((each for each in versions if each.state == Playbook.State.DRAFT), None)
    runs_on = in_force if playbook.state == Playbook.State.DRAFT else playbook
    running = Play.objects.filter(state=PlayState.OPEN, playbook=runs_on).count() if runs_on else 0
    return VersionHead(
        playbook=playbook,
        state_word=state_word(playbook),
        in_force=in_force,
        draft=draft if is_editor(request) else None,
        running=running,
    )


def state_word(playbook: Playbook) -> str:
    return {
        Playbook.State.DRAFT: gettext("Draft of v%s") % playbook.version,
        Playbook.State.PUBLISHED: gettext("v%s, in force") % playbook.version,
        Playbook.State.RETIRED: gettext("v%s, out of force") % playbook.version,
    }[Playbook.State(playbook.state)]


def version_word(playbook: Playbook) -> str:
    return f"{playbook.name} v{playbook.version}"


def head_context(request: HttpRequest, playbook: Playbook) -> dict[str, Any]:
    return {
        "head": head_of(request, playbook),
        "playbook": playbook,
        "is_editor": is_editor(request),
        "word": version_word(playbook),
        "removed": removed_of(request, playbook),
    }
