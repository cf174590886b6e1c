"""Bands with a recovery margin: down at once, up only past bound + margin.

A band's position counts from the top (0 is the best); MISSING stands for unscored.
"""

from decimal import Decimal
from enum import StrEnum

import numpy as np

from health.scoring.rounding import MISSING, Hundredths, to_hundredths
from health.scoring.specs import UNSCORED, BandSpec


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


def band_key(bands: tuple[BandSpec, ...], position: int) -> str:
    return UNSCORED if position == MISSING else bands[position].key
