"""What the page of a preview shows: band matrix, distribution, movers, plays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from accounts.models import Installation
from accounts.ui.bands import band_look
from accounts.ui.charts import Chart, Part, before_and_after, distribution
from accounts.ui.pagination import PageOf
from cs_platform.models.previews import BINS, Draft, Preview, PreviewCell, PreviewPlay
from cs_platform.pages.scorecard_preview.matrix import (
    BandName,
    MatrixRow,
    column_totals,
    matrix_of,
    sums_of,
)
from cs_platform.previews.job import job_of
from cs_platform.previews.preview_rows import RECOVERED
from health.models import RuleSet, Scorecard
from health.pages.labels import moment
from health.pages.rules.labels import RuleDifference, compared_rules
from health.pages.scorecards.versions import compared
from health.scoring import TOO_NEW, UNSCORED, WANTED_FLAP_RATE, CardDifference
from playbooks.triggers.vocabulary import StartResult, label

Difference = CardDifference | RuleDifference

PAGE_SIZE = 25
WAITS_LONG = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class CardMove:
    """Accounts that would get another scorecard, by their names; `before` is empty for none."""

    before: str
    after: str
    accounts: int
    arr_minor: int


@dataclass(frozen=True, slots=True)
class PreviewedPlay:
    """Accounts by what the engine would do with them; `held` has its reasons in words."""

    name: str
    started: int
    arr_minor: int
    queued: int
    held: tuple[tuple[str, int], ...]
    recovered: int


@dataclass(frozen=True, slots=True)
class CalmRow:
    """One margin and dwell: accounts that would have flapped, and by how many days on average
    all-clears come late and warnings are lost (None where nothing rose, or fell)."""

    margin: Decimal
    rising: int
    falling: int
    flapped: int
    flap_rate: Decimal | None
    is_calm: bool
    days_late: Decimal | None
    days_lost: Decimal | None


def latest_preview(draft: Draft) -> Preview | None:
    """The newest one. Uses index: preview_latest"""
    found = Preview.objects.of(draft).select_related("requested_by", "compared_with", "rules")
    return found.order_by("-pk").first()


def waiting_context(preview: Preview | None) -> dict[str, Any]:
    """`preview` is None before anybody has asked for one."""
    if preview is None:
        return {"preview": None}
    job = job_of(preview)
    since = datetime.now(UTC) - (job.created_at if job else preview.requested_at)
    return {
        "preview": preview,
        "percent": preview.done * 100 // preview.total if preview.total else 0,
        "is_begun": job is not None and job.attempts > 0,
        "waits_long": since > WAITS_LONG and preview.done == 0,
    }


def report_context(
    preview: Preview, draft: Draft, *, from_band: str, to_band: str, page: int
) -> dict[str, Any]:
    cells = list(preview.cells.all())
    before = [*_band_names(preview.before_bands or preview.after_bands), *_without_score(cells)]
    after = [*_band_names(preview.after_bands), *_without_score(cells)]
    matrix = matrix_of(cells, before, after)
    moves = [CardMove(*row) for row in preview.cards]
    return {
        "preview": preview,
        "looked_at": moment(preview.requested_at),
        "currency": Installation.current().currency,
        "bands_after": after,
        "matrix": matrix,
        "totals": column_totals(matrix),
        "sums": sums_of(preview, matrix),
        "cards": moves,
        "card_sums": CardMove(
            "", "", sum(m.accounts for m in moves), sum(m.arr_minor for m in moves)
        ),
        "histogram": _score_histogram(preview, after, draft),
        "bars": _band_bars(matrix, before, after),
        "plays": play_rows(list(preview.plays.all())),
        "calm": [calm_row(stored) for stored in preview.calm],
        "wanted_flap_rate": WANTED_FLAP_RATE,
        "compared": preview.rules if isinstance(draft, RuleSet) else preview.compared_with,
        "changes": _draft_changes(preview, draft),
        **_movers_context(preview, from_band, to_band, page),
    }


def _draft_changes(preview: Preview, draft: Draft) -> Sequence[tuple[str, Sequence[Difference]]]:
    if isinstance(draft, RuleSet):
        return compared_rules(preview.rules, draft) if preview.rules else []
    return compared(preview.compared_with, draft) if preview.compared_with else []


def _band_names(stored: Sequence[Sequence[Any]]) -> list[BandName]:
    return [BandName(key, name, tone, at_risk) for key, name, at_risk, tone in stored]


def _without_score(cells: Sequence[PreviewCell]) -> list[BandName]:
    """Who is too new, where rules change that, and who is unscored."""
    shown = [TOO_NEW] if any(TOO_NEW in (cell.from_band, cell.to_band) for cell in cells) else []
    looks = ((key, band_look(key)) for key in (*shown, UNSCORED))
    return [BandName(key, look.word, UNSCORED, False) for key, look in looks]


def _score_histogram(preview: Preview, after: Sequence[BandName], draft: Draft) -> Chart:
    """In the colours of the draft's bands; of rules, under which each card has its own, in one."""
    bands = draft.bands.all() if isinstance(draft, Scorecard) else ()
    bounds = {band.key: float(band.lower) for band in bands}
    step = 100 / BINS
    tones = [
        next(
            (b.tone for b in after if b.key in bounds and bounds[b.key] <= (place + 0.5) * step),
            UNSCORED,
        )
        for place in range(BINS)
    ]
    return before_and_after(
        preview.before_bins, preview.after_bins, tones=tones, label=gettext("Accounts by score")
    )


def _band_bars(
    matrix: Sequence[MatrixRow], before: Sequence[BandName], after: Sequence[BandName]
) -> tuple[Chart, Chart]:
    rows = {row.band.key: row.accounts for row in matrix}
    columns = dict(zip([b.key for b in after], column_totals(matrix), strict=True))
    today = [
        Part(b.tone, b.word, rows.get(b.key, 0), _accounts_phrase(rows.get(b.key, 0)))
        for b in before
    ]
    then = [
        Part(b.tone, b.word, columns[b.key][0], _accounts_phrase(columns[b.key][0])) for b in after
    ]
    return distribution(today, label=gettext("Today")), distribution(
        then, label=gettext("With the draft")
    )


def _accounts_phrase(count: int) -> str:
    return ngettext("%(count)s account", "%(count)s accounts", count) % {"count": f"{count:,}"}


def play_rows(found: Sequence[PreviewPlay]) -> list[PreviewedPlay]:
    """A row a playbook, those that start most first."""
    rows = []
    for name in dict.fromkeys(play.playbook_name for play in found):
        plays = [play for play in found if play.playbook_name == name]
        started = [play for play in plays if play.result == StartResult.STARTED]
        rows.append(
            PreviewedPlay(
                name=name,
                started=sum(play.accounts for play in started),
                arr_minor=sum(play.arr_minor for play in started),
                queued=sum(p.accounts for p in plays if p.result == StartResult.QUEUED),
                held=tuple(
                    (label(play.reason), play.accounts)
                    for play in plays
                    if play.result == StartResult.SUPPRESSED
                ),
                recovered=sum(p.accounts for p in plays if p.result == RECOVERED),
            )
        )
    return sorted(rows, key=lambda row: (-row.started, -row.queued, row.name))


def calm_row(stored: Mapping[str, Any]) -> CalmRow:
    def mean(days: str, moves: str) -> Decimal | None:
        return Decimal(stored[days]) / stored[moves] if stored[moves] else None

    accounts = stored["accounts"]
    rate = Decimal(stored["flapped"]) / accounts if accounts else None
    return CalmRow(
        margin=Decimal(stored["margin"]),
        rising=stored["rising"],
        falling=stored["falling"],
        flapped=stored["flapped"],
        flap_rate=rate,
        is_calm=rate is None or rate <= WANTED_FLAP_RATE,
        days_late=mean("late_days", "rises"),
        days_lost=mean("lost_days", "falls"),
    )


def _movers_context(preview: Preview, from_band: str, to_band: str, page: int) -> dict[str, Any]:
    # Uses index: preview_mover_size
    movers = preview.movers.select_related("account").order_by("-arr_minor", "pk")
    if from_band:
        movers = movers.filter(from_band=from_band)
    if to_band:
        movers = movers.filter(to_band=to_band)
    start = (page - 1) * PAGE_SIZE
    rows = list(movers[start : start + PAGE_SIZE])
    total = movers.count()
    return {
        "movers": rows,
        "mover_total": total,
        "page": PageOf(page, PAGE_SIZE, len(rows), page * PAGE_SIZE < total),
        "from_band": from_band,
        "to_band": to_band,
    }
