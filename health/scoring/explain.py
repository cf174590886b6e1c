"""Why a score moved: contributions that add up to the stored change, to the hundredth.

The score is Σ weight × reading − what gates took. Between two days a measure contributes its
old weight × the change of its reading; what weights changed (something went missing or came
back) is the re-weighting row; each gate has its row. A change of scorecard is told apart by
scoring the first day's raw values with the second day's card: that difference is the version
row, and everything else is measured within the new card. An override moves the band, never the
score: its row always carries 0.00. Roundings on the way are settled by largest remainder.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

import numpy as np

from health.scoring.evaluate import Evaluation, evaluate
from health.scoring.hundredths import MISSING, Floats, Hundredths, to_decimal
from health.scoring.specs import ScorecardSpec


class RowKind(StrEnum):
    MEASURE = "measure"
    REWEIGHTING = "reweighting"
    GATE = "gate"
    VERSION = "version"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Contribution:
    """One row of an explanation; `points` are signed and have two decimals."""

    kind: RowKind
    key: str
    points: Decimal
    raw_before: float | None = None
    raw_after: float | None = None
    reading_before: Decimal | None = None
    reading_after: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ExplainedDay:
    """An account on a day: the card in force and the raw values, by key, that were kept."""

    card: ScorecardSpec
    raw: dict[str, float]
    score: int
    override: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    before: Decimal | None
    after: Decimal | None
    change: Decimal | None
    rows: tuple[Contribution, ...]


def explain(*, before: ExplainedDay, after: ExplainedDay) -> Explanation:
    """Between two stored days. Without a score on both there is no change to divide."""
    scores = (to_decimal(before.score), to_decimal(after.score))
    if scores[0] is None or scores[1] is None:
        return Explanation(*scores, None, ())
    card = after.card
    first, second = _evaluate_day(card, before), _evaluate_day(card, after)
    parts = contributions(card=card, before=first, after=second)
    version = before.score - int(_merged_score(card, first)[0])
    changed = (before.card.key, before.card.version) != (card.key, card.version)
    exact = np.append(parts, -version / 100 if changed else 0.0)
    cents = settle(exact[np.newaxis, :], np.array([after.score - before.score]))[0]
    rows = [*_contribution_rows(card, first, second, cents), *_version_row(changed, cents)]
    if before.override != after.override:
        key = after.override or before.override or ""
        rows.append(Contribution(RowKind.OVERRIDE, key, Decimal("0.00")))
    return Explanation(*scores, scores[1] - scores[0], tuple(rows))


def contributions(*, card: ScorecardSpec, before: Evaluation, after: Evaluation) -> Floats:
    """Exact points of accounts × (measures, re-weighting, gates), both sides under one card."""
    old = np.where(before.readings == MISSING, 0, before.readings) / 100
    new = np.where(after.readings == MISSING, 0, after.readings) / 100
    both = (before.readings != MISSING) & (after.readings != MISSING)
    measures = np.where(both, before.weights * (new - old), 0.0)
    weighted = after.weights * new - before.weights * old
    reweighting = (weighted - measures).sum(axis=1, keepdims=True)
    return np.hstack([measures, reweighting, before.cuts - after.cuts])


def settle(exact: Floats, totals: Hundredths) -> Hundredths:
    """Rounds rows of points to hundredths that add up to `totals`, by largest remainder.

    Rows that are exactly zero stay zero unless there is nothing else to carry the difference.
    """
    scaled = np.round(exact * 100, 6)
    cents = np.floor(scaled).astype(np.int64)
    remainder = scaled - cents
    for row, missing in enumerate(np.asarray(totals) - cents.sum(axis=1)):
        carriers = np.flatnonzero(scaled[row])
        carriers = carriers if len(carriers) else np.arange(exact.shape[1])
        order = carriers[np.argsort(-remainder[row, carriers], kind="stable")]
        if missing < 0:
            order = order[::-1]
        each, extra = divmod(abs(int(missing)), len(order))
        step = 1 if missing > 0 else -1
        cents[row, order] += step * each
        cents[row, order[:extra]] += step
    return cents


def _evaluate_day(card: ScorecardSpec, moment: ExplainedDay) -> Evaluation:
    raw = np.array([[moment.raw.get(key, np.nan) for key in card.raw_keys]], dtype=np.float64)
    return evaluate(replace(card, minimum_confidence=Decimal(0)), raw)


def _merged_score(card: ScorecardSpec, evaluation: Evaluation) -> Hundredths:
    """Its score; 0 where the new card finds nothing at all to judge the old day by."""
    return np.where(evaluation.score == MISSING, 0, evaluation.score)


def _contribution_rows(
    card: ScorecardSpec, before: Evaluation, after: Evaluation, cents: Hundredths
) -> list[Contribution]:
    rows = []
    measures = card.measure_keys
    for column, key in enumerate(measures):
        raw = card.raw_keys.index(key)
        rows.append(
            Contribution(
                RowKind.MEASURE,
                key,
                _points_of_cents(cents[column]),
                raw_before=_raw_value(before, raw),
                raw_after=_raw_value(after, raw),
                reading_before=to_decimal(int(before.readings[0, column])),
                reading_after=to_decimal(int(after.readings[0, column])),
            )
        )
    if (
        cents[len(measures)]
        or (before.readings[0] == MISSING).tolist() != (after.readings[0] == MISSING).tolist()
    ):
        points = _points_of_cents(cents[len(measures)])
        rows.append(Contribution(RowKind.REWEIGHTING, "reweighting", points))
    for column, gate in enumerate(card.gates):
        cut = cents[len(measures) + 1 + column]
        if cut or before.gate_hits[0, column] != after.gate_hits[0, column]:
            rows.append(Contribution(RowKind.GATE, gate.key, _points_of_cents(cut)))
    return rows


def _version_row(changed: bool, cents: Hundredths) -> list[Contribution]:
    return (
        [Contribution(RowKind.VERSION, "version", _points_of_cents(cents[-1]))] if changed else []
    )


def _raw_value(evaluation: Evaluation, column: int) -> float | None:
    value = float(evaluation.raw[0, column])
    return None if np.isnan(value) else value


def _points_of_cents(cents: int | np.int64) -> Decimal:
    return Decimal(int(cents)).scaleb(-2)
