"""All scorecards with their versions; two versions side by side; back to an earlier one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, cast

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.catalogue import label
from accounts.models import User
from health.facts.sources import connected_sources
from health.measures import MEASURES
from health.models import CurrentHealth, Scorecard
from health.pages.scorecards.drafts import address
from health.pages.scorecards.page import StartPreview, field_problems
from health.pages.scorecards.reason_form import ReasonForm
from health.pages.scorecards.versions import card_word, compared
from health.publishing import (
    NotPublishable,
    begin_draft,
    draft_of,
    export_card,
    roll_back,
)
from health.queries.coverage import card_coverage
from health.queries.scorecards import Card, in_force
from health.scoring.coverage import most_first

SHOWN = 8


@dataclass(frozen=True, slots=True)
class CoverageGap:
    """A source that delivers nothing to anybody, or a measure of which no account has a value, with
    the points of 100 that wait for it."""

    word: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class ConnectedShare:
    """The points of 100 that can be judged, and those that are needed for a score. `gaps` are
    sources, `empty` measures."""

    points: Decimal
    needed: Decimal
    is_enough: bool
    gaps: tuple[CoverageGap, ...]
    empty: tuple[CoverageGap, ...]


@dataclass(frozen=True, slots=True)
class KeyRow:
    """`accounts` are scored by it now; `older` versions are shown on demand. `share` is what the
    version in force can judge."""

    key: str
    current: Scorecard | None
    draft: Scorecard | None
    versions: list[Scorecard]
    older: list[Scorecard]
    accounts: int
    share: ConnectedShare | None


@requires(Right.ADMINISTER)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    rows = Scorecard.objects.select_related("published_by", "edited_by", "content_of")
    current, scored = in_force(), _accounts_by_key()
    connected = connected_sources()
    keys = [
        _key_row(key, list(versions), current.get(key), scored[key], connected)
        for key, versions in groupby(
            rows.order_by("key", "-version"), key=lambda scorecard: scorecard.key
        )
    ]
    keys.sort(key=lambda row: (-row.accounts, row.key))
    return render(
        request, "scorecards/overview.html", {"keys": keys, "title": gettext("Scorecards")}
    )


def _accounts_by_key() -> Counter[str]:
    found = (
        CurrentHealth.objects.filter(account__status="active")
        .values_list("scorecard__key")
        .annotate(accounts=Count("pk"))
    )
    return Counter(dict(found))


def _key_row(
    key: str,
    versions: list[Scorecard],
    card: Card | None,
    accounts: int,
    connected: Collection[str],
) -> KeyRow:
    published = [version for version in versions if version.is_published]
    current = card.id if card else None
    return KeyRow(
        key=key,
        current=next((version for version in published if version.pk == current), None),
        draft=next((version for version in versions if not version.is_published), None),
        versions=published[:SHOWN],
        older=published[SHOWN:],
        accounts=accounts,
        share=connected_share(card, connected=connected) if card else None,
    )


def connected_share(card: Card, *, connected: Collection[str]) -> ConnectedShare:
    found = card_coverage(card.id, card.spec, connected=connected)
    gaps = tuple(CoverageGap(label(source), p) for source, p in most_first(found.lacking))
    empty = tuple(CoverageGap(MEASURES[key].name, p) for key, p in most_first(found.empty))
    return ConnectedShare(found.judged, found.minimum, found.is_enough, gaps, empty)


@requires(Right.ADMINISTER)
@require_safe
def compare(request: HttpRequest, object_id: int) -> HttpResponse:
    """This version against another of its key: the one named, else the one in force."""
    one = get_object_or_404(Scorecard, pk=object_id)
    others = Scorecard.objects.filter(key=one.key).exclude(pk=one.pk).order_by("-version")
    named = request.GET.get("with", "")
    other = next((each for each in others if str(each.pk) == named), None)
    other = other or _in_force(one) or others.first()
    first, second = sorted([one, other], key=lambda s: s.version) if other else (one, one)
    context = {
        "card": one,
        "title": gettext("%(card)s compared") % {"card": card_word(one)},
        "first": first,
        "second": second,
        "other": other,
        "others": others,
        "sections": compared(first, second),
    }
    return render(request, "scorecards/compare.html", context)


@requires(Right.ADMINISTER)
@require_safe
def export(request: HttpRequest, object_id: int) -> HttpResponse:
    """A published version as the file that an import reads."""
    version = get_object_or_404(Scorecard, pk=object_id, state=Scorecard.State.PUBLISHED)
    response = HttpResponse(export_card(version), content_type="application/yaml; charset=utf-8")
    name = f"{version.key}-v{version.version}.yaml"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _in_force(version: Scorecard) -> Scorecard | None:
    current = in_force().get(version.key)
    if current is None or current.id == version.pk:
        return None
    return Scorecard.objects.get(pk=current.id)


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def back_to(request: HttpRequest, object_id: int, start_preview: StartPreview) -> HttpResponse:
    """A new version that says what this earlier one said, now or after a look at a preview."""
    version = get_object_or_404(Scorecard, pk=object_id, state=Scorecard.State.PUBLISHED)
    previews = "preview" in request.POST
    form = ReasonForm(request.POST if request.method == "POST" else None, is_needed=not previews)
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        if previews:
            return _preview_of(request, version, reason, start_preview)
        return _roll_back(request, version, reason)
    return render(request, "scorecards/back.html", _back_context(version, form))


def _back_context(version: Scorecard, form: ReasonForm) -> dict[str, Any]:
    current = _in_force(version)
    published = Scorecard.objects.filter(key=version.key, state=Scorecard.State.PUBLISHED)
    newest = published.order_by("-version").first() or version
    return {
        "card": version,
        "title": gettext("Roll back to v%(version)s") % {"version": version.version},
        "current": current,
        "next_version": newest.version + 1,
        "draft": draft_of(version.key),
        "sections": compared(current, version) if current else [],
        "form": form,
        "errors": field_problems(form),
    }


def _roll_back(request: HttpRequest, version: Scorecard, reason: str) -> HttpResponse:
    try:
        made = roll_back(
            version=version,
            user=cast("User", request.user),
            reason=gettext("Back to v%(version)s: %(reason)s")
            % {"version": version.version, "reason": reason},
            now=clock.now(),
        )
    except NotPublishable as refusal:
        for problem in refusal.problems:
            messages.error(request, str(problem))
        return redirect(address(version, "back"))
    messages.success(
        request,
        gettext(
            "%(card)s is in force and says what v%(version)s said. Scores follow within minutes."
        )
        % {"card": card_word(made), "version": version.version},
    )
    return redirect(address(made))


def _preview_of(
    request: HttpRequest, version: Scorecard, reason: str, start_preview: StartPreview
) -> HttpResponse:
    """A draft with the old content, to be previewed and published like any other."""
    draft, is_new = begin_draft(version=version, now=clock.now(), content_of=version)
    if not is_new and draft.content_of_id != version.pk:
        messages.error(
            request,
            gettext(
                "%(card)s is being worked on. Publish it or throw it away first, or roll"
                " back without a preview: the draft then stays as it is."
            )
            % {"card": card_word(draft)},
        )
        return redirect(address(version, "back"))
    if reason:
        draft.keep_reason(reason)
    return start_preview(request, draft)
