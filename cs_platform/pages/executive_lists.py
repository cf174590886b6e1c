"""What a figure of the executive page is made of, as lists that add up to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.catalogue import label
from accounts.models import User
from cs_platform.pages.executive_figures import shown_rate
from cs_platform.pages.executive_words import CUTS, FIGURES, METHODS, group_words
from cs_platform.pages.paging import PageOf
from cs_platform.templatetags.cs import band_look
from metrics.facts.health import BandFilter
from metrics.facts.renewals import RenewalState
from metrics.queries.book import Book, Question, read_book
from metrics.queries.figures import (
    PAGE_SIZE,
    Figure,
    Page,
    figure_accounts,
    figure_movements,
)
from metrics.queries.health import health_accounts
from metrics.queries.renewals import renewals_of_quarter
from metrics.retention.rates import grr, logo_retention, nrr
from metrics.retention.windows import quarter_of


def figure_context(
    *, user: User, question: Question, figure: Figure, page: int, shows_movements: bool
) -> dict[str, Any]:
    book = read_book(question=question, user=user)
    read = figure_movements if shows_movements else figure_accounts
    found: Page[Any] = read(book=book, figure=figure, page=page)
    word = group_words(question.by)
    return {
        "figure": figure,
        "title": FIGURES[figure],
        "amount_word": "ARR" if figure in LEVELS else "Change",
        "is_level": figure in LEVELS,
        "window": question.window,
        "currency": question.base,
        "found": found,
        "rows": [(row, word(getattr(row, "group", ""))) for row in found.rows],
        "page": page_of(found.number, shown=len(found.rows), count=found.count),
        "group_word": word(question.filters[0].value) if question.filters else None,
        "by_word": CUTS[question.by],
        "method_word": METHODS[question.method],
        "sum": _sum(book, figure),
        "change": abs(found.total),
        "page_count": found.count,
        "shows_movements": shows_movements,
    }


LEVELS = (Figure.START, Figure.END)


@dataclass(frozen=True, slots=True)
class Sum:
    """`whole` and `part` around what the list adds up to, and the rate they make."""

    whole: int
    part: int
    rate: str

    @property
    def lost(self) -> int:
        return self.whole - self.part


def _sum(book: Book, figure: Figure) -> Sum | None:
    total = book.report().total
    cohort, logos = total.cohort, total.logos
    if figure is Figure.NRR:
        return Sum(cohort.start, cohort.end, shown_rate(nrr(cohort)))
    if figure is Figure.GRR:
        kept = cohort.start - cohort.contraction - cohort.churn
        return Sum(cohort.start, kept, shown_rate(grr(cohort)))
    if figure is Figure.LOGO:
        return Sum(logos.start, logos.kept, shown_rate(logo_retention(logos)))
    return None


def page_of(number: int, *, shown: int, count: int) -> PageOf:
    return PageOf(number=number, size=PAGE_SIZE, shown=shown, has_next=number * PAGE_SIZE < count)


def health_context(
    *, user: User, base: str, as_of: date, today: date, wanted: BandFilter, page: int
) -> dict[str, Any]:
    listed = health_accounts(
        user=user, base=base, as_of=as_of, today=today, wanted=wanted, page=page
    )
    title = (
        "At risk" if wanted.at_risk else band_look(wanted.band).word if wanted.band else "Health"
    )
    return {
        "title": title,
        "wanted": wanted,
        "listed": listed,
        "currency": base,
        "as_of": as_of,
        "page": page_of(page, shown=len(listed.rows), count=listed.count),
    }


def renewals_context(
    *,
    user: User,
    base: str,
    as_of: date,
    state: RenewalState | None,
    at_risk: bool,
    page: int,
) -> dict[str, Any]:
    listed = renewals_of_quarter(
        user=user, base=base, as_of=as_of, state=state, at_risk=at_risk, page=page
    )
    words = (
        "Renewals at risk" if at_risk else f"Renewals: {label(state)}" if state else "Renewals due"
    )
    return {
        "title": words,
        "state": state,
        "at_risk": at_risk,
        "listed": listed,
        "currency": base,
        "as_of": as_of,
        "quarter": quarter_of(as_of),
        "page": page_of(page, shown=len(listed.rows), count=listed.count),
    }
