"""The preview of a draft, of a scorecard or of the assignment rules: asked for, watched, read, and
published from."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts import clock
from accounts.access import Right, requires
from accounts.models import User
from accounts.ui.pagination import page_number
from accounts.ui.request_kind import wants_part
from cs_platform.models.previews import Draft, Preview
from cs_platform.pages.scorecard_preview.queries import (
    latest_preview,
    report_context,
    waiting_context,
)
from cs_platform.previews.job import AT_ONCE, NotPreviewable, job_of, request_preview
from cs_platform.previews.publication import StalePreview, publish_previewed, why_stale
from cs_platform.scheduling.job_runner import run_job
from health.models import RuleSet, Scorecard
from health.pages.scorecards.page import field_problems
from health.pages.scorecards.reason_form import ReasonForm
from health.pages.scorecards.versions import draft_word
from health.publishing import NotPublishable


def address(draft: Draft, page: str = "preview") -> str:
    return reverse(f"admin:health_{draft._meta.model_name}_{page}", args=[draft.pk])


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def preview(
    request: HttpRequest, object_id: int, of: type[Scorecard] | type[RuleSet]
) -> HttpResponse:
    draft = cast("Draft", get_object_or_404(of, pk=object_id))
    if draft.is_published:
        messages.info(
            request,
            gettext("%(card)s is published: there is nothing to preview.")
            % {"card": draft_word(draft)},
        )
        return redirect(address(draft, "change"))
    if request.method == "POST":
        return start(request, draft)
    return _preview_page(request, draft)


def start(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Asks for a preview and leads to it. A small portfolio is done before the page is there."""
    try:
        asked = request_preview(draft=draft, user=cast("User", request.user), now=clock.now())
    except NotPreviewable:
        messages.error(
            request, gettext("The draft is saved. Settle what is listed here, then preview it.")
        )
        return redirect(address(draft, "change"))
    job = job_of(asked)
    if job is not None and asked.total <= AT_ONCE:
        run_job(job.pk)
    return redirect(address(draft))


def _preview_page(
    request: HttpRequest, draft: Draft, form: ReasonForm | None = None
) -> HttpResponse:
    found = latest_preview(draft)
    if found is None or found.finished_at is None:
        template = "scorecards/_waiting.html" if wants_part(request) else "scorecards/waiting.html"
        context = _head_context(draft) | waiting_context(found)
        return render(request, template, context)
    context = _head_context(draft) | report_context(
        found,
        draft,
        from_band=request.GET.get("from", "")[:20],
        to_band=request.GET.get("to", "")[:20],
        page=page_number(request),
    )
    form = form or ReasonForm(initial={"reason": draft.reason})
    context |= {"form": form, "errors": field_problems(form), "stale": why_stale(found, draft)}
    if wants_part(request):
        # A page that was waiting is shown whole; a page of movers only itself.
        if request.headers.get("HX-Target") != "movers":
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "scorecards/_movers.html", context)
    return render(request, "scorecards/preview.html", context)


def _head_context(draft: Draft) -> dict[str, Any]:
    return {
        "card": draft,
        "is_of_rules": isinstance(draft, RuleSet),
        "addresses": {page: address(draft, page) for page in ("change", "preview", "publish")},
        "word": draft_word(draft),
        "title": gettext("Preview of %(draft)s") % {"draft": draft_word(draft)},
    }


def _named_preview(request: HttpRequest, draft: Draft) -> Preview | None:
    """The one that was on the page."""
    named = request.POST.get("preview", "")
    number = int(named) if named.isdecimal() and len(named) < 19 else 0
    return Preview.objects.of(draft).filter(pk=number).first()


@requires(Right.ADMINISTER, page="admin:health_scorecard_preview")
def publish(request: HttpRequest, object_id: int) -> HttpResponse:
    """Only from the preview of the draft as it stands."""
    return _publish_from_page(request, get_object_or_404(Scorecard, pk=object_id))


@requires(Right.ADMINISTER, page="admin:health_ruleset_preview")
def publish_rules(request: HttpRequest, object_id: int) -> HttpResponse:
    """As scorecards are."""
    return _publish_from_page(request, get_object_or_404(RuleSet, pk=object_id))


def _publish_from_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    form = ReasonForm(request.POST)
    if form.is_valid():
        return _publish_and_redirect(request, draft, form.cleaned_data["reason"])
    if draft.is_published:
        return redirect(address(draft, "change"))
    return _preview_page(request, draft, form)


def _publish_and_redirect(request: HttpRequest, draft: Draft, reason: str) -> HttpResponse:
    """Leads to what is in force, or to where the refusal is put right."""
    try:
        publish_previewed(
            preview=_named_preview(request, draft),
            draft=draft,
            user=cast("User", request.user),
            reason=reason,
            now=clock.now(),
        )
    except StalePreview as stale:
        draft.keep_reason(reason)
        messages.error(request, gettext("Not published. %(stale)s") % {"stale": stale})
        return redirect(address(draft))
    except NotPublishable as refusal:
        for problem in refusal.problems:
            messages.error(request, gettext("Not published. %(problem)s") % {"problem": problem})
        return redirect(address(draft, "change"))
    draft.refresh_from_db()
    messages.success(
        request,
        gettext("%(card)s is in force. Scores and charts follow within minutes.")
        % {"card": draft_word(draft)},
    )
    return redirect(address(draft, "change"))
