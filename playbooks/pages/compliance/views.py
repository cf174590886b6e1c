"""How well plays are worked; every number opens the plays or steps it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.ui.csv_lines import csv_answer
from accounts.ui.pagination import PageOf, page_number
from playbooks.pages.compliance.params import CUTS, DAYS, FIGURES, read_params, scope_of
from playbooks.queries import compliance as queries
from playbooks.queries.unanswered import ANSWER_DAYS, Fall, falls, overdue_reviews, unanswered_falls
from playbooks.triggers.vocabulary import OwnerRole, label

PAGE_SIZE = 50
CSV_MOST = 100_000


@requires(Right.VIEW_EXECUTIVE)
@require_safe
def compliance(request: HttpRequest) -> HttpResponseBase:
    params = read_params(request)
    asked = scope_of(request, params)
    rows = queries.compliance(asked)
    if params.is_csv:
        return csv_answer(
            f"compliance-{params.cut}-{asked.period.last}.csv", _HEAD, _csv_cells(rows)
        )
    context = {
        "params": params,
        "total": rows[0],
        "rows": [(row, _row_name(row, params.cut)) for row in rows[1:501]],
        "is_cut_off": len(rows) > 501,
        "cuts": CUTS,
        "days": DAYS,
        "enough": queries.ENOUGH,
        "falls": falls(user=asked.user, period=asked.period, today=clock.today()),
        "answer_days": ANSWER_DAYS,
        "reviews": overdue_reviews(today=clock.today()),
        "period": asked.period,
    }
    return render(request, "compliance/index.html", context)


def _row_name(row: queries.ComplianceRow, cut: queries.PlayCut) -> str:
    if cut is queries.PlayCut.SEGMENT:
        return label(row.name) if row.name else gettext("No segment")
    return row.name or label(OwnerRole.CS_OPS)


_HEAD = queries.ComplianceRow.__slots__


def _csv_cells(rows: Iterable[queries.ComplianceRow]) -> Iterator[list[object]]:
    for row in rows:
        values = [getattr(row, name) for name in row.__slots__]
        yield [row.group or "all", *values[1:]]


@requires(Right.VIEW_EXECUTIVE)
@require_safe
def lines(request: HttpRequest) -> HttpResponseBase:
    params = read_params(request)
    asked = scope_of(request, params)
    listed: dict[str, Any] = {"figure": params.figure, "group": params.group}
    if params.is_csv:
        found = queries.compliance_lines(asked, **listed, limit=CSV_MOST)
        rows = ([getattr(row, name) for name in row.__slots__] for row in found)
        head = queries.ComplianceLine.__slots__
        return csv_answer(f"compliance-{params.figure}-{asked.period.last}.csv", head, rows)
    number = page_number(request)
    found = queries.compliance_lines(
        asked, **listed, limit=PAGE_SIZE + 1, offset=(number - 1) * PAGE_SIZE
    )
    context = {
        "params": params,
        "title": FIGURES[params.figure],
        "figure": params.figure,
        **_page_context(found, number),
    }
    return render(request, "compliance/lines.html", context)


@requires(Right.VIEW_EXECUTIVE)
@require_safe
def falls_list(request: HttpRequest) -> HttpResponseBase:
    params = read_params(request)
    asked = scope_of(request, params)
    told: dict[str, Any] = {"user": asked.user, "period": asked.period, "today": clock.today()}
    if params.is_csv:
        found = unanswered_falls(**told, limit=CSV_MOST)
        rows = ([getattr(row, name) for name in row.__slots__] for row in found)
        return csv_answer(f"unanswered-falls-{asked.period.last}.csv", Fall.__slots__, rows)
    number = page_number(request)
    found = unanswered_falls(**told, limit=PAGE_SIZE + 1, offset=(number - 1) * PAGE_SIZE)
    context = {"params": params, "answer_days": ANSWER_DAYS, **_page_context(found, number)}
    return render(request, "compliance/falls.html", context)


def _page_context(found: list[Any], number: int) -> dict[str, object]:
    """One row more than shown tells whether there is a next page."""
    shown = found[:PAGE_SIZE]
    return {"rows": shown, "page": PageOf(number, PAGE_SIZE, len(shown), len(found) > PAGE_SIZE)}
