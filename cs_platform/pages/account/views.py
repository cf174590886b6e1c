"""An account from seven sides; each tab has its address and the same head."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.access import Right, requires
from accounts.models import Installation, User
from accounts.pages.people_queries import people_by_level
from accounts.pages.revenue_queries import (
    arr_course,
    contracts,
    invoices,
    ledger,
    ledger_rows,
)
from accounts.pages.revenue_source import source_of_revenue
from accounts.pages.team_queries import team_of
from accounts.queries.assumed_renewals import assumed_renewals
from accounts.ui.pagination import merged_page, page_number, take_page
from cs_platform.pages.account.head import AccountHead, account_head, tabs_of
from cs_platform.pages.account.overview import overview_context
from cs_platform.pages.account.timeline import SOURCES, newest_entries
from playbooks.pages.account_plays import plays_context
from surveys.queries.account_surveys import survey_entries, whole_journey, with_changes
from surveys.queries.expansion_signals import expansion_candidates

TIMELINE_PAGE = 40
TIMELINE_LAST_PAGE = 25
LEDGER_PAGE = 25
SURVEYS_PAGE = 25


def _render_tab(
    request: HttpRequest, head: AccountHead, route: str, template: str, context: dict[str, Any]
) -> HttpResponse:
    context = {"head": head, "tabs": tabs_of(head, current=route), "today": head.today, **context}
    return render(request, f"account/{template}.html", context)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def overview(request: HttpRequest, external_id: str) -> HttpResponse:
    head = account_head(request, external_id)
    return _render_tab(
        request,
        head,
        "account",
        "overview",
        overview_context(head, user=cast("User", request.user)),
    )


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def timeline(request: HttpRequest, external_id: str) -> HttpResponse:
    head = account_head(request, external_id)
    kind = request.GET.get("kind", "")
    kind = kind if kind in SOURCES else ""
    number = min(page_number(request), TIMELINE_LAST_PAGE)
    # Each source is read as far as this page can reach, and one row further.
    sources = newest_entries(head.account, kind=kind, limit=number * TIMELINE_PAGE + 1)
    entries, page = merged_page(
        sources, number=number, size=TIMELINE_PAGE, key=lambda entry: entry.order
    )
    kinds = [(key, gettext(word)) for key, (word, _) in SOURCES.items()]
    context = {"entries": entries, "page": page, "kinds": kinds, "kind": kind}
    return _render_tab(request, head, "account_timeline", "timeline", context)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def people(request: HttpRequest, external_id: str) -> HttpResponse:
    head = account_head(request, external_id)
    viewer = cast("User", request.user)
    groups = people_by_level(head.account, viewer=viewer, today=head.today)
    context = {
        "groups": groups,
        "known": sum(len(group.people) for group in groups),
        "team": team_of(head.account, day=head.today),
    }
    return _render_tab(request, head, "account_people", "people", context)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def revenue(request: HttpRequest, external_id: str) -> HttpResponse:
    head = account_head(request, external_id)
    viewer = cast("User", request.user)
    found, page = take_page(ledger(head.account), number=page_number(request), size=LEDGER_PAGE)
    context = {
        "movements": ledger_rows(found, zone=Installation.current().zone),
        "page": page,
        "contracts": contracts(head.account),
        "invoices": invoices(head.account),
        "course": arr_course(head.account, today=head.today),
        "mrr_minor": round(head.account.arr_minor / 12),
        "source": source_of_revenue(head.account, user=viewer),
        "assumed": assumed_renewals(user=viewer, day=head.today, account=head.account),
    }
    return _render_tab(request, head, "account_revenue", "revenue", context)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def surveys(request: HttpRequest, external_id: str) -> HttpResponse:
    head = account_head(request, external_id)
    number = min(page_number(request), TIMELINE_LAST_PAGE)
    entries, page = merged_page(
        survey_entries(head.account, limit=number * SURVEYS_PAGE + 1),
        number=number,
        size=SURVEYS_PAGE,
        key=lambda entry: entry.order,
    )
    context = {
        "entries": with_changes(entries),
        "page": page,
        "journey": whole_journey(head.account),
        "candidate": expansion_candidates(head.today, [head.account.pk]).get(head.account.pk),
    }
    return _render_tab(request, head, "account_surveys", "surveys", context)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def tasks(request: HttpRequest, external_id: str) -> HttpResponse:
    head = account_head(request, external_id)
    context = plays_context(head.account, may_change=head.may_change)
    return _render_tab(request, head, "account_tasks", "tasks", context)
