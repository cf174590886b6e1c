"""The words of the executive pages: cuts, methods, figures, groups, news, failure modes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.utils.translation import gettext, gettext_noop, ngettext_lazy

from accounts import catalogue
from accounts.models import Plan, Pool, User
from accounts.ui import formats
from accounts.ui.bands import band_look
from metrics.definitions import FIGURES, Figure, Method, Rate, ratio
from metrics.facts.attributes import NOT_RECORDED, UNKNOWN_BEFORE, Cut, known_from
from metrics.facts.week import ChangeTotal, NewsKind
from metrics.pages.executive.figures import shown_rate
from metrics.queries.ledger_report import POOL
from metrics.queries.overview import Overview
from metrics.retention.rates import FailureMode, percent

CUTS = {
    Cut.SEGMENT: gettext_noop("Segment"),
    Cut.TIER: gettext_noop("Touch tier"),
    Cut.CSM: "CSM",
    Cut.PLAN: gettext_noop("Plan"),
    Cut.INDUSTRY: gettext_noop("Industry"),
    Cut.REGION: gettext_noop("Region"),
    Cut.START_QUARTER: gettext_noop("Start quarter"),
}
METHODS = {
    Method.BY_ACCOUNT: gettext_noop("By account"),
    Method.BY_MOVEMENTS: gettext_noop("By movements"),
}


def group_label(by: Cut, *, start: date) -> Callable[[str], str]:
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
            return gettext("Not recorded")
        if value == UNKNOWN_BEFORE:
            first = known_from(cut=by, after=start)
            return (
                gettext("Unknown then")
                if first is None
                else gettext("Unknown before %(day)s") % {"day": formats.day(first)}
            )
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
    NewsKind.GAINED: (
        "trending-up",
        "is-healthy",
        ngettext_lazy("movement up", "movements up", "count"),
    ),
    NewsKind.LOST: (
        "trending-down",
        "is-intervene",
        ngettext_lazy("movement down", "movements down", "count"),
    ),
    NewsKind.ROSE: (
        "arrow-up",
        "is-healthy",
        ngettext_lazy("account rose a band", "accounts rose a band", "count"),
    ),
    NewsKind.FELL: (
        "arrow-down",
        "is-intervene",
        ngettext_lazy("account fell a band", "accounts fell a band", "count"),
    ),
    NewsKind.STARTED: ("play", "", ngettext_lazy("play started", "plays started", "count")),
    NewsKind.RECOVERED: (
        "circle-check",
        "is-healthy",
        ngettext_lazy("play recovered", "plays recovered", "count"),
    ),
    NewsKind.RENEWED: (
        "repeat",
        "is-healthy",
        ngettext_lazy("renewal won", "renewals won", "count"),
    ),
    NewsKind.NOT_RENEWED: (
        "circle-x",
        "is-intervene",
        ngettext_lazy("renewal lost", "renewals lost", "count"),
    ),
}
NEWS_TITLES = {
    NewsKind.GAINED: gettext_noop("Movements up"),
    NewsKind.LOST: gettext_noop("Movements down"),
    NewsKind.ROSE: gettext_noop("Rose a band"),
    NewsKind.FELL: gettext_noop("Fell a band"),
    NewsKind.STARTED: gettext_noop("Plays started"),
    NewsKind.RECOVERED: gettext_noop("Plays recovered"),
    NewsKind.RENEWED: gettext_noop("Renewals won"),
    NewsKind.NOT_RENEWED: gettext_noop("Renewals lost"),
}
BOOKED = (NewsKind.GAINED, NewsKind.LOST)


def amount_word(figure: Figure) -> str:
    """What a row of its accounts adds to it."""
    return "ARR" if FIGURES[figure].made_of.is_level else gettext("Change")


def change_labels(change: NewsKind, *, what: str, detail: str) -> tuple[str, str]:
    """Stored words of a row of the week as the page says them."""
    if change in (NewsKind.ROSE, NewsKind.FELL):
        return band_look(what).word, band_look(detail).word
    if change in BOOKED:
        return catalogue.label(what), catalogue.label(detail) if detail else ""
    if change in (NewsKind.RENEWED, NewsKind.NOT_RENEWED):
        return gettext("Contract %(what)s") % {"what": what}, catalogue.label(detail)
    return what, detail


def news(total: ChangeTotal, *, currency: str) -> News:
    icon, tone, words = _NEWS[total.change]
    shown = formats.money_signed if total.change in BOOKED else formats.money
    return News(
        change=total.change,
        icon=icon,
        tone=tone,
        count=f"{total.count:,}",
        words=words % {"count": total.count},
        amount=shown(total.amount, currency),
    )


_FAILURES = {
    FailureMode.NO_EXPANSION_MOTION: gettext_noop("No expansion motion"),
    FailureMode.LEAKY_UNDER_EXPANSION: gettext_noop("Leaky under expansion"),
}


@dataclass(frozen=True, slots=True)
class FailureLabels:
    name: str
    evidence: str


def failure_labels(report: Overview) -> FailureLabels | None:
    """The mode and the numbers that made it one."""
    failure = report.failure
    if failure is None:
        return None
    net, gross = (shown_rate(report.rate(rate)) for rate in (Rate.NRR, Rate.GRR))
    if failure.mode is FailureMode.NO_EXPANSION_MOTION:
        logos = report.latest.total.logos
        share = ratio(part=logos.expanded, whole=logos.start)
        evidence = gettext(
            "Logos grew from %(start)s to %(end)s while NRR is %(net)s: only %(expanded)s"
            " of %(start)s accounts expanded (%(share)s, under 5%%)."
        ) % {
            "start": f"{logos.start:,}",
            "end": f"{logos.end:,}",
            "net": net,
            "expanded": f"{logos.expanded:,}",
            "share": shown_rate(share),
        }
    else:
        evidence = gettext("NRR %(net)s hides GRR %(gross)s (85%% is the line)") % {
            "net": net,
            "gross": gross,
        }
        if failure.unwell_share is not None:
            unwell = percent(rate=failure.unwell_share, places=0)
            evidence += gettext(
                "; %(unwell)s%% of scored accounts are below 60 (30%% is the line)"
            ) % {"unwell": unwell}
        evidence += "."
    if failure.largest_share is not None:
        largest = percent(rate=failure.largest_share, places=0)
        evidence += gettext(" The five largest expansions make %(largest)s%% of all expansion.") % {
            "largest": largest
        }
    return FailureLabels(gettext(_FAILURES[failure.mode]), evidence)
