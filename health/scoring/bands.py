"""Bands and alert lines with a recovery margin: down at once, up only past bound + margin.

A band's position counts from the top (0 is the best); MISSING stands for unscored.
"""

from decimal import Decimal
from enum import StrEnum

import numpy as np

from health.scoring.rounding import MISSING, Flags, Hundredths, to_hundredths
from health.scoring.specs import UNSCORED, AlertLineSpec, BandSpec


class Cause(StrEnum):
    """Why a crossing was written. Only MOVED may start a play."""

    MOVED = "moved"
    FIRST_SCORE = "first_score"
    UNSCORED = "unscored"
    SCORED = "scored"
    NEW_SCORECARD = "new_scorecard"


def band_positions(
    *, bands: tuple[BandSpec, ...], margin: Decimal, values: Hundredths, previous: Hundredths
) -> Hundredths:
    """Position of each value's band, given where it was (MISSING: nowhere, so no margin)."""
    lowers = [to_hundredths(band.lower) for band in bands]
    now = _positions(lowers, values)
    lifted = _positions([lower + to_hundredths(margin) for lower in lowers[:-1]] + [0], values)
    # Rising: as high as the value clears bound + margin, and never below where it was.
    rising = np.minimum(np.maximum(lifted, now), previous)
    had_a_band = (previous != MISSING) & (now != MISSING)
    return np.where(had_a_band & (now < previous), rising, now)


def _positions(lowers: list[int], values: Hundredths) -> Hundredths:
    positions = np.full(values.shape, len(lowers) - 1, dtype=np.int64)
    for position in range(len(lowers) - 2, -1, -1):
        positions[values >= lowers[position]] = position
    return np.where(values == MISSING, MISSING, positions)


def below_lines(
    *, lines: tuple[AlertLineSpec, ...], margin: Decimal, values: Hundredths, previous: Flags
) -> Flags:
    """One column per line: True while the value counts as below it. Missing values stay put."""
    below = np.array(previous, dtype=np.bool_, copy=True)
    for column, line in enumerate(lines):
        bound = to_hundredths(line.value)
        needed = np.where(previous[:, column], bound + to_hundredths(margin), bound)
        below[:, column] = np.where(values == MISSING, previous[:, column], values < needed)
    return below


def carried_lines(
    *,
    lines: tuple[AlertLineSpec, ...],
    old_lines: tuple[AlertLineSpec, ...],
    old_values: Hundredths,
    old_below: Flags,
) -> Flags:
    """Where scores judged under other lines stood by each of `lines`: one column a line.

    A line that both have counts as it did there; one that is new, by the score alone.
    """
    columns = [
        old_below[:, old_lines.index(line)]
        if line in old_lines
        else (old_values != MISSING) & (old_values < to_hundredths(line.value))
        for line in lines
    ]
    return np.column_stack([np.zeros((len(old_values), 0), dtype=np.bool_), *columns])


def band_key(bands: tuple[BandSpec, ...], position: int) -> str:
    return UNSCORED if position == MISSING else bands[position].key
