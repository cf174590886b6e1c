"""The pages of the assignment rules: in force, a draft as a form, a version to read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.models import Installation, User
from health.models import RuleSet
from health.pages.labels import moment
from health.pages.rules.form import form_problems, rules_form, rules_problems
from health.pages.rules.labels import RuleWords, compared_rules, rule_lines
from health.publishing import DraftChanged, NoDraft, begin_rules, rules_draft, save_rules
from health.queries.rules import rules_in_force

StartPreview = Callable[[HttpRequest, RuleSet], HttpResponse]
_LIST = "admin:health_ruleset_changelist"


def address(rules: RuleSet, page: str = "change") -> str:
    return reverse(f"admin:health_ruleset_{page}", args=[rules.pk])


@requires(Right.ADMINISTER)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The rules in force, the draft, and every version with who published it, when and why."""
    current, draft = rules_in_force(), rules_draft()
    published = RuleSet.objects.filter(state=RuleSet.State.PUBLISHED)
    context = {
        "title": gettext("Assignment rules"),
        "current": current,
        "lines": rule_lines(current, RuleWords()) if current else [],
        "draft": draft,
        "versions": published.select_related("published_by").order_by("-version"),
    }
    return render(request, "rules/overview.html", context)


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def version(request: HttpRequest, object_id: str, start_preview: StartPreview) -> HttpResponse:
    """A draft as a form, a published version to read."""
    rows = RuleSet.objects.select_related("edited_by", "published_by", "content_of")
    is_number = object_id.isascii() and object_id.isdecimal() and len(object_id) < 19
    found = get_object_or_404(rows, pk=int(object_id) if is_number else 0)
    if not found.is_published:
        is_saved = request.method == "POST"
        return (
            _save_sent_rules(request, found, start_preview)
            if is_saved
            else _draft_page(request, found)
        )
    if request.method == "POST":
        messages.error(
            request, gettext("%(rules)s are published and never change.") % {"rules": found}
        )
        return redirect(address(found))
    return render(request, "rules/version.html", _version_context(found))


def _version_context(found: RuleSet) -> dict[str, Any]:
    published = RuleSet.objects.filter(state=RuleSet.State.PUBLISHED)
    previous = published.filter(version__lt=found.version).order_by("-version").first()
    return {
        "card": found,
        "title": str(found),
        "published_at": moment(found.published_at) if found.published_at else "",
        "is_in_force": found == rules_in_force(),
        "lines": rule_lines(found, RuleWords()),
        "previous": previous,
        "changes": compared_rules(previous, found) if previous else [],
        "draft": rules_draft(),
    }


def _draft_page(
    request: HttpRequest, draft: RuleSet, form: Any = None, **more: Any
) -> HttpResponse:
    is_typed = form is not None
    form = form or rules_form(draft)
    context = {
        "card": draft,
        "title": str(draft),
        "saved_at": moment(draft.edited_at) if draft.edited_at else "",
        "currency": Installation.current().currency,
        "form": form,
        "rows": form.initial_forms,
        "new_rows": form.extra_forms,
        "errors": form_problems(form) if is_typed else [],
        "problems": [] if is_typed else rules_problems(draft),
        **more,
    }
    return render(request, "rules/draft.html", context)


def _save_sent_rules(
    request: HttpRequest, draft: RuleSet, start_preview: StartPreview
) -> HttpResponse:
    form = rules_form(draft, request.POST)
    sent = request.POST.get("revision", "")
    revision = int(sent) if sent.isdecimal() and len(sent) < 10 else 0
    if draft.revision != revision:
        return _changed_meanwhile(request, draft, form)
    if not form.is_valid():
        return _draft_page(request, draft, form)
    user, now = cast("User", request.user), clock.now()
    try:
        is_new = save_rules(
            draft=draft, revision=revision, rules=form.contents(), user=user, now=now
        )
    except DraftChanged:  # between our look and our lock
        draft.refresh_from_db()
        return _changed_meanwhile(request, draft, form)
    except NoDraft:
        messages.error(
            request,
            gettext("This draft was published or thrown away while you had it open: not saved."),
        )
        return redirect(_LIST)
    if "preview" in request.POST:
        draft.refresh_from_db()
        return start_preview(request, draft)
    saved = gettext("The draft is saved.")
    messages.success(
        request, saved if is_new else gettext("The draft is as it was: nothing was changed.")
    )
    return redirect(address(draft))


def _changed_meanwhile(request: HttpRequest, draft: RuleSet, form: Any) -> HttpResponse:
    """Nothing is saved: what was typed stands in the form, what they saved beside it."""
    form.is_valid()
    return _draft_page(request, draft, form, theirs=rule_lines(draft, RuleWords()))


@requires(Right.ADMINISTER, page=_LIST)
def begin(request: HttpRequest) -> HttpResponse:
    """The draft that is being worked on, or one that says what is in force."""
    draft, is_new = begin_rules(now=clock.now())
    if not is_new:
        messages.info(request, gettext("A draft is being worked on already: go on here."))
    return redirect(address(draft))


@requires(Right.ADMINISTER, page="admin:health_ruleset_change")
def back_to(request: HttpRequest, object_id: int) -> HttpResponse:
    """A draft that says what an earlier version said, to be previewed and published."""
    published = RuleSet.objects.filter(state=RuleSet.State.PUBLISHED)
    earlier = get_object_or_404(published, pk=object_id)
    draft, is_new = begin_rules(now=clock.now(), content=earlier)
    if is_new:
        words = gettext("Back to version %(version)s") % {"version": earlier.version}
        draft.keep_reason(words)
    else:
        messages.error(
            request,
            gettext("A draft is being worked on: publish it or throw it away first."),
        )
    return redirect(address(draft))


@requires(Right.ADMINISTER, page="admin:health_ruleset_change")
def discard(request: HttpRequest, object_id: int) -> HttpResponse:
    found = get_object_or_404(RuleSet, pk=object_id)
    if found.is_published:
        messages.error(request, gettext("%(rules)s are published and stay.") % {"rules": found})
        return redirect(address(found))
    found.delete()
    messages.success(request, gettext("The draft is thrown away. What is in force is untouched."))
    return redirect(_LIST)
