"""The lists behind the executive report as CSV, streamed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import chain

from django.http import StreamingHttpResponse
from django.utils.text import slugify

from accounts.catalogue import label
from accounts.money.currencies import major
from accounts.ui.bands import band_look
from accounts.ui.csv_lines import Cells, csv_answer
from metrics.definitions import Figure
from metrics.facts.renewals import RenewalRow
from metrics.facts.week import NewsKind
from metrics.pages.executive.labels import CUTS, METHODS, amount_word, change_labels, group_label
from metrics.pages.executive.params import ReportParams
from metrics.queries.health import all_health_accounts
from metrics.queries.movement_causes import all_cause_rows
from metrics.queries.opened_figures import Figures
from metrics.queries.report_snapshot import ReportSnapshot
from metrics.queries.week import all_changes

LEFT_OUT = "Without"


def streamed(
    name: str, asked: ReportParams, head: Cells, rows: Iterable[Cells]
) -> StreamingHttpResponse:
    file = f"executive-{name}-{asked.as_of.isoformat()}.csv"
    return csv_answer(file, head, rows)


def _list_response(
    name: str, asked: ReportParams, head: Cells, rows: Iterable[Cells]
) -> StreamingHttpResponse:
    """What the page says of its sums stands below the rows: the first line stays the head."""
    notes = [(sentence,) for sentence in asked.gaps.sentences]
    return streamed(name, asked, head, chain(rows, notes))


def _converted_amount(amount: int, without_rate: str, base: str) -> Decimal | None:
    """Nothing where nothing of it could be converted."""
    return None if without_rate and not amount else major(amount, base)


def figure(
    figures: Figures, wanted: Figure, asked: ReportParams, *, shows_movements: bool
) -> StreamingHttpResponse:
    if shows_movements:
        return _movements_response(figures, wanted, asked)
    word = group_label(asked.by, start=asked.question.window.start)
    head = ["Account", "Account id", "Owner", f"{CUTS[asked.by]} at start", "Kind"]
    rows = (
        (
            row.name,
            row.external_id,
            row.owner,
            word(row.group),
            label(row.kind) if row.kind else "",
            major(row.start, asked.base),
            major(row.end, asked.base),
            major(row.amount, asked.base),
            asked.base,
        )
        for row in figures.all_accounts(wanted)
    )
    head += ["ARR at start", "ARR at end", amount_word(wanted), "Currency"]
    return _list_response(_figure_file_name(wanted, "accounts", asked), asked, head, rows)


def _movements_response(
    figures: Figures, wanted: Figure, asked: ReportParams
) -> StreamingHttpResponse:
    head = ["Account", "Account id", "Owner", "Effective", "Learned", "Kind", "Subtype"]
    head += ["Reason", "Source"]
    rows = (
        (
            row.name,
            row.external_id,
            row.owner,
            row.effective_on.isoformat(),
            row.recorded_at.isoformat(),
            label(row.kind),
            label(row.subtype) if row.subtype else "",
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
    return _list_response(
        _figure_file_name(wanted, "movements", asked), asked, [*head, *amounts], rows
    )


def causes(figures: Figures, wanted: Figure, asked: ReportParams) -> StreamingHttpResponse:
    """Of all causes, or of the one that is asked for."""
    head = ["Account", "Account id", "Owner", "Effective", "Cause"]
    head += ["Amount in the contract’s currency", "Contract’s currency", "Amount", "Currency"]
    rows = (
        (
            row.name,
            row.external_id,
            row.owner,
            row.effective_on.isoformat(),
            label(row.cause),
            major(row.native_minor, row.currency),
            row.currency,
            major(row.amount, asked.base),
            asked.base,
        )
        for row in all_cause_rows(figures.ledger_rows(wanted), asked.cause)
    )
    return _list_response(_figure_file_name(wanted, "causes", asked), asked, head, rows)


def _figure_file_name(wanted: Figure, what: str, asked: ReportParams) -> str:
    """The list of one figure differs by the method of the report."""
    return f"{wanted}-{what}-{slugify(METHODS[asked.method])}"


def health(snapshot: ReportSnapshot, asked: ReportParams) -> StreamingHttpResponse:
    rows = (
        (
            row.name,
            row.external_id,
            band_look(row.band).word,
            row.score,
            row.owner,
            _converted_amount(row.arr, row.without_rate, asked.base),
            asked.base,
            row.without_rate,
        )
        for row in all_health_accounts(snapshot=snapshot, wanted=asked.bands)
    )
    head = ["Account", "Account id", "Band", "Score", "Owner", "ARR", "Currency", LEFT_OUT]
    return _list_response("health", asked, head, rows)


def _iso_or_empty(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def renewals(found: Iterable[RenewalRow], asked: ReportParams) -> StreamingHttpResponse:
    rows = (
        (
            row.name,
            row.external_id,
            row.owner,
            row.contract,
            row.line,
            _iso_or_empty(row.ends_on),
            _iso_or_empty(row.decides_on),
            label(row.state),
            _iso_or_empty(row.decided_on),
            band_look(row.band).word,
            row.score,
            _converted_amount(row.arr, row.without_rate, asked.base),
            row.chance,
            _converted_amount(row.expected, row.without_rate, asked.base),
            asked.base,
            row.without_rate,
        )
        for row in found
    )
    head = ["Account", "Account id", "Owner", "Contract", "Line", "Ends", "Decision by", "State"]
    head += ["Decided", "Band", "Score"]
    amounts = ["ARR", "Probability", "Expected", "Currency", LEFT_OUT]
    return _list_response("renewals", asked, [*head, *amounts], rows)


def changes(
    snapshot: ReportSnapshot, change: NewsKind, asked: ReportParams
) -> StreamingHttpResponse:
    rows = (
        (
            row.name,
            row.external_id,
            row.owner,
            row.day.isoformat(),
            *change_labels(change, what=row.what, detail=row.detail),
            row.score_before,
            row.score_after,
            _converted_amount(row.amount, row.without_rate, asked.base),
            asked.base,
            row.without_rate,
        )
        for row in all_changes(snapshot=snapshot, change=change)
    )
    head = ["Account", "Account id", "Owner", "Day", "What", "Detail", "Score before"]
    head += ["Score after", "Amount", "Currency", LEFT_OUT]
    return _list_response(f"week-{change}", asked, head, rows)
