"""The library for CS ops: what ships, what is installed, what an update would change."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.models import User
from playbooks import library_updates, publishing
from playbooks.library.catalogue import BY_KEY, LibraryEntry
from playbooks.library.definition_reader import PlaybookError
from playbooks.library_updates import EntryState
from playbooks.pages.library.rows import entry_row, step_rows
from playbooks.triggers.descriptions import escalation_label, is_for, starts_when


@requires(Right.ADMINISTER)
@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    rows = [entry_row(state) for state in library_updates.entry_states()]
    return render(request, "library/index.html", {"rows": rows})


@requires(Right.ADMINISTER)
@require_safe
def entry(request: HttpRequest, key: str) -> HttpResponse:
    """What the library says of it; where it is newer than what is installed, the difference."""
    (state,) = library_updates.entry_states([_entry_or_404(key)])
    shipped = state.entry.definition
    context = {
        "row": entry_row(state),
        "shipped": shipped,
        "starts": [starts_when(trigger) for trigger in shipped.triggers],
        "meant_for": is_for(shipped.conditions),
        "draws_in": [escalation_label(each) for each in shipped.escalations],
        "steps": step_rows(shipped),
        **_update_context(state),
    }
    return render(request, "library/entry.html", context)


def _update_context(state: EntryState) -> dict[str, object]:
    if not state.has_update:
        return {}
    try:
        return {"taken": state.taken(), "kept": state.kept()}
    except PlaybookError as error:
        return {"problems": error.problems}


@requires(Right.ADMINISTER, page="library_entry")
def install(request: HttpRequest, key: str) -> HttpResponse:
    user, chosen = cast("User", request.user), _entry_or_404(key)
    try:
        playbook = publishing.install(entry=chosen, by=user, now=clock.now())
    except (publishing.NotInstallableError, PlaybookError) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("Installed: %s. It starts plays from now on.") % playbook)
    return redirect("library_entry", key)


@requires(Right.ADMINISTER, page="library_entry")
def take(request: HttpRequest, key: str) -> HttpResponse:
    user, chosen = cast("User", request.user), _entry_or_404(key)
    try:
        playbook = library_updates.take_update(entry=chosen, by=user, now=clock.now())
    except (library_updates.NoNewsError, PlaybookError) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("Updated: %s. Your own edits stay.") % playbook)
    return redirect("library_entry", key)


@requires(Right.ADMINISTER, page="library_entry")
def keep(request: HttpRequest, key: str) -> HttpResponse:
    try:
        library_updates.keep_own(entry=_entry_or_404(key), now=clock.now())
    except library_updates.NoNewsError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("Yours stays as it is."))
    return redirect("library_entry", key)


def _entry_or_404(key: str) -> LibraryEntry:
    if key not in BY_KEY:
        raise Http404
    return BY_KEY[key]
