"""Playbooks to read: the list, and a version as a flow. A draft is read where it is edited."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import Right, requires
from playbooks.models import Play, Playbook
from playbooks.pages.builder.page import flow_page
from playbooks.pages.builder.versions import head_context, is_editor, open_version
from playbooks.triggers.vocabulary import PlayState, label


class PlaybookRow(NamedTuple):
    """`shown` is the version in force, else the latest one; `running` plays of all versions."""

    shown: Playbook
    in_force: Playbook | None
    draft: Playbook | None
    category: str
    running: int


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def playbooks(request: HttpRequest) -> HttpResponse:
    """What is in force; CS ops also see drafts and what is out of force."""
    versions = Playbook.objects.order_by("key", "-version")
    if not is_editor(request):
        versions = versions.filter(state=Playbook.State.PUBLISHED)
    open_plays = Play.objects.filter(state=PlayState.OPEN).values_list("playbook_key")
    running = dict(open_plays.annotate(plays=Count("pk")))
    rows = [
        _playbook_row(list(of_key), running.get(key, 0))
        for key, of_key in groupby(versions, key=lambda each: each.key)
    ]
    rows.sort(key=lambda row: (row.in_force is None, row.shown.name.lower()))
    return render(request, "builder/index.html", {"rows": rows, "is_editor": is_editor(request)})


def _playbook_row(versions: list[Playbook], running: int) -> PlaybookRow:
    in_force = next((each for each in versions if each.state == Playbook.State.PUBLISHED), None)
    draft = next((each for each in versions if each.state == Playbook.State.DRAFT), None)
    shown = in_force or versions[0]
    return PlaybookRow(shown, in_force, draft, label(shown.category), running)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def playbook(request: HttpRequest, playbook_id: int) -> HttpResponse:
    found = open_version(request, playbook_id)
    is_draft = found.state == Playbook.State.DRAFT
    context = head_context(request, found) | {"page": flow_page(found, is_checked=is_draft)}
    return render(request, "builder/draft.html" if is_draft else "builder/version.html", context)
