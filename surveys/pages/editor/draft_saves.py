"""A part of a draft is saved from the revision somebody looked at; whoever was overtaken is told,
and what they typed stands over what was saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from accounts import clock
from accounts.models import User
from accounts.ui.request_kind import wants_part
from surveys import publishing
from surveys.models import Survey
from surveys.pages.editor.draft_page import OpenDraft, open_draft, open_survey
from surveys.pages.editor.undo import keep_before
from surveys.publishing import SurveyMovedOnError, SurveyNotADraftError


@dataclass(frozen=True, slots=True)
class DraftPart:
    """A part that is edited: `make` its form of a draft and of what was posted, `show` its page;
    the last argument says that somebody else saved meanwhile."""

    make: Callable[[OpenDraft, Any], forms.Form]
    show: Callable[[OpenDraft, Any, bool], HttpResponse]


def save_part(
    request: HttpRequest,
    draft: OpenDraft,
    content: Mapping[str, Any],
    part: DraftPart,
    *,
    where: str = "",
) -> HttpResponse:
    """`where` one is led then; a part of a page stays where it is, if that is the same page."""
    try:
        saved = save_content(request, draft, content)
    except SurveyMovedOnError:
        fresh = open_draft(open_survey(draft.row.pk))
        form = part.make(fresh, request.POST)
        form.is_valid()
        return part.show(fresh, form, True)
    except SurveyNotADraftError:
        return draft_gone(request, draft.row)
    messages.success(request, gettext("Saved. Nobody is asked by it before it is published."))
    if wants_part(request) and where.partition("?")[0] in ("", request.path):
        fresh = open_draft(open_survey(saved.pk))
        return part.show(fresh, part.make(fresh, None), False)
    return lead_to(request, where or request.path)


def save_content(request: HttpRequest, draft: OpenDraft, content: Mapping[str, Any]) -> Survey:
    """Raises SurveyMovedOnError, SurveyNotADraftError."""
    saved = publishing.save_draft(
        draft=draft.row,
        revision=revision_of(request),
        content=content,
        by=cast("User", request.user),
        now=clock.now(),
        may_be_incomplete=True,
    )
    if saved.revision != draft.row.revision:
        keep_before(request, saved, draft.content)
    return saved


def revision_of(request: HttpRequest) -> int:
    """0, which no draft has, for what is none."""
    given = request.POST.get("revision", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0


def was_overtaken(request: HttpRequest, draft: OpenDraft) -> bool:
    """Somebody saved since the page that was sent was opened: told with what is wrong in it too,
    since the page that is shown then is saved from the draft as it is now."""
    return request.method == "POST" and revision_of(request) != draft.row.revision


def posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def part_response(request: HttpRequest, context: Mapping[str, Any]) -> HttpResponse:
    is_part = wants_part(request)
    name = "survey_editor/_draft.html" if is_part else "survey_editor/draft.html"
    return render(request, name, {**context, "is_part": is_part})


def lead_to(request: HttpRequest, address: str) -> HttpResponse:
    if wants_part(request):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def draft_gone(request: HttpRequest, row: Survey) -> HttpResponse:
    messages.error(
        request,
        gettext("This draft was published or thrown away meanwhile; nothing of yours was saved."),
    )
    exists = Survey.objects.filter(pk=row.pk).exists()
    page = reverse("survey_version", args=[row.pk]) if exists else reverse("surveys_editor")
    return lead_to(request, page)


def not_a_draft(request: HttpRequest, row: Survey) -> HttpResponse:
    words = gettext("%(version)s was published and never changes.")
    messages.info(request, words % {"version": row})
    return lead_to(request, reverse("survey_version", args=[row.pk]))
