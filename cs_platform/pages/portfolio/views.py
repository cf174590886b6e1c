"""My accounts by risk × value; filters and sort are the address."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import clock
from accounts.access import Right, may, requires
from accounts.catalogue import Role
from accounts.models import Account, Installation, User
from accounts.queries.rates import rates_on
from accounts.queries.sizes import segment_choices
from accounts.ui.bands import bands_shown
from accounts.ui.pagination import page_number, take_page
from accounts.ui.rate_gaps import RateGaps
from accounts.ui.request_kind import wants_part
from cs_platform.pages.portfolio import queries
from cs_platform.pages.portfolio.filters import RENEWALS, SORTS, PortfolioFilter, filter_words
from health.pages.version_notes import published_days
from health.queries.account_filters import FILTERS, filtered, in_band
from health.queries.unscored import Unscored, why_unscored
from health.scoring import UNSCORED
from metrics.facts.renewals import read_chances
from playbooks.pages.tasks.queries import open_task_counts

PAGE_SIZE = 50
MOST_AT_STAKE = "-risk"


@requires(Right.VIEW_ACCOUNTS)
@require_safe
@vary_on_headers("HX-Request")
def portfolio(request: HttpRequest) -> HttpResponse:
    chosen = _chosen_filters(request)
    user = cast("User", request.user)
    template = "portfolio/_rows.html" if wants_part(request) else "portfolio/index.html"
    return render(request, template, _portfolio_context(request, user, chosen))


def _chosen_filters(request: HttpRequest) -> dict[str, Any]:
    """What the address asks for; a field that makes no sense is left out, not an error."""
    form = PortfolioFilter(request.GET)
    form.is_valid()
    user = cast("User", request.user)
    chosen = {name: form.cleaned_data.get(name) or "" for name in form.fields}
    chosen["sort"] = chosen["sort"] or MOST_AT_STAKE
    if not chosen["scope"]:
        chosen["scope"] = "mine" if user.role == Role.CSM else "all"
    return chosen


def _portfolio_context(
    request: HttpRequest, user: User, chosen: dict[str, Any]
) -> dict[str, object]:
    today = clock.today()
    book = Account.objects.portfolio_of(user, scope=chosen["scope"])
    found = filtered(book, chosen=chosen, today=today)
    rates = rates_on(today, base=Installation.current().currency)
    totals = queries.totals_by_band(found, rates=rates)
    arr, renewing = totals.arr_of(chosen["band"]), totals.renewing_of(chosen["band"])
    listed = queries.sorted_by(
        in_band(found, band=chosen["band"]),
        sort=chosen["sort"],
        rates=rates,
        chances=read_chances(),
    )
    return {
        **_page_of_rows(request, listed, today=today),
        "chosen": chosen,
        "bands": [(band, totals.counts[band]) for band in _shown_bands(totals)],
        "total": totals.count(chosen["band"]),
        "arr_minor": None if arr is None else arr.total,
        "renewing_minor": renewing.total if renewing and chosen["renewal"] else None,
        "currency": rates.base,
        "gaps": None if arr is None else RateGaps.of(arr, base=rates.base),
        "is_capped": totals.is_capped,
        "all_count": totals.counts.total(),
        "owners": queries.owners_of(book) if user.role != Role.CSM else [],
        "segments": segment_choices(),
        "renewals": RENEWALS,
        "today": today,
        "is_filtered": any(chosen[name] for name in FILTERS),
        "is_part": wants_part(request),
        "unscored": _why_nobody_has_a_score(request, book, totals),
        "may_connect": may(user, Right.ADMINISTER),
        "title": _page_title(chosen),
        **_sort_context(chosen["sort"]),
    }


def _why_nobody_has_a_score(
    request: HttpRequest, book: QuerySet[Account], totals: queries.BandTotals
) -> Unscored | None:
    """Beside the list where none of it has a score; each says why on its own page."""
    nobody = totals.counts.keys() == {UNSCORED}
    return why_unscored(book) if nobody and not wants_part(request) else None


def _page_title(chosen: dict[str, Any]) -> str:
    """The page with its filters, so that two tabs and two entries of the history differ."""
    shown = ", ".join(filter_words(chosen))
    return gettext("Portfolio: %(filters)s") % {"filters": shown} if shown else gettext("Portfolio")


def _page_of_rows(
    request: HttpRequest, listed: QuerySet[Account], *, today: date
) -> dict[str, object]:
    values, page = take_page(queries.columns(listed), number=page_number(request), size=PAGE_SIZE)
    rows = queries.portfolio_rows(
        values,
        open_tasks=open_task_counts([row[0] for row in values]),
        versions=published_days(first=today - timedelta(days=queries.SPARK_DAYS), last=today),
    )
    return {"rows": rows, "page": page}


def _sort_context(sort: str) -> dict[str, object]:
    return {"sort": sort, "order": SORTS[sort], "is_default_order": sort == MOST_AT_STAKE}


def _shown_bands(totals: queries.BandTotals) -> list[str]:
    """The worst first, and at the end what has no score."""
    *bands, unscored = bands_shown(totals.counts)
    return [*reversed(bands), unscored]
