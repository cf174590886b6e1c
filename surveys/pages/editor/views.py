"""Surveys as CS ops keep them: the list, and a version to read."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import Right, requires
from accounts.ui.pagination import page_number, take_page
from surveys.library.definition_reader import examine_survey
from surveys.models import Invitation, Survey
from surveys.pages.editor.sentences import sentences

PAGE_SIZE = 50
_OUT = (Invitation.State.SENT, Invitation.State.ANSWERED, Invitation.State.EXPIRED)


@requires(Right.ADMINISTER)
@require_safe
def surveys(request: HttpRequest) -> HttpResponse:
    """Drafts and what is in force, with how often each was sent; the latest version of what is
    neither."""
    same = Survey.objects.filter(key=OuterRef("key"))
    in_use = Exists(same.exclude(state=Survey.State.RETIRED))
    later = Exists(same.filter(version__gt=OuterRef("version")))
    is_shown = ~Q(state=Survey.State.RETIRED) | (~in_use & ~later)
    sent = Count("invitations", filter=Q(invitations__state__in=_OUT))
    rows = Survey.objects.filter(is_shown).annotate(sent=sent).order_by("key", "-version")
    found, page = take_page(rows, number=page_number(request), size=PAGE_SIZE)
    return render(request, "survey_editor/index.html", {"found": found, "page": page})


def version_page(request: HttpRequest, row: Survey) -> HttpResponse:
    """One that was published: what it does, in sentences, and what it says."""
    definition, _problems = examine_survey(row.as_mapping())
    others = Survey.objects.filter(key=row.key)
    context = {
        "row": row,
        "sentences": sentences(definition),
        "texts": definition.texts,
        "draft": others.filter(state=Survey.State.DRAFT).first(),
        "newer": others.filter(state=Survey.State.PUBLISHED).exclude(pk=row.pk).first(),
    }
    return render(request, "survey_editor/version.html", context)
