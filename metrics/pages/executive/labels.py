"""The words of the executive pages: cuts, methods, figures, groups, news, failure modes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from accounts import catalogue
from accounts.models import Plan, Pool, User
from accounts.ui import formats
from accounts.ui.bands import band_look
from metrics.definitions import FIGURES, Figure, Method, Rate, ratio
from metrics.facts.attributes import NOT_RECORDED, UNKNOWN_BEFORE, Cut, known_from
from metrics.facts.week import ChangeTotal, NewsKind
from metrics.pages.executive.figures import shown_rate
from metrics.queries.book import POOL
from metrics.queries.overview import Overview
from metrics.retention.rates import FailureMode, percent

CUTS = {
    Cut.SEGMENT: "Segment",
    Cut.TIER: "Touch tier",
    Cut.CSM: "CSM",
    Cut.PLAN: "Plan",
    Cut.INDUSTRY: "Industry",
    Cut.REGION: "Region",
    Cut.START_QUARTER: "Start quarter",
}
METHODS = {Method.BY_ACCOUNT: "By account", Method.BY_MOVEMENTS: "By movements"}


def group_words(by: Cut, *, start: date) -> Callable[[str], str]:
    """From the stored value of a cut, as it was on `start`, to what a person reads."""
    names: dict[str, str] = {}
    if by is Cut.CSM:
        names = {str(pk): name for pk, name in User.objects.values_list("pk", "name")}
        names |= {f"{POOL}{pk}": name for pk, name in Pool.objects.values_list("pk", "name")}
    if by is Cut.PLAN:
        names = {str(pk): name for pk, name in Plan.objects.values_list("pk", "name")}
    has_labels = by in (Cut.SEGMENT, Cut.TIER)

    @cache
    def word(value: str) -> str:
        if value == NOT_RECORDED:
            return "Not recorded"
        if value == UNKNOWN_BEFORE:
            first = known_from(cut=by, after=start)
            return "Unknown then" if first is None else f"Unknown before {formats.day(first)}"
        return names.get(value) or (catalogue.label(value) if has_labels else value)

    return word


@dataclass(frozen=True, slots=True)
class News:
    """A line of the week: `count` of `noun`, and the amount it is about."""

    change: NewsKind
    icon: str
    tone: str
    count: str
    words: str
    amount: str


_NEWS = {
    NewsKind.GAINED: ("trending-up", "is-healthy", "movement up", "movements up"),
    NewsKind.LOST: ("trending-down", "is-intervene", "movement down", "movements down"),
    NewsKind.ROSE: ("arrow-up", "is-healthy", "account rose a band", "accounts rose a band"),
    NewsKind.FELL: ("arrow-down", "is-intervene", "account fell a band", "accounts fell a band"),
    NewsKind.STARTED: ("play", "", "play started", "plays started"),
    NewsKind.RECOVERED: ("circle-check", "is-healthy", "play recovered", "plays recovered"),
    NewsKind.RENEWED: ("repeat", "is-healthy", "renewal won", "renewals won"),
    NewsKind.NOT_RENEWED: ("circle-x", "is-intervene", "renewal lost", "renewals lost"),
}
NEWS_TITLES = {
    NewsKind.GAINED: "Movements up",
    NewsKind.LOST: "Movements down",
    NewsKind.ROSE: "Rose a band",
    NewsKind.FELL: "Fell a band",
    NewsKind.STARTED: "Plays started",
    NewsKind.RECOVERED: "Plays recovered",
    NewsKind.RENEWED: "Renewals won",
    NewsKind.NOT_RENEWED: "Renewals lost",
}
BOOKED = (NewsKind.GAINED, NewsKind.LOST)


def amount_word(figure: Figure) -> str:
    """What a row of its accounts adds to it."""
    return "ARR" if FIGURES[figure].made_of.is_level else "Change"


def change_words(change: NewsKind, *, what: str, detail: str) -> tuple[str, str]:
    """Stored words of a row of the week as the page says them."""
    if change in (NewsKind.ROSE, NewsKind.FELL):
        return band_look(what).word, band_look(detail).word
    if change in BOOKED:
        return catalogue.label(what), catalogue.label(detail) if detail else ""
    if change in (NewsKind.RENEWED, NewsKind.NOT_RENEWED):
        return f"Contract {what}", catalogue.label(detail)
    return what, detail


def news(total: ChangeTotal, *, currency: str) -> News:
    icon, tone, one, many = _NEWS[total.change]
    shown = formats.money_signed if total.change in BOOKED else formats.money
    return News(
        change=total.change,
        icon=icon,
        tone=tone,
        count=f"{total.count:,}",
        words=one if total.count == 1 else many,
        amount=shown(total.amount, currency),
    )


_FAILURES = {
    FailureMode.NO_EXPANSION_MOTION: "No expansion motion",
    FailureMode.LEAKY_UNDER_EXPANSION: "Leaky under expansion",
}


@dataclass(frozen=True, slots=True)
class FailureWords:
    name: str
    evidence: str


def failure_words(report: Overview) -> FailureWords | None:
    """The mode and the numbers that made it one."""
    failure = report.failure
    if failure is None:
        return None
    net, gross = (shown_rate(report.rate(rate)) for rate in (Rate.NRR, Rate.GRR))
    if failure.mode is FailureMode.NO_EXPANSION_MOTION:
        logos = report.latest.total.logos
        share = ratio(part=logos.expanded, whole=logos.start)
        evidence = (
            f"Logos grew from {logos.start:,} to {logos.end:,} while NRR is {net}: only "
            f"{logos.expanded:,} of {logos.start:,} accounts expanded ({shown_rate(share)}, "
            "under 5%)."
        )
    else:
        evidence = f"NRR {net} hides GRR {gross} (85% is the line)"
        if failure.unwell_share is not None:
            unwell = percent(rate=failure.unwell_share, places=0)
            evidence += f"; {unwell}% of scored accounts are below 60 (30% is the line)"
        evidence += "."
    if failure.largest_share is not None:
        largest = percent(rate=failure.largest_share, places=0)
        evidence += f" The five largest expansions make {largest}% of all expansion."
    return FailureWords(_FAILURES[failure.mode], evidence)
