"""A draft is begun, edited part by part, and thrown away. Whoever was overtaken is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.access import Right, requires
from accounts.models import User
from playbooks import publishing
from playbooks.library.step_edits import move_step
from playbooks.models import Playbook
from playbooks.pages.builder import draft_parts
from playbooks.pages.builder.about import NewPlaybookForm
from playbooks.pages.builder.page import flow_page
from playbooks.pages.builder.part_form import PartForm
from playbooks.pages.builder.removed_step import (
    forget_removed,
    keep_removed,
    removed_of,
    with_removed,
)
from playbooks.pages.builder.versions import head_context, open_version, version_word
from playbooks.publishing import DraftGoneError, DraftMovedOnError, PlaybookError


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, playbook_id: int, part: str, key: str = "") -> HttpResponse:
    """The form of one part beside the flow."""
    draft = open_version(request, playbook_id)
    if draft.state != Playbook.State.DRAFT:
        return _not_a_draft(request, draft)
    content = draft.as_mapping()
    page = flow_page(draft, is_checked=True)
    data = request.POST if request.method == "POST" else None
    form = draft_parts.form_for(content, page, part, key, data)
    if data is None or not form.is_valid():
        return _part_form_page(request, draft, part, key, form)
    saved = draft_parts.changed(content, part, key, form.written())
    try:
        _save_draft_content(request, draft, saved)
    except DraftMovedOnError:
        draft.refresh_from_db()
        return _part_form_page(request, draft, part, key, form, overtaken=True)
    except DraftGoneError:
        return _draft_gone_redirect(request, draft)
    messages.success(request, gettext("Saved. Nothing starts by it before it is published."))
    return redirect(_part_address(draft, part, key))


def _part_form_page(
    request: HttpRequest,
    draft: Playbook,
    part: str,
    key: str,
    form: PartForm,
    *,
    overtaken: bool = False,
) -> HttpResponse:
    fresh = open_version(request, draft.pk)
    context = head_context(request, fresh) | {
        "page": flow_page(fresh, is_checked=True),
        "form": form,
        "part": part,
        "current": key,
        "part_word": draft_parts.word_of(fresh.as_mapping(), part, key),
        "edits": overtaken,
    }
    return render(request, "builder/draft.html", context)


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, playbook_id: int, part: str) -> HttpResponse:
    """What may be added here; a chosen kind is added and its form opened."""
    draft = open_version(request, playbook_id)
    if draft.state != Playbook.State.DRAFT:
        return _not_a_draft(request, draft)
    where = {name: request.GET.get(name, "") for name in ("after", "ending")}
    if request.method != "POST":
        context = head_context(request, draft) | {
            "page": flow_page(draft, is_checked=True),
            "offered": draft_parts.offered(part),
            "part": part,
            **where,
        }
        return render(request, "builder/draft.html", context)
    kind = request.POST.get("kind", "")
    content, key = draft_parts.added(draft.as_mapping(), part, kind, **where)
    return _save_and_redirect(
        request, draft, content, reverse("playbook_item", args=[draft.pk, part, key])
    )


@requires(Right.ADMINISTER, page="playbook")
def move(request: HttpRequest, playbook_id: int) -> HttpResponse:
    """A step one place up or down."""
    draft = open_version(request, playbook_id)
    key, way = request.POST.get("step", ""), request.POST.get("by", "")
    content = draft.as_mapping()
    steps = move_step(content["steps"], key, by=-1 if way == "up" else 1)
    where = f"{reverse('playbook', args=[draft.pk])}?moved={key}&by={way}#step-{key}"
    return _save_and_redirect(request, draft, {**content, "steps": steps}, where)


@requires(Right.ADMINISTER, page="playbook")
def remove(request: HttpRequest, playbook_id: int) -> HttpResponse:
    """A step, trigger or escalation."""
    draft = open_version(request, playbook_id)
    part, key = request.POST.get("part", ""), request.POST.get("key", "")
    try:
        content = draft_parts.removed(draft.as_mapping(), part, key)
    except Http404:
        messages.info(request, gettext("It is not there any more."))
        return redirect("playbook", draft.pk)
    before = draft.as_mapping()

    def keep() -> None:
        if part == "step":
            keep_removed(request, draft, before, key)

    return _save_and_redirect(request, draft, content, reverse("playbook", args=[draft.pk]), keep)


@requires(Right.ADMINISTER, page="playbook")
def take_back(request: HttpRequest, playbook_id: int) -> HttpResponse:
    """The step that this person removed last comes back to its place."""
    draft = open_version(request, playbook_id)
    kept = removed_of(request, draft)
    if kept is None or draft.state != Playbook.State.DRAFT:
        messages.info(request, gettext("There is nothing to take back."))
        return redirect("playbook", draft.pk)
    content = {**draft.as_mapping(), "steps": with_removed(kept, draft)}
    where = f"{reverse('playbook', args=[draft.pk])}#step-{kept['key']}"
    return _save_and_redirect(request, draft, content, where, lambda: forget_removed(request))


def _save_and_redirect(
    request: HttpRequest,
    draft: Playbook,
    content: Mapping[str, Any],
    address: str,
    once_saved: Callable[[], None] = lambda: None,
) -> HttpResponse:
    try:
        _save_draft_content(request, draft, content)
        once_saved()
    except DraftMovedOnError:
        draft.refresh_from_db()
        words = gettext(
            "%s saved this draft meanwhile: nothing of yours was done. Look, and try again."
        )
        messages.error(request, words % (draft.edited_by or gettext("Somebody")))
        return redirect("playbook", draft.pk)
    except DraftGoneError:
        return _draft_gone_redirect(request, draft)
    return redirect(address)


def _save_draft_content(request: HttpRequest, draft: Playbook, content: Mapping[str, Any]) -> None:
    given = request.POST.get("revision", "")
    publishing.save_draft(
        draft=draft,
        revision=int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0,
        content=content,
        by=cast("User", request.user),
        now=clock.now(),
    )


def _part_address(draft: Playbook, part: str, key: str) -> str:
    anchor = f"{part}-{key}" if key else "about"
    return f"{reverse('playbook', args=[draft.pk])}#{anchor}"


def _not_a_draft(request: HttpRequest, playbook: Playbook) -> HttpResponse:
    messages.info(request, gettext("%s was published and never changes.") % version_word(playbook))
    return redirect("playbook", playbook.pk)


def _draft_gone_redirect(request: HttpRequest, draft: Playbook) -> HttpResponse:
    messages.error(
        request,
        gettext("This draft was published or thrown away meanwhile; nothing of yours was saved."),
    )
    exists = Playbook.objects.filter(pk=draft.pk).exists()
    return redirect("playbook", draft.pk) if exists else redirect("playbooks")


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A playbook from nothing."""
    form = NewPlaybookForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        user = cast("User", request.user)
        try:
            draft = publishing.new_draft(**form.cleaned_data, by=user, now=clock.now())
        except PlaybookError as error:
            form.add_error("key", list(error.problems))
        else:
            return redirect("playbook", draft.pk)
    return render(request, "builder/new.html", {"form": form})


@requires(Right.ADMINISTER, page="playbook")
def begin(request: HttpRequest, playbook_id: int) -> HttpResponse:
    """The draft that is being worked on, or a copy of this version."""
    version = open_version(request, playbook_id)
    try:
        draft, is_new = publishing.begin_draft(version=version, now=clock.now())
    except PlaybookError as error:
        messages.error(request, str(error))
        return redirect("playbook", version.pk)
    if not is_new and draft.pk != version.pk:
        words = gettext("%s is being worked on already: go on here.")
        messages.info(request, words % version_word(draft))
    return redirect("playbook", draft.pk)


@requires(Right.ADMINISTER, page="playbook")
def discard(request: HttpRequest, playbook_id: int) -> HttpResponse:
    draft = open_version(request, playbook_id)
    try:
        publishing.discard_draft(draft=draft)
    except DraftGoneError:
        return _not_a_draft(request, draft)
    words = gettext("%s is thrown away. What is in force is untouched.")
    messages.success(request, words % version_word(draft))
    return redirect("playbooks")
