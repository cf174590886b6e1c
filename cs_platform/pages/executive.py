"""What a leader opens before the board meeting; every figure leads to what it is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import clock
from accounts.access import Right, requires
from accounts.models import Installation, User
from cs_platform.pages.executive_context import report_context
from cs_platform.pages.executive_lists import figure_context, health_context, renewals_context
from cs_platform.pages.paging import page_number
from cs_platform.pages.parts import wants_part
from metrics.facts.attributes import Cut
from metrics.facts.health import BandFilter
from metrics.facts.ledger import MissingRateError
from metrics.facts.renewals import RenewalState
from metrics.queries.book import Filter, Question
from metrics.queries.figures import Figure
from metrics.retention.positions import Method
from metrics.retention.windows import trailing_window

EARLIEST = date(2000, 1, 1)


class ReportForm(forms.Form):
    as_of = forms.DateField(required=False)
    known_on = forms.DateField(required=False)
    by = forms.ChoiceField(required=False, choices=[(cut.value, cut.value) for cut in Cut])
    method = forms.ChoiceField(required=False, choices=[(m.value, m.value) for m in Method])
    group = forms.CharField(required=False, max_length=200, strip=False)
    band = forms.SlugField(required=False, max_length=20)
    at_risk = forms.BooleanField(required=False)
    state = forms.ChoiceField(required=False, choices=[(s.value, s.value) for s in RenewalState])


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; a value that makes no sense is left out, not an error."""

    user: User
    base: str
    today: date
    as_of: date
    known_on: date | None
    known_before: datetime | None
    by: Cut
    method: Method
    group: str | None
    page: int
    figure_name: str
    values: dict[str, Any]

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        form = ReportForm(request.GET)
        form.is_valid()
        values = form.cleaned_data
        today = clock.today()
        installation = Installation.current()
        known_on = values.get("known_on")
        if known_on is not None:
            known_on = _within(known_on, today)
        return cls(
            user=cast("User", request.user),
            base=installation.currency,
            today=today,
            as_of=_within(values.get("as_of") or today, today),
            known_on=known_on,
            known_before=None if known_on is None else _end_of(known_on, installation),
            by=Cut(values.get("by") or Cut.SEGMENT),
            method=Method(values.get("method") or Method.BY_ACCOUNT),
            group=values.get("group", "") if "group" in request.GET else None,
            page=page_number(request),
            figure_name=request.GET.get("figure", Figure.NRR),
            values=values,
        )

    @property
    def question(self) -> Question:
        filters = () if self.group is None else (Filter(cut=self.by, value=self.group),)
        return Question(
            window=trailing_window(as_of=self.as_of),
            base=self.base,
            by=self.by,
            filters=filters,
            method=self.method,
            known_before=self.known_before,
        )

    @property
    def figure(self) -> Figure:
        try:
            return Figure(self.figure_name)
        except ValueError:
            raise Http404("There is no such figure.") from None


def _within(day: date, today: date) -> date:
    return min(max(day, EARLIEST), today)


def _end_of(day: date, installation: Installation) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=installation.zone)


def _address(asked: Asked, **changes: str) -> str:
    """The report's own parameters, to be carried along by every link."""
    values = {"as_of": asked.as_of.isoformat(), "by": asked.by, "method": asked.method, **changes}
    if asked.known_on is not None:
        values["known_on"] = asked.known_on.isoformat()
    if asked.group is not None:
        values.setdefault("group", asked.group)
    return urlencode(values)


def _answer(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    part = f"executive/_{template}.html" if wants_part(request) else f"executive/{template}.html"
    return render(request, part, context)


def _without_rate(request: HttpRequest, problem: MissingRateError) -> HttpResponse:
    """The report cannot be right without the rate, so it is not shown at all."""
    return render(request, "executive/missing_rate.html", {"problem": problem})


@requires(Right.VIEW_EXECUTIVE)
@require_safe
@vary_on_headers("HX-Request")
def executive(request: HttpRequest) -> HttpResponse:
    asked = replace(Asked.of(request), group=None)
    try:
        context = report_context(
            user=asked.user, question=asked.question, as_of=asked.as_of, today=asked.today
        )
    except MissingRateError as problem:
        return _without_rate(request, problem)
    context |= {
        "known_on": asked.known_on,
        "query": _address(asked),
        "query_accounts": _address(asked, method=Method.BY_ACCOUNT),
    }
    return _answer(request, "report", context)


@requires(Right.VIEW_EXECUTIVE)
@require_safe
@vary_on_headers("HX-Request")
def accounts(request: HttpRequest) -> HttpResponse:
    return _figure(request, shows_movements=False)


@requires(Right.VIEW_EXECUTIVE)
@require_safe
@vary_on_headers("HX-Request")
def movements(request: HttpRequest) -> HttpResponse:
    return _figure(request, shows_movements=True)


def _figure(request: HttpRequest, *, shows_movements: bool) -> HttpResponse:
    asked = Asked.of(request)
    try:
        context = figure_context(
            user=asked.user,
            question=asked.question,
            figure=asked.figure,
            page=asked.page,
            shows_movements=shows_movements,
        )
    except MissingRateError as problem:
        return _without_rate(request, problem)
    query = _address(asked, figure=asked.figure)
    context |= {
        "known_on": asked.known_on,
        "back": _address(replace(asked, group=None)),
        "tabs": _tabs(query, context, shows_movements),
    }
    return _answer(request, "movements" if shows_movements else "accounts", context)


def _tabs(query: str, context: dict[str, Any], shows_movements: bool) -> list[dict[str, Any]]:
    return [
        {
            "word": word,
            "href": f"{reverse(route)}?{query}",
            "is_current": is_movements == shows_movements,
            "count": context["page_count"] if is_movements == shows_movements else None,
        }
        for word, route, is_movements in (
            ("Accounts", "executive_accounts", False),
            ("Movements", "executive_movements", True),
        )
    ]


@requires(Right.VIEW_EXECUTIVE)
@require_safe
@vary_on_headers("HX-Request")
def health(request: HttpRequest) -> HttpResponse:
    asked = Asked.of(request)
    wanted = BandFilter(
        band=asked.values.get("band") or "", at_risk=bool(asked.values.get("at_risk"))
    )
    try:
        context = health_context(
            user=asked.user,
            base=asked.base,
            as_of=asked.as_of,
            today=asked.today,
            wanted=wanted,
            page=asked.page,
        )
    except MissingRateError as problem:
        return _without_rate(request, problem)
    context["back"] = _address(replace(asked, group=None))
    return _answer(request, "health", context)


@requires(Right.VIEW_EXECUTIVE)
@require_safe
@vary_on_headers("HX-Request")
def renewals(request: HttpRequest) -> HttpResponse:
    asked = Asked.of(request)
    state = asked.values.get("state")
    try:
        context = renewals_context(
            user=asked.user,
            base=asked.base,
            as_of=asked.as_of,
            state=RenewalState(state) if state else None,
            at_risk=bool(asked.values.get("at_risk")),
            page=asked.page,
        )
    except MissingRateError as problem:
        return _without_rate(request, problem)
    context["back"] = _address(replace(asked, group=None))
    return _answer(request, "renewals", context)
