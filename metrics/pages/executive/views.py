"""What a leader opens before the board meeting; every figure leads to what it is made of."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import Right, may, requires
from accounts.models import Account
from accounts.queries.rates import rate_table
from accounts.ui.request_kind import wants_part
from health.queries.figures import WANTED_COVERAGE
from health.queries.unscored import Unscored, why_unscored
from health.scoring import UNSCORED
from metrics.pages.executive import csv as executive_csv
from metrics.pages.executive import csv_report as executive_csv_report
from metrics.pages.executive.context import report_context
from metrics.pages.executive.lists import (
    View,
    accuracy_context,
    causes_context,
    change_context,
    figure_context,
    health_context,
    renewals_context,
)
from metrics.pages.executive.nps import nps_tile
from metrics.pages.executive.params import ReportParams
from metrics.queries.forecasts import forecast_accuracy
from metrics.queries.opened_figures import figures_of
from metrics.queries.overdue import overdue_rows
from metrics.queries.overview import Overview, overview
from metrics.queries.renewals import all_renewals, list_of, renewal_list
from metrics.queries.report_snapshot import ReportSnapshot

Page = Callable[[HttpRequest], HttpResponseBase]
Answer = Callable[[HttpRequest, ReportParams], HttpResponseBase]


def _report_page(answer: Answer) -> Page:
    """A page of the report: the right and the address."""

    @functools.wraps(answer)
    def view(request: HttpRequest) -> HttpResponseBase:
        return answer(request, ReportParams.of(request))

    guarded = vary_on_headers("HX-Request")(require_safe(view))
    return requires(Right.VIEW_EXECUTIVE)(guarded)


def _render_report(
    request: HttpRequest, template: str, asked: ReportParams, context: dict[str, Any]
) -> HttpResponse:
    context |= {
        "currency": asked.base,
        "as_of": asked.as_of,
        "known_on": asked.known_on,
        "problems": asked.problems,
        "not_known_yet": asked.not_known_yet,
        "gaps": asked.gaps,
        "csv": _with_query(request, format="csv"),
        "first_page": _with_query(request),
        "back": asked.without_group().address(),
    }
    part = f"executive/_{template}.html" if wants_part(request) else f"executive/{template}.html"
    return render(request, part, context)


def _with_query(request: HttpRequest, **changes: str) -> str:
    query = {key: value for key, value in request.GET.items() if key != "page"}
    return "?" + urlencode({**query, **changes})


@_report_page
def executive(request: HttpRequest, asked: ReportParams) -> HttpResponseBase:
    asked = asked.without_group()
    report = overview(
        user=asked.user,
        base=asked.base,
        as_of=asked.as_of,
        today=asked.today,
        zone=asked.zone,
        method=asked.method,
        known_before=asked.known_before,
    )
    query = asked.address()
    context = report_context(report, user=asked.user, question=asked.question, query=query)
    if asked.is_csv:
        return executive_csv_report.report(context, asked)
    context |= {
        "query": query,
        "unscored": _why_without_score(report, asked),
        "may_connect": may(asked.user, Right.ADMINISTER),
        "nps": nps_tile(report.nps),
    }
    return _render_report(request, "report", asked, context)


def _why_without_score(report: Overview, asked: ReportParams) -> Unscored | None:
    """Of the present, and asked only where fewer have one than is wanted: all accounts are read."""
    shown = report.health
    if shown is None or asked.known_before is not None:
        return None
    unscored = sum(band.accounts for band in shown.bands if band.band == UNSCORED)
    if unscored <= shown.accounts * (1 - WANTED_COVERAGE):
        return None
    return why_unscored(Account.objects.portfolio_of(asked.user, scope="all"))


@_report_page
def accounts(request: HttpRequest, asked: ReportParams) -> HttpResponseBase:
    return _figure_page(request, asked, shows_movements=False)


@_report_page
def movements(request: HttpRequest, asked: ReportParams) -> HttpResponseBase:
    return _figure_page(request, asked, shows_movements=True)


@_report_page
def causes(request: HttpRequest, asked: ReportParams) -> HttpResponseBase:
    """Why ARR moved, of one figure."""
    figure, cause = asked.figure, asked.cause
    figures = figures_of(question=asked.question, user=asked.user)
    if asked.is_csv:
        return executive_csv.causes(figures, figure, asked)
    context = causes_context(
        figures, question=asked.question, figure=figure, cause=cause, page=asked.page
    )
    query = asked.address(figure=figure)
    context |= {"query": query, "tabs": _figure_tabs(query, {}, "executive_causes")}
    return _render_report(request, "causes", asked, context)


def _figure_page(
    request: HttpRequest, asked: ReportParams, *, shows_movements: bool
) -> HttpResponseBase:
    figure = asked.figure
    figures = figures_of(question=asked.question, user=asked.user)
    if asked.is_csv:
        return executive_csv.figure(figures, figure, asked, shows_movements=shows_movements)
    context = figure_context(
        figures,
        question=asked.question,
        figure=figure,
        page=asked.page,
        shows_movements=shows_movements,
    )
    route = "executive_movements" if shows_movements else "executive_accounts"
    context["tabs"] = _figure_tabs(asked.address(figure=figure), context, route)
    return _render_report(request, "movements" if shows_movements else "accounts", asked, context)


def _figure_tabs(query: str, context: dict[str, Any], current: str) -> list[dict[str, Any]]:
    return [
        {
            "word": word,
            "href": f"{reverse(route)}?{query}",
            "is_current": route == current,
            "count": context.get("count_label") if route == current else None,
        }
        for word, route in (
            (gettext("Accounts"), "executive_accounts"),
            (gettext("Movements"), "executive_movements"),
            (gettext("Causes"), "executive_causes"),
        )
    ]


def _view_tabs(asked: ReportParams, views: list[View]) -> list[dict[str, Any]]:
    """The other parts of the same list, as tabs with their counts."""
    query = asked.without_group().address()
    return [
        {
            "word": view.word,
            "href": f"?{'&'.join(part for part in (view.query, query) if part)}",
            "is_current": view.is_current,
            "count": f"{view.count:,}",
        }
        for view in views
    ]


@_report_page
def health(request: HttpRequest, asked: ReportParams) -> HttpResponseBase:
    snapshot = asked.snapshot()
    if asked.is_csv:
        return executive_csv.health(snapshot, asked)
    context = health_context(snapshot, wanted=asked.bands, page=asked.page)
    context["tabs"] = _view_tabs(asked, context["views"])
    return _render_report(request, "health", asked, context)


@_report_page
def renewals(request: HttpRequest, asked: ReportParams) -> HttpResponseBase:
    snapshot = asked.snapshot()
    if asked.is_overdue:
        return _overdue_page(request, asked, snapshot)
    if asked.is_csv:
        rows = all_renewals(snapshot=snapshot, wanted=asked.renewals)
        return executive_csv.renewals(rows, asked)
    listed = renewal_list(snapshot=snapshot, wanted=asked.renewals, page=asked.page)
    context = renewals_context(snapshot, listed, wanted=asked.renewals, page=asked.page)
    context |= accuracy_context(forecast_accuracy(snapshot, base=asked.base))
    context["tabs"] = _view_tabs(asked, context["views"])
    return _render_report(request, "renewals", asked, context)


def _overdue_page(
    request: HttpRequest, asked: ReportParams, snapshot: ReportSnapshot
) -> HttpResponseBase:
    """What of the report's ARR is in its grace, at the rates of its window."""
    window = asked.question.window
    rows = overdue_rows(snapshot, window=window, rates=rate_table(base=asked.base))
    if asked.is_csv:
        return executive_csv.renewals(rows, asked)
    listed = list_of(rows, snapshot=snapshot, page=asked.page)
    context = renewals_context(snapshot, listed, wanted=None, page=asked.page)
    context["tabs"] = _view_tabs(asked, context["views"])
    context["overdue_on"] = window.end
    return _render_report(request, "renewals", asked, context)


@_report_page
def changes(request: HttpRequest, asked: ReportParams) -> HttpResponseBase:
    snapshot, change = asked.snapshot(), asked.change
    if asked.is_csv:
        return executive_csv.changes(snapshot, change, asked)
    context = change_context(snapshot, change=change, page=asked.page)
    context["tabs"] = _view_tabs(asked, context["views"])
    return _render_report(request, "changes", asked, context)
