"""The page of a draft: shown, saved as a whole, merged with what somebody else saved meanwhile."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.models import User
from health.facts.sources import connected_sources
from health.models import Scorecard
from health.pages.labels import moment
from health.pages.scorecards.draft_merge import as_data, submitted
from health.pages.scorecards.form import DraftForm
from health.pages.scorecards.page import (
    StartPreview,
    Typed,
    draft_context,
    draft_problems,
    field_problems,
    new_measure,
    scale_of,
)
from health.pages.scorecards.pictures import curve_picture
from health.pages.scorecards.versions import card_word, version_context
from health.publishing import (
    DraftChanged,
    NoDraft,
    NothingToFit,
    begin_draft,
    begin_fitted_draft,
    save_draft,
)
from health.publishing.content import content_of, merge
from health.publishing.draft_edits import content_at, edits_since


def address(scorecard: Scorecard | int, page: str = "change") -> str:
    pk = scorecard if isinstance(scorecard, int) else scorecard.pk
    return reverse(f"admin:health_scorecard_{page}", args=[pk])


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, object_id: str, start_preview: StartPreview) -> HttpResponse:
    """A draft as a form, a published version to read."""
    found = get_object_or_404(
        Scorecard.objects.select_related("edited_by"), pk=_id_or_zero(object_id)
    )
    if found.is_published:
        if request.method == "POST":
            messages.error(
                request,
                gettext("%(card)s is published and never changes.") % {"card": card_word(found)},
            )
            return redirect(address(found))
        return render(request, "scorecards/version.html", version_context(found))
    return (
        _save_sent_draft(request, found, start_preview)
        if request.method == "POST"
        else _draft_page(request, found)
    )


def _id_or_zero(text: str) -> int:
    """0, which nothing has, for what is no id."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _draft_page(
    request: HttpRequest, draft: Scorecard, form: DraftForm | None = None, **more: Any
) -> HttpResponse:
    form = form or DraftForm(draft=draft)
    context = {
        "card": draft,
        "word": card_word(draft),
        "title": card_word(draft),
        "saved_at": moment(draft.edited_at) if draft.edited_at else "",
        "problems": [] if form.is_bound else draft_problems(draft, form),
        "errors": field_problems(form) if form.is_bound else [],
        **draft_context(form),
        **more,
    }
    return render(request, "scorecards/draft.html", context)


def _save_sent_draft(
    request: HttpRequest, draft: Scorecard, start_preview: StartPreview
) -> HttpResponse:
    form = DraftForm(request.POST, draft=draft)
    valid = form.is_valid()
    revision = form.cleaned_data.get("revision") or 0
    if draft.revision != revision:
        return _merged_draft_page(request, draft, revision)
    if not valid:
        return _draft_page(request, draft, form)
    try:
        edit = save_draft(
            draft=draft,
            revision=revision,
            edit=form.edit(),
            user=cast("User", request.user),
            now=clock.now(),
        )
    except DraftChanged:  # between our look and our lock
        draft.refresh_from_db()
        return _merged_draft_page(request, draft, revision)
    except NoDraft:
        return _draft_gone_redirect(request, draft)
    if "preview" in request.POST:
        draft.refresh_from_db()
        return start_preview(request, draft)
    said = (
        gettext("%(card)s is saved.")
        if edit
        else gettext("%(card)s is as it was: nothing was changed.")
    )
    messages.success(request, said % {"card": card_word(draft)})
    return redirect(address(draft))


def _draft_gone_redirect(request: HttpRequest, draft: Scorecard) -> HttpResponse:
    messages.error(
        request,
        gettext(
            "This draft was published or thrown away while you had it open; nothing of yours was"
            " saved. Begin a new draft to go on."
        ),
    )
    exists = Scorecard.objects.filter(pk=draft.pk).exists()
    return redirect(address(draft) if exists else reverse("admin:health_scorecard_changelist"))


def _merged_draft_page(request: HttpRequest, draft: Scorecard, revision: int) -> HttpResponse:
    """Nothing is saved: what I typed and what they saved are shown in one form to look at."""
    theirs = content_of(draft)
    base = content_at(draft, revision=revision) or {}
    mine = submitted(request.POST.dict(), names={*theirs, *base})
    merged = merge(base=base, mine=mine, theirs=theirs)
    sent = {name: request.POST[name] for name in request.POST if name.startswith("new-")}
    form = DraftForm(as_data(merged.content, sent, revision=draft.revision), draft=draft)
    form.is_valid()
    form.show_theirs(merged.clashes)
    labels = form.labels
    return _draft_page(
        request,
        draft,
        form,
        edits=[(e, moment(e.edited_at)) for e in edits_since(draft, revision=revision)],
        clashes=[(name, labels.get(name, name), value) for name, value in merged.clashes.items()],
        lost=[f"{name}: {mine[name]}" for name in merged.lost],
        kept=len(
            [name for name in mine if name in theirs and merged.content[name] != theirs[name]]
        ),
    )


@requires(Right.ADMINISTER, page="admin:health_scorecard_change")
def begin(request: HttpRequest, object_id: int) -> HttpResponse:
    """The draft of this key that is being worked on, or a copy of this version."""
    version = get_object_or_404(Scorecard, pk=object_id)
    draft, is_new = begin_draft(version=version, now=clock.now())
    if not is_new and draft.pk != version.pk:
        messages.info(
            request,
            gettext("%(card)s is being worked on already: go on here.")
            % {"card": card_word(draft)},
        )
    return redirect(address(draft))


@requires(Right.ADMINISTER, page="admin:health_scorecard_change")
def fit(request: HttpRequest, object_id: int) -> HttpResponse:
    """A draft without what no connected source can judge."""
    version = get_object_or_404(Scorecard, pk=object_id)
    try:
        found = begin_fitted_draft(
            version=version,
            connected=connected_sources(),
            user=cast("User", request.user),
            now=clock.now(),
        )
    except NothingToFit:
        messages.error(request, gettext("Nothing is connected that this scorecard could judge."))
        return redirect("setup")
    word = card_word(found.draft)
    if not found.is_new:
        messages.info(
            request,
            gettext("%(card)s is being worked on already, and was left as it is: go on here.")
            % {"card": word},
        )
    elif found.dropped:
        messages.success(
            request,
            gettext("%(card)s does without: %(sources)s.")
            % {"card": word, "sources": ", ".join(found.dropped)},
        )
    else:
        messages.info(
            request,
            gettext("%(card)s drops nothing: every source it needs is connected.") % {"card": word},
        )
    return redirect(address(found.draft))


@requires(Right.ADMINISTER, page="admin:health_scorecard_change")
def discard(request: HttpRequest, object_id: int) -> HttpResponse:
    draft = get_object_or_404(Scorecard, pk=object_id)
    if draft.is_published:
        messages.error(
            request,
            gettext("%(card)s is published and stays.") % {"card": card_word(draft)},
        )
        return redirect(address(draft))
    word = card_word(draft)
    draft.delete()
    messages.success(
        request, gettext("%(card)s is thrown away. What is in force is untouched.") % {"card": word}
    )
    return redirect("admin:health_scorecard_changelist")


@requires(Right.ADMINISTER)
@require_safe
def curve(request: HttpRequest) -> HttpResponse:
    """The picture of a curve that is being typed, or what is wrong with it."""
    name = request.GET.get("field", "")
    picture = curve_picture(request.GET.get(name, "")[:500], name=request.GET.get("of", "")[:80])
    return render(request, "scorecards/_curve.html", {"name": name, "picture": picture})


@requires(Right.ADMINISTER)
@require_safe
def adding(request: HttpRequest, object_id: int) -> HttpResponse:
    """The fields of a measure that is being added: there are others for each that is picked."""
    draft = get_object_or_404(Scorecard, pk=object_id, state=Scorecard.State.DRAFT)
    rows = draft.components.filter(pk=_id_or_zero(request.GET.get("component", "")))
    component = rows.first()
    if component is None:
        return HttpResponse(status=204)
    form = DraftForm(draft=draft, begun=request.GET.dict())
    new = new_measure(form, Typed(form), component)
    return render(request, "scorecards/_new_measure.html", {"new": new, "card": draft})


@requires(Right.ADMINISTER)
@require_safe
def scale(request: HttpRequest, object_id: int) -> HttpResponse:
    """The bands that are being typed, on their scale."""
    draft = get_object_or_404(Scorecard, pk=object_id, state=Scorecard.State.DRAFT)
    data = {**DraftForm(draft=draft).initial, **request.GET.dict()}
    return render(
        request, "scorecards/_scale.html", {"scale": scale_of(DraftForm(data, draft=draft))}
    )
