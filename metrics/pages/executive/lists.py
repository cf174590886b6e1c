"""What a figure of the executive page is made of, as lists that add up to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_noop

from accounts.catalogue import label
from accounts.ui.bands import band_look, band_order
from accounts.ui.pagination import PageOf
from metrics.definitions import FIGURES, RATES, Figure, Rate, Retention
from metrics.facts.health import BandFilter, BandTotal
from metrics.facts.renewals import RenewalFilter
from metrics.facts.week import NewsKind
from metrics.pages.executive.figures import shown_rate, unusual
from metrics.pages.executive.labels import (
    BOOKED,
    CUTS,
    METHODS,
    NEWS_TITLES,
    amount_word,
    group_label,
)
from metrics.queries.figures import PAGE_SIZE, Page
from metrics.queries.forecasts import ForecastAccuracy
from metrics.queries.health import health_accounts
from metrics.queries.ledger_report import Question
from metrics.queries.movement_causes import cause_rows, cause_sums
from metrics.queries.opened_figures import Figures
from metrics.queries.renewals import RenewalList, RenewalSum
from metrics.queries.report_snapshot import ReportSnapshot
from metrics.queries.week import change_list
from metrics.retention.renewals import RenewalState


def figure_context(
    figures: Figures, *, question: Question, figure: Figure, page: int, shows_movements: bool
) -> dict[str, Any]:
    read = figures.movements if shows_movements else figures.accounts
    found: Page[Any] = read(figure, page=page)
    word = group_label(question.by, start=question.window.start)
    return {
        **_figure_head(figures, found, question=question, figure=figure),
        "amount_word": amount_word(figure),
        "is_level": FIGURES[figure].made_of.is_level,
        "rows": [(row, word(getattr(row, "group", ""))) for row in found.rows],
        "page": PageOf(found.number, PAGE_SIZE, len(found.rows), has_next=found.has_next),
        "shows_movements": shows_movements,
    }


def _figure_head(
    figures: Figures, found: Page[Any], *, question: Question, figure: Figure
) -> dict[str, Any]:
    word = group_label(question.by, start=question.window.start)
    opened = FIGURES[figure]
    return {
        "figure": figure,
        "title": opened.label,
        "meaning": opened.meaning,
        "window": question.window,
        "found": found,
        "group_word": word(question.filters[0].value) if question.filters else None,
        "by_word": gettext(CUTS[question.by]),
        "method": question.method,
        "method_word": gettext(METHODS[question.method]),
        "sum": _rate_sum(figures.total, figure),
        "change": abs(found.total),
        "count_label": f"{found.count:,}+" if found.is_capped else f"{found.count:,}",
    }


def causes_context(
    figures: Figures, *, question: Question, figure: Figure, cause: str, page: int
) -> dict[str, Any]:
    """The figure's movements by cause, and what one cause is made of: that which is asked for, else
    the largest."""
    ledger = figures.ledger_rows(figure)
    sums = cause_sums(ledger)
    chosen = next((each for each in sums if each.cause == cause), None)
    if not cause and sums:
        chosen = sums[0]
    found = figures.movements(figure, page=1)
    caused = cause_rows(ledger, chosen.cause, page=page) if chosen else ()
    return {
        **_figure_head(figures, found, question=question, figure=figure),
        "sums": sums,
        "gained": sum(each.gained for each in sums),
        "lost": sum(each.lost for each in sums),
        "rounding": found.total - sum(each.net for each in sums),
        "chosen": chosen,
        "caused": caused,
        "page": page_of(page, shown=len(caused), count=chosen.count if chosen else 0),
        "shows_movements": True,
    }


@dataclass(frozen=True, slots=True)
class Sum:
    """`whole` and `part` around what the list adds up to, and the rate they make."""

    whole: int
    part: int
    rate: str
    unusual: str

    @property
    def lost(self) -> int:
        return self.whole - self.part


def _rate_sum(total: Retention, figure: Figure) -> Sum | None:
    if figure.value not in set(Rate):
        return None
    rate = Rate(figure.value)
    definition, value = RATES[rate], total.rate(rate)
    return Sum(
        whole=definition.whole(total),
        part=definition.part(total),
        rate=shown_rate(value),
        unusual=unusual(rate, value),
    )


def page_of(number: int, *, shown: int, count: int) -> PageOf:
    return PageOf(number=number, size=PAGE_SIZE, shown=shown, has_next=number * PAGE_SIZE < count)


@dataclass(frozen=True, slots=True)
class View:
    """A part of a list that one may turn to; `query` is what its address says."""

    word: str
    query: str
    count: int
    is_current: bool


def health_context(snapshot: ReportSnapshot, *, wanted: BandFilter, page: int) -> dict[str, Any]:
    listed = health_accounts(snapshot=snapshot, wanted=wanted, page=page)
    title = (
        gettext("At risk")
        if wanted.at_risk
        else band_look(wanted.band).word
        if wanted.band
        else gettext("Health")
    )
    return {
        "title": title,
        "wanted": wanted,
        "listed": listed,
        "views": _band_views(listed.totals, wanted),
        "page": page_of(page, shown=len(listed.rows), count=listed.count),
    }


def _band_views(totals: Sequence[BandTotal], wanted: BandFilter) -> list[View]:
    bands = sorted({total.band for total in totals}, key=band_order)
    choices = [
        (gettext("All"), "", BandFilter()),
        *((band_look(band).word, f"band={band}", BandFilter(band=band)) for band in bands),
        (gettext("At risk"), "at_risk=1", BandFilter(at_risk=True)),
    ]
    return [
        View(
            word=word,
            query=query,
            count=sum(total.accounts for total in totals if choice.keeps(total)),
            is_current=choice == wanted,
        )
        for word, query, choice in choices
    ]


_RENEWAL_VIEWS = (
    (gettext_noop("Due"), "", RenewalFilter()),
    (gettext_noop("To be decided"), "undecided=1", RenewalFilter(undecided=True)),
    (gettext_noop("At risk"), "at_risk=1", RenewalFilter(at_risk=True)),
    (gettext_noop("Already decided"), "decided=1", RenewalFilter(decided=True)),
    *(
        (label(state), f"state={state}", RenewalFilter(state=state))
        for state in RenewalState
        if state is not RenewalState.OPEN
    ),
)


def renewals_context(
    snapshot: ReportSnapshot, listed: RenewalList, *, wanted: RenewalFilter | None, page: int
) -> dict[str, Any]:
    """`wanted` None: a list of what is overdue in the report."""
    title = gettext("Renewals due")
    if wanted is None:
        title = gettext("Overdue in the report")
    elif wanted.at_risk:
        title = gettext("Renewals at risk")
    elif wanted.state:
        title = gettext("Renewals: %(state)s") % {"state": label(wanted.state).lower()}
    elif wanted.undecided:
        title = gettext("Renewals to be decided")
    elif wanted.decided:
        title = gettext("Renewals already decided")
    return {
        "title": title,
        "listed": listed,
        "views": [
            view
            for word, query, choice in _RENEWAL_VIEWS
            for view in [
                View(
                    gettext(word),
                    query,
                    RenewalSum.of(listed.totals, choice).renewals,
                    choice == wanted,
                )
            ]
            if view.count or view.is_current or choice.state is None
        ],
        "is_monthly": wanted is not None and wanted.state is RenewalState.MONTHLY,
        "is_open_ended": wanted is not None and wanted.state is RenewalState.OPEN_ENDED,
        "chances": snapshot.chances,
        "quarter": snapshot.quarter,
        "page": page_of(page, shown=len(listed.rows), count=listed.sum.renewals),
    }


def accuracy_context(found: ForecastAccuracy | None) -> dict[str, Any]:
    horizons = () if found is None else found.horizons
    return {
        "accuracy": found,
        "horizons": [(horizon, shown_rate(horizon.rate)) for horizon in horizons],
    }


def change_context(snapshot: ReportSnapshot, *, change: NewsKind, page: int) -> dict[str, Any]:
    listed = change_list(snapshot=snapshot, change=change, page=page)
    return {
        "title": gettext(NEWS_TITLES[change]),
        "change": change,
        "is_booked": change in BOOKED,
        "is_band": change in (NewsKind.ROSE, NewsKind.FELL),
        "is_play": change in (NewsKind.STARTED, NewsKind.RECOVERED),
        "listed": listed,
        "views": [
            View(
                word=gettext(NEWS_TITLES[total.change]),
                query=f"change={total.change}",
                count=total.count,
                is_current=total.change is change,
            )
            for total in listed.totals
        ],
        "week": snapshot.week().window,
        "page": page_of(page, shown=len(listed.rows), count=listed.total.count),
    }
