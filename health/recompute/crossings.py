"""Compares new scores with the state before them: bands, lines, and what was crossed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from health.facts.scope import Ints
from health.measures.inputs import Flags, Floats
from health.models import ThresholdCrossing
from health.queries.assignment import NO_CARD
from health.queries.scorecards import Card, published_card
from health.recompute.state import State
from health.scoring import (
    ABOVE,
    BELOW,
    COMPONENT,
    MISSING,
    TOO_NEW,
    UNKNOWN,
    UNSCORED,
    WHOLE_SCORE,
    BandSpec,
    Cause,
    Evaluation,
    WatchLineSpec,
    band_key,
    band_positions,
    line_sides,
    same_bounds,
    sides_before,
    to_decimal,
)

Direction = ThresholdCrossing.Direction
Kind = ThresholdCrossing.Kind
_ABOVE, _BELOW = "above", "below"


@dataclass(frozen=True, slots=True)
class Transition:
    """`row` is the account's place among those judged together. `subject` passed `line`, or, where
    that is None, entered another band; `value` is what it is now. `told_from` is the band that a
    fall counts from where the account had no score: playbooks are told of it."""

    row: int
    subject: str
    line: WatchLineSpec | None
    cause: Cause
    direction: str
    from_band: str
    to_band: str
    value: Decimal | None
    told_from: str = ""

    @property
    def kind(self) -> str:
        return Kind.BAND if self.line is None else Kind.LINE

    @property
    def stored_subject(self) -> str:
        return self.subject if self.line is None else self.line.name


@dataclass(frozen=True, slots=True)
class NewCrossing:
    """A change with its number within the account's day; scores are hundredths."""

    change: Transition
    seq: int
    before: int
    after: int
    is_overridden: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """Lines, and what each looks at: accounts × lines (`line_values`)."""

    lines: tuple[WatchLineSpec, ...]
    values: Floats


@dataclass(frozen=True, slots=True)
class _Same:
    """Accounts that were judged by this very card before, and by one with its bands."""

    card: Flags
    bands: Flags


@dataclass(frozen=True, slots=True)
class _Return:
    """Accounts that get a score again: those that are not too new any more, and (by its position,
    MISSING for all others) the band those had that lost their score."""

    was_new: Flags
    last_band: Ints


def judge(
    *,
    card: Card,
    state: State,
    evaluation: Evaluation,
    too_new: Flags,
    watched: Watched,
    day: int,
) -> list[NewCrossing]:
    """Moves the state to this evaluation and returns what was crossed on the way."""
    same = _Same(state.card_id == card.id, _same_bands(card, state))
    back = _Return(state.was_new & ~too_new, _last_bands(state, evaluation, same))
    before = state.score.copy()
    days_before = state.days_before(day)
    changes = [
        *_band_transitions(card, state, evaluation, same, back, too_new, days_before),
        *_line_transitions(card, state, watched, same, back),
        *_component_transitions(card, state, evaluation, same, too_new),
    ]
    state.score = evaluation.score.copy()
    state.was_new = too_new.copy()
    state.recent = np.column_stack([state.score, days_before])
    state.card_id[:] = card.id
    state.day[:] = day
    return _number_crossings(changes, state, before, day)


def _same_bands(card: Card, state: State) -> Flags:
    """Accounts whose earlier card has the bands of this one: each keeps its side of the margin."""
    same = [
        card_id
        for card_id in np.unique(state.card_id).tolist()
        if card_id != NO_CARD
        and same_bounds(_card_of_id(card, card_id).spec.bands, card.spec.bands)
    ]
    return np.isin(state.card_id, same)


def _last_bands(state: State, evaluation: Evaluation, same: _Same) -> Ints:
    returns = (state.band == MISSING) & evaluation.is_scored & ~state.was_new & same.card
    return np.where(returns, state.last_band, MISSING)


def _number_crossings(
    changes: list[Transition], state: State, before: Ints, day: int
) -> list[NewCrossing]:
    """Numbers crossings within the account's day, so that down, up, down is three."""
    crossings = []
    for change in changes:
        row = change.row
        if state.crossing_day[row] != day:
            state.crossing_day[row], state.crossing_seq[row] = day, 0
        state.crossing_seq[row] += 1
        seq, scores = int(state.crossing_seq[row]), (int(before[row]), int(state.score[row]))
        crossings.append(NewCrossing(change, seq, *scores, row in state.overrides))
    return crossings


def _band_transitions(
    card: Card,
    state: State,
    evaluation: Evaluation,
    same: _Same,
    back: _Return,
    too_new: Flags,
    days_before: Ints,
) -> list[Transition]:
    old_band, old_card, was_new = state.band, state.card_id, state.was_new
    state.band = band_positions(
        bands=card.spec.bands,
        margin=card.spec.recovery_margin,
        values=evaluation.score,
        previous=np.where(same.bands, state.band, MISSING),
        days_before=days_before[:, : card.spec.rising_dwell],
    )
    kept = np.where(same.bands, state.last_band, MISSING)
    state.last_band = np.where(state.band == MISSING, kept, state.band)
    fallen = _positions_fallen_from(state.band, back)
    changes = []
    differs = (state.band != old_band) | (was_new != too_new) | ~same.card
    for row in np.flatnonzero(differs):
        old = TOO_NEW if was_new[row] else _old_key(card, int(old_card[row]), int(old_band[row]))
        new = TOO_NEW if too_new[row] else band_key(card.spec.bands, int(state.band[row]))
        cause = _transition_cause(old, new, is_same=bool(same.card[row]))
        told_from = ""
        if fallen[row] != MISSING:
            cause, told_from = Cause.MOVED, band_key(card.spec.bands, int(fallen[row]))
        if cause is not None:
            is_down = bool(told_from) or int(state.band[row]) > int(old_band[row])
            value = to_decimal(int(evaluation.score[row]))
            sides = (_transition_direction(cause, is_down), old or UNSCORED, new, value, told_from)
            changes.append(Transition(int(row), WHOLE_SCORE, None, cause, *sides))
    return changes


def _positions_fallen_from(band: Ints, back: _Return) -> Ints:
    """Of accounts that come back lower than they were, the position they fell from: that of the
    best band for those that were too new; MISSING for all others."""
    origin = np.where(back.was_new, 0, back.last_band)
    return np.where((band != MISSING) & (origin != MISSING) & (band > origin), origin, MISSING)


def _old_key(card: Card, card_id: int, position: int) -> str | None:
    """Band before; None for an account that was never judged."""
    if card_id == NO_CARD:
        return None
    return band_key(_card_of_id(card, card_id).spec.bands, position)


def _card_of_id(card: Card, card_id: int) -> Card:
    """A card by its id; `card` itself may be a draft, which is not to be looked up."""
    return card if card_id == card.id else published_card(card_id)


def _transition_cause(old: str | None, new: str, *, is_same: bool) -> Cause | None:
    if old == new or (old is None and new in (UNSCORED, TOO_NEW)):
        return None
    if old is None:
        return Cause.FIRST_SCORE
    if new in (UNSCORED, TOO_NEW):
        return Cause.UNSCORED
    if old == TOO_NEW:
        return Cause.FIRST_SCORE
    if old == UNSCORED:
        return Cause.SCORED
    return Cause.MOVED if is_same else Cause.NEW_SCORECARD


def _transition_direction(cause: Cause, is_down: bool) -> str:
    if cause is not Cause.MOVED:
        return Direction.NONE
    return Direction.DOWN if is_down else Direction.UP


def _line_transitions(
    card: Card, state: State, watched: Watched, same: _Same, back: _Return
) -> Iterator[Transition]:
    lines = watched.lines
    before = sides_before(lines=lines, known=state.lines, score_before=state.score)
    returned = _returned_above(card, lines, back)
    before[returned] = ABOVE
    # A raw value is the same under any card. The score is not: a card with other bands judges
    # afresh, as it does with bands, and what it finds is of its own making.
    is_raw = np.array([bool(line.measure) for line in lines], dtype=bool)
    moved = same.card[:, np.newaxis] | is_raw | returned
    now = line_sides(
        lines=lines,
        margin=card.spec.recovery_margin,
        values=watched.values,
        previous=np.where(same.bands[:, np.newaxis] | is_raw | returned, before, UNKNOWN),
    )
    state.lines = now
    crossed = (now != before) & (now != UNKNOWN) & (before != UNKNOWN)
    for row, column in zip(*np.nonzero(crossed), strict=True):
        line, is_down = lines[column], bool(now[row, column] == BELOW)
        cause = Cause.MOVED if moved[row, column] else Cause.NEW_SCORECARD
        sides = (_ABOVE, _BELOW) if is_down else (_BELOW, _ABOVE)
        value = Decimal(str(round(float(watched.values[row, column]), 4)))
        yield Transition(
            int(row),
            line.subject,
            line,
            cause,
            _transition_direction(cause, is_down),
            *sides,
            value,
        )


def _returned_above(card: Card, lines: tuple[WatchLineSpec, ...], back: _Return) -> Flags:
    """Lines of the score that accounts stood above before they had none: all of them for those that
    were too new, and those up to the lower bound of the band they had for the others."""
    values = np.array([float(line.value) for line in lines])
    of_score = np.array([line.subject == WHOLE_SCORE for line in lines], dtype=bool)
    lowers = np.array([float(band.lower) for band in card.spec.bands])
    floor = np.where(back.last_band == MISSING, -np.inf, lowers[back.last_band])
    floor = np.where(back.was_new, np.inf, floor)
    return np.asarray(of_score & (values <= floor[:, np.newaxis]), dtype=np.bool_)


def _component_transitions(
    card: Card, state: State, evaluation: Evaluation, same: _Same, too_new: Flags
) -> list[Transition]:
    changes: list[Transition] = []
    bands = card.spec.bands
    for column, key in enumerate(card.spec.component_keys):
        values = np.where(too_new, MISSING, evaluation.components[:, column])
        previous = np.where(same.card, state.components[:, column], MISSING)
        now = band_positions(
            bands=bands, margin=card.spec.recovery_margin, values=values, previous=previous
        )
        moved = (now != previous) & (now != MISSING) & (previous != MISSING)
        changes += [
            _component_change(
                bands, int(row), key, (int(previous[row]), int(now[row])), int(values[row])
            )
            for row in np.flatnonzero(moved)
        ]
        state.components[:, column] = now
    state.components[:, len(card.spec.component_keys) :] = MISSING
    return changes


def _component_change(
    bands: tuple[BandSpec, ...], row: int, key: str, moved: tuple[int, int], value: int
) -> Transition:
    """`moved`: the positions of the band before and now."""
    old, new = moved
    direction = Direction.DOWN if new > old else Direction.UP
    names = (band_key(bands, old), band_key(bands, new))
    subject = f"{COMPONENT}{key}"
    return Transition(row, subject, None, Cause.MOVED, direction, *names, to_decimal(value))
