"""The executive report and each of its lists as CSV, streamed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import StreamingHttpResponse

from accounts.catalogue import label
from accounts.intake.currencies import major
from cs_platform.pages.executive_asked import Asked
from cs_platform.pages.executive_words import CUTS, FIGURES, METHODS, group_words
from metrics.facts.week import Change
from metrics.queries.figures import Figure
from metrics.queries.health import all_health_accounts
from metrics.queries.moments import Standing
from metrics.queries.opened import Figures
from metrics.queries.overview import Overview
from metrics.queries.renewals import all_renewals
from metrics.queries.week import all_changes
from metrics.retention.rates import Rate, grr, logo_retention, nrr, percent, rate_of

Cells = Iterable[object]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that hands each line back."""

    def write(self, line: str) -> str:
        return line


def _cell(value: object) -> object:
    """A spreadsheet must not take what somebody typed for a formula; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _lines(head: Cells, rows: Iterable[Cells]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"  # spreadsheets read UTF-8 only when they are told
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow([_cell(value) for value in row])


def _file(name: str, asked: Asked, head: Cells, rows: Iterable[Cells]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(_lines(head, rows), content_type="text/csv; charset=utf-8")
    file = f"executive-{name}-{asked.as_of.isoformat()}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer


def figure(
    figures: Figures, wanted: Figure, asked: Asked, *, shows_movements: bool
) -> StreamingHttpResponse:
    if shows_movements:
        return _movements(figures, wanted, asked)
    word = group_words(asked.by)
    head = ["Account", "Account id", f"{CUTS[asked.by]} at start", "Kind", "ARR at start"]
    rows = (
        (
            row.name,
            row.external_id,
            word(row.group),
            label(row.kind) if row.kind else "",
            major(row.start, asked.base),
            major(row.end, asked.base),
            major(row.amount, asked.base),
            asked.base,
        )
        for row in figures.all_accounts(wanted)
    )
    return _file(
        f"{wanted}-accounts", asked, [*head, "ARR at end", FIGURES[wanted], "Currency"], rows
    )


def _movements(figures: Figures, wanted: Figure, asked: Asked) -> StreamingHttpResponse:
    head = ["Account", "Account id", "Effective", "Learned", "Kind", "Reason", "Source"]
    rows = (
        (
            row.name,
            row.external_id,
            row.effective_on.isoformat(),
            row.recorded_at.isoformat(),
            label(row.kind),
            row.reason,
            row.source,
            major(row.native_minor, row.currency),
            row.currency,
            major(row.amount, asked.base),
            asked.base,
        )
        for row in figures.all_movements(wanted)
    )
    amounts = ["Amount in the contract’s currency", "Contract’s currency", "Amount", "Currency"]
    return _file(f"{wanted}-movements", asked, [*head, *amounts], rows)


def health(standing: Standing, asked: Asked) -> StreamingHttpResponse:
    rows = (
        (
            row.name,
            row.external_id,
            label(row.band),
            row.score,
            row.owner,
            major(row.arr, asked.base),
            asked.base,
        )
        for row in all_health_accounts(standing=standing, wanted=asked.bands)
    )
    head = ["Account", "Account id", "Band", "Score", "Owner", "ARR", "Currency"]
    return _file("health", asked, head, rows)


def renewals(standing: Standing, asked: Asked) -> StreamingHttpResponse:
    rows = (
        (
            row.name,
            row.external_id,
            row.contract,
            row.ends_on.isoformat(),
            label(row.state),
            label(row.band),
            row.score,
            major(row.arr, asked.base),
            row.chance,
            major(row.expected, asked.base),
            asked.base,
        )
        for row in all_renewals(standing=standing, wanted=asked.renewals)
    )
    head = ["Account", "Account id", "Contract", "Ends", "State", "Band", "Score"]
    amounts = ["ARR", "Probability", "Expected", "Currency"]
    return _file("renewals", asked, [*head, *amounts], rows)


def changes(standing: Standing, change: Change, asked: Asked) -> StreamingHttpResponse:
    rows = (
        (
            row.name,
            row.external_id,
            row.day.isoformat(),
            row.what,
            row.detail,
            major(row.amount, asked.base),
            asked.base,
        )
        for row in all_changes(standing=standing, change=change)
    )
    head = ["Account", "Account id", "Day", "What", "Detail", "Amount", "Currency"]
    return _file(f"week-{change}", asked, head, rows)


def report(context: dict[str, Any], asked: Asked) -> StreamingHttpResponse:
    """Each figure of the page in a line: where it stands, what it is, how much, in what."""
    found: Overview = context["report"]
    rows = [
        *_rates(found),
        *_bridge(context, asked.base),
        *_groups(context, asked),
        *_present(found, asked.base),
    ]
    head = ["Section", "Figure", "Part", "Value", "Unit"]
    return _file("report", asked, head, _with_days(rows, found, asked))


def _with_days(rows: Iterable[Cells], found: Overview, asked: Asked) -> Iterator[Cells]:
    yield ("Report", "As of", "", asked.as_of.isoformat(), "day")
    if asked.known_on is not None:
        yield ("Report", "Known on", "", asked.known_on.isoformat(), "day")
    yield ("Report", "Window after", "", found.window.start.isoformat(), "day")
    yield ("Report", "Window to", "", found.window.end.isoformat(), "day")
    yield from rows


def _percent(rate: Fraction | None) -> Decimal | None:
    return None if rate is None else percent(rate=rate, places=4)


def _rates(found: Overview) -> Iterator[Cells]:
    for rate in Rate:
        word = FIGURES[Figure(rate.value)]
        yield ("Retention", word, "value", _percent(found.rate(rate)), "%")
        target = found.targets[rate]
        if target is not None:
            yield ("Retention", word, "target", _percent(target.low), "%")
        for month in found.months:
            value = _percent(rate_of(retention=month.total, rate=rate))
            yield ("Retention by month", word, month.month.isoformat(), value, "%")


def _bridge(context: dict[str, Any], base: str) -> Iterator[Cells]:
    for step in context["steps"]:
        word = METHODS[context["method"]]
        yield ("ARR bridge", step.label, word, major(step.amount, base), base)


def _groups(context: dict[str, Any], asked: Asked) -> Iterator[Cells]:
    section = f"By {CUTS[asked.by]}"
    for row in context["groups"]:
        kept = row.retention
        yield (section, row.word, "Accounts at start", kept.logos.start, "accounts")
        yield (section, row.word, "ARR at start", major(kept.bridge.start, asked.base), asked.base)
        yield (section, row.word, "ARR at end", major(kept.bridge.end, asked.base), asked.base)
        yield (section, row.word, "NRR", _percent(nrr(kept.cohort)), "%")
        yield (section, row.word, "GRR", _percent(grr(kept.cohort)), "%")
        yield (section, row.word, "Logo retention", _percent(logo_retention(kept.logos)), "%")


def _present(found: Overview, base: str) -> Iterator[Cells]:
    for band in found.health.bands if found.health else ():
        yield ("Health", label(band.band), "accounts", band.accounts, "accounts")
        yield ("Health", label(band.band), "ARR", major(band.arr, base), base)
    quarter = found.renewals
    for word, kept in (
        ("Due", quarter.due),
        *((label(state), each) for state, each in quarter.by_state),
        ("At risk", quarter.at_risk),
    ):
        yield ("Renewals of the quarter", word, "contracts", kept.contracts, "contracts")
        yield ("Renewals of the quarter", word, "ARR", major(kept.arr, base), base)
        yield ("Renewals of the quarter", word, "forecast", major(kept.expected, base), base)
    for total in found.week:
        yield ("Week", label(total.change), "count", total.count, "")
        yield ("Week", label(total.change), "amount", major(total.amount, base), base)
