"""Compares new scores with the state before them: bands, lines, and what was crossed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from health.facts.scope import Ints
from health.measures.inputs import Flags
from health.models import ThresholdCrossing
from health.queries.assignment import NO_CARD
from health.queries.scorecards import Card, published_card
from health.recompute.state import State
from health.scoring import (
    MISSING,
    UNSCORED,
    BandSpec,
    Cause,
    Evaluation,
    band_key,
    band_positions,
    below_lines,
    carried_lines,
)

Direction = ThresholdCrossing.Direction
Kind = ThresholdCrossing.Kind
_ABOVE, _BELOW = "above", "below"


@dataclass(frozen=True, slots=True)
class NewCrossing:
    """`row` is the account's place among those judged together; scores are hundredths."""

    row: int
    subject: str
    seq: int
    kind: str
    cause: Cause
    direction: str
    from_band: str
    to_band: str
    before: int
    after: int
    is_overridden: bool


@dataclass(frozen=True, slots=True)
class _Change:
    row: int
    subject: str
    kind: str
    cause: Cause
    direction: str
    from_band: str
    to_band: str


def judge(*, card: Card, state: State, evaluation: Evaluation, day: int) -> list[NewCrossing]:
    """Moves the state to this evaluation and returns what was crossed on the way."""
    same_card = state.card_id == card.id
    before = state.score.copy()
    changes = [
        *_bands(card, state, evaluation, same_card),
        *_lines(card, state, evaluation, same_card),
        *_components(card, state, evaluation, same_card),
    ]
    state.score = evaluation.score.copy()
    state.card_id[:] = card.id
    state.day[:] = day
    return _numbered(changes, state, before, day)


def _numbered(changes: list[_Change], state: State, before: Ints, day: int) -> list[NewCrossing]:
    """Numbers crossings within the account's day, so that down, up, down is three."""
    crossings = []
    for change in changes:
        row = change.row
        if state.crossing_day[row] != day:
            state.crossing_day[row], state.crossing_seq[row] = day, 0
        state.crossing_seq[row] += 1
        crossings.append(
            NewCrossing(
                row,
                change.subject,
                int(state.crossing_seq[row]),
                change.kind,
                change.cause,
                change.direction,
                change.from_band,
                change.to_band,
                int(before[row]),
                int(state.score[row]),
                row in state.overrides,
            )
        )
    return crossings


def _bands(card: Card, state: State, evaluation: Evaluation, same_card: Flags) -> list[_Change]:
    previous = np.where(same_card, state.band, MISSING)
    old_band, old_card = state.band, state.card_id
    state.band = band_positions(
        bands=card.spec.bands,
        margin=card.spec.recovery_margin,
        values=evaluation.score,
        previous=previous,
    )
    changes = []
    differs = (state.band != old_band) | ~same_card
    for row in np.flatnonzero(differs):
        old = _old_key(card, int(old_card[row]), int(old_band[row]))
        new = band_key(card.spec.bands, int(state.band[row]))
        cause = _cause(old, new, is_same=bool(same_card[row]))
        if cause is not None:
            direction = _direction(cause, int(state.band[row]) > int(old_band[row]))
            changes.append(
                _Change(int(row), "score", Kind.BAND, cause, direction, old or UNSCORED, new)
            )
    return changes


def _old_key(card: Card, card_id: int, position: int) -> str | None:
    """Band before; None for an account that was never judged."""
    if card_id == NO_CARD:
        return None
    return band_key(_card(card, card_id).spec.bands, position)


def _card(card: Card, card_id: int) -> Card:
    """A card by its id; `card` itself may be a draft, which is not to be looked up."""
    return card if card_id == card.id else published_card(card_id)


def _cause(old: str | None, new: str, *, is_same: bool) -> Cause | None:
    if old == new or (old is None and new == UNSCORED):
        return None
    if old is None:
        return Cause.FIRST_SCORE
    if new == UNSCORED:
        return Cause.UNSCORED
    if old == UNSCORED:
        return Cause.SCORED
    return Cause.MOVED if is_same else Cause.NEW_SCORECARD


def _direction(cause: Cause, is_down: bool) -> str:
    if cause is not Cause.MOVED:
        return Direction.NONE
    return Direction.DOWN if is_down else Direction.UP


def _lines(card: Card, state: State, evaluation: Evaluation, same_card: Flags) -> list[_Change]:
    lines = card.spec.alert_lines
    before = _below_before(card, state)
    was_scored = state.score != MISSING
    below = below_lines(
        lines=lines,
        margin=card.spec.recovery_margin,
        values=evaluation.score,
        # As with bands, the margin is of one card: another one judges afresh.
        previous=before & (same_card & was_scored)[:, np.newaxis],
    )
    state.lines = (below << np.arange(len(lines))).sum(axis=1).astype(np.int64)
    crossed = (below != before) & (was_scored & evaluation.is_scored)[:, np.newaxis]
    changes = []
    for row, column in zip(*np.nonzero(crossed), strict=True):
        is_down = bool(below[row, column])
        sides = (_ABOVE, _BELOW) if is_down else (_BELOW, _ABOVE)
        cause = Cause.MOVED if same_card[row] else Cause.NEW_SCORECARD
        changes.append(
            _Change(
                int(row),
                lines[column].subject,
                Kind.LINE,
                cause,
                _direction(cause, is_down),
                *sides,
            )
        )
    return changes


def _below_before(card: Card, state: State) -> Flags:
    """One column per line of `card`: whether the old score counted as below it."""
    before = np.zeros((len(state.score), len(card.spec.alert_lines)), dtype=np.bool_)
    for card_id in set(state.card_id.tolist()) - {NO_CARD}:
        rows = state.card_id == card_id
        old_lines = _card(card, card_id).spec.alert_lines
        before[rows] = carried_lines(
            lines=card.spec.alert_lines,
            old_lines=old_lines,
            old_values=state.score[rows],
            old_below=(state.lines[rows, np.newaxis] >> np.arange(len(old_lines))) & 1 == 1,
        )
    return before


def _components(
    card: Card, state: State, evaluation: Evaluation, same_card: Flags
) -> list[_Change]:
    changes: list[_Change] = []
    bands = card.spec.bands
    for column, key in enumerate(card.spec.component_keys):
        previous = np.where(same_card, state.components[:, column], MISSING)
        now = band_positions(
            bands=bands,
            margin=card.spec.recovery_margin,
            values=evaluation.components[:, column],
            previous=previous,
        )
        moved = (now != previous) & (now != MISSING) & (previous != MISSING)
        changes += [
            _component_change(bands, int(row), key, old=int(previous[row]), new=int(now[row]))
            for row in np.flatnonzero(moved)
        ]
        state.components[:, column] = now
    state.components[:, len(card.spec.component_keys) :] = MISSING
    return changes


def _component_change(
    bands: tuple[BandSpec, ...], row: int, key: str, *, old: int, new: int
) -> _Change:
    direction = Direction.DOWN if new > old else Direction.UP
    names = (band_key(bands, old), band_key(bands, new))
    return _Change(row, f"component:{key}", Kind.BAND, Cause.MOVED, direction, *names)
