"""The executive report as CSV: each figure of the page in a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import StreamingHttpResponse

from accounts.catalogue import label
from accounts.money.currencies import major
from accounts.ui.bands import band_look
from accounts.ui.csv_lines import Cells
from metrics.definitions import RATES, Rate
from metrics.facts.attributes import Cut
from metrics.pages.executive.causes import MoveOfRetention
from metrics.pages.executive.context import GroupRow
from metrics.pages.executive.csv import streamed
from metrics.pages.executive.figures import QUARTER, YEAR, points, restated_by
from metrics.pages.executive.labels import CUTS, METHODS, NEWS_TITLES
from metrics.pages.executive.params import ReportParams
from metrics.queries.overview import Overview
from metrics.retention.rates import percent
from metrics.retention.renewals import RenewalState


def report(context: dict[str, Any], asked: ReportParams) -> StreamingHttpResponse:
    """Each figure of the page in a line: where it stands, what it is, how much, in what."""
    found: Overview = context["report"]
    rows = [
        *_rate_cells(found),
        *_cause_cells(context["move"]),
        *_bridge_cells(context, asked.base),
        *_overdue_cells(found, asked.base),
        *_restatement_cells(found, asked.base),
        *_group_cells(context, asked),
        *_health_cells(context, asked.base),
        *_renewals_and_week(found, asked.base),
    ]
    head = ["Section", "Figure", "Part", "Value", "Unit"]
    return streamed("report", asked, head, _with_days(rows, found, asked))


def _with_days(rows: Iterable[Cells], found: Overview, asked: ReportParams) -> Iterator[Cells]:
    yield ("Report", "As of", "", asked.as_of.isoformat(), "day")
    if asked.known_on is not None:
        yield ("Report", "Known on", "", asked.known_on.isoformat(), "day")
    yield ("Report", "Method", "", METHODS[found.method], "")
    for sentence in asked.gaps.sentences:
        yield ("Report", "Rates", "", sentence, "")
    yield ("Report", "Window after", "", found.window.start.isoformat(), "day")
    yield ("Report", "Window to", "", found.window.end.isoformat(), "day")
    yield from rows


def _rate_as_percent(rate: Fraction | None) -> Decimal | None:
    return None if rate is None else percent(rate=rate, places=4)


def _rate_cells(found: Overview) -> Iterator[Cells]:
    for rate in Rate:
        word = RATES[rate].label
        yield ("Retention", word, "value", _rate_as_percent(found.rate(rate)), "%")
        target = found.targets[rate]
        if target is not None:
            yield ("Retention", word, "target", _rate_as_percent(target.low), "%")
        if found.overdue is not None:
            without = found.overdue.without.rate(rate)
            yield ("Retention", word, "without overdue", _rate_as_percent(without), "%")
        for months, part in ((QUARTER, "change on the quarter"), (YEAR, "change on the year")):
            change = points(found.rate(rate), found.rate(rate, months_ago=months))
            yield ("Retention", word, part, change, "points")
        for month in found.months:
            value = _rate_as_percent(month.total.rate(rate))
            yield ("Retention by month", word, month.month.isoformat(), value, "%")
            if (row := found.reported.get(month.month)) is not None:
                reported = row.rate(rate, found.method)
                value = None if reported is None else reported * 100
                yield ("Retention by month as reported", word, month.month.isoformat(), value, "%")


def _cause_cells(move: MoveOfRetention | None) -> Iterator[Cells]:
    """What of the change each kind makes, in percentage points."""
    if move is not None:
        for cause in move.causes:
            part = f"{move.headline}: {cause.share}"
            yield ("Change of NRR", cause.label, part, cause.points, "points")


def _bridge_cells(context: dict[str, Any], base: str) -> Iterator[Cells]:
    for step in context["steps"]:
        word = METHODS[context["method"]]
        yield ("ARR bridge", step.label, word, major(step.amount, base), base)


def _overdue_cells(found: Overview, base: str) -> Iterator[Cells]:
    """What of the end of the bridge is in its grace."""
    if found.overdue is not None:
        yield ("ARR bridge", "End", "of which overdue", major(found.overdue.arr, base), base)
        yield ("ARR bridge", "End", "overdue", found.overdue.accounts, "accounts")


def _restatement_cells(found: Overview, base: str) -> Iterator[Cells]:
    """What changed the newest month since it was reported, the largest accounts first."""
    restated = found.restated
    if restated is None:
        return
    yield ("Restatement", "Reported on", "", restated.reported_on.isoformat(), "day")
    for rate in Rate:
        yield ("Restatement", RATES[rate].label, "change", restated_by(found, rate), "points")
    if restated.since is not None:
        yield ("Restatement", "Learned since", "", restated.since.isoformat(), "day")
        yield ("Restatement", "Learned since", "movements", restated.movements, "movements")
        yield ("Restatement", "Learned since", "accounts", restated.accounts, "accounts")
    for account in restated.largest:
        yield ("Restatement", account.name, "ARR", major(account.change, base), base)
    for currency in restated.currencies:
        yield ("Restatement", "Corrected rate", "", currency, "currency")


def _group_cells(context: dict[str, Any], asked: ReportParams) -> Iterator[Cells]:
    section = f"By {CUTS[asked.by]}"
    for row in context["groups"]:
        kept = row.retention
        yield (section, row.word, "Accounts at start", kept.logos.start, "accounts")
        yield (section, row.word, "ARR at start", major(kept.bridge.start, asked.base), asked.base)
        yield (section, row.word, "ARR at end", major(kept.bridge.end, asked.base), asked.base)
        yield (section, row.word, "New", major(kept.bridge.new, asked.base), asked.base)
        for rate in Rate:
            yield (section, row.word, RATES[rate].short, _rate_as_percent(kept.rate(rate)), "%")
            if rate is Rate.NRR:
                yield from _segment_target_cells(context["report"], asked, row, section)


def _segment_target_cells(
    found: Overview, asked: ReportParams, row: GroupRow, section: str
) -> Iterator[Cells]:
    target = found.segment_targets.get((Rate.NRR, row.key)) if asked.by is Cut.SEGMENT else None
    if target is not None:
        yield (section, row.word, "NRR target from", _rate_as_percent(target.low), "%")
        yield (section, row.word, "NRR target to", _rate_as_percent(target.high), "%")


def _health_cells(context: dict[str, Any], base: str) -> Iterator[Cells]:
    """What is at risk, then the bands in the order of the page."""
    found = context["health"]
    if found is None:
        return
    yield ("ARR at risk", "Now", "ARR", major(found.arr_at_risk, base), base)
    yield ("ARR at risk", "Now", "accounts", found.accounts_at_risk, "accounts")
    yield ("ARR at risk", "Now", "share of ARR", context["risk_share"], "%")
    yield ("ARR at risk", "Not known", "ARR", major(context["unjudged_arr"], base), base)
    yield ("ARR at risk", "Not known", "accounts", context["unjudged"], "accounts")
    if context["risk_change"] is not None:
        since = f"Change {context['risk_since']}"
        yield ("ARR at risk", since, "ARR", major(context["risk_change"], base), base)
        yield ("ARR at risk", since, "accounts", context["risk_accounts_change"], "accounts")
    for band in context["bands"]:
        word = band_look(band.band).word
        yield ("Health", word, "accounts", band.accounts, "accounts")
        yield ("Health", word, "ARR", major(band.arr, base), base)


def _renewals_and_week(found: Overview, base: str) -> Iterator[Cells]:
    quarter = found.renewals
    for word, kept in (
        ("Due", quarter.due),
        ("Already decided", quarter.decided),
        *((label(state), each) for state, each in quarter.by_state),
        ("At risk", quarter.at_risk),
        (label(RenewalState.MONTHLY), quarter.monthly),
        (label(RenewalState.OPEN_ENDED), quarter.open_ended),
    ):
        yield ("Renewals of the quarter", word, "renewals", kept.renewals, "renewals")
        yield ("Renewals of the quarter", word, "ARR", major(kept.arr, base), base)
        yield ("Renewals of the quarter", word, "forecast", major(kept.expected, base), base)
    for total in found.week:
        yield ("Week", NEWS_TITLES[total.change], "count", total.count, "")
        yield ("Week", NEWS_TITLES[total.change], "amount", major(total.amount, base), base)
