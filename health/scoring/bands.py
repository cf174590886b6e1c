"""Bands with a recovery margin: down at once, up only past bound + margin, and with a dwell only
once the score has stood there for some days.

A band's position counts from the top (0 is the best); MISSING stands for unscored.
"""

from decimal import Decimal
from enum import StrEnum

import numpy as np

from health.scoring.hundredths import MISSING, Hundredths, to_hundredths
from health.scoring.specs import UNSCORED, BandSpec


class Cause(StrEnum):
    """Why a crossing was written. Only MOVED may start a play."""

    MOVED = "moved"
    FIRST_SCORE = "first_score"
    UNSCORED = "unscored"
    SCORED = "scored"
    NEW_SCORECARD = "new_scorecard"


def band_positions(
    *,
    bands: tuple[BandSpec, ...],
    margin: Decimal,
    values: Hundredths,
    previous: Hundredths,
    days_before: Hundredths | None = None,
) -> Hundredths:
    """Position of each value's band, given where it was (MISSING: nowhere, so no margin).

    `days_before` (accounts × days) are the values of as many days as a rise has to wait: it goes as
    high as all of them clear bound + margin too. A day without a value clears nothing.
    """
    lowers = [to_hundredths(band.lower) for band in bands]
    raised = [lower + to_hundredths(margin) for lower in lowers[:-1]] + [0]
    now = _positions_by_bound(lowers, values)
    lifted = _positions_by_bound(raised, values)
    for earlier in () if days_before is None else days_before.T:
        stood = _positions_by_bound(raised, earlier)
        lifted = np.maximum(lifted, np.where(stood == MISSING, len(bands) - 1, stood))
    # Rising: as high as the value clears bound + margin, and never below where it was.
    rising = np.minimum(np.maximum(lifted, now), previous)
    had_a_band = (previous != MISSING) & (now != MISSING)
    return np.where(had_a_band & (now < previous), rising, now)


def _positions_by_bound(lowers: list[int], values: Hundredths) -> Hundredths:
    positions = np.full(values.shape, len(lowers) - 1, dtype=np.int64)
    for position in range(len(lowers) - 2, -1, -1):
        positions[values >= lowers[position]] = position
    return np.where(values == MISSING, MISSING, positions)


def same_bounds(bands: tuple[BandSpec, ...], others: tuple[BandSpec, ...]) -> bool:
    """Whether a place among these bands is the same place among the others."""
    return [(b.key, b.lower) for b in bands] == [(b.key, b.lower) for b in others]


def band_key(bands: tuple[BandSpec, ...], position: int) -> str:
    return UNSCORED if position == MISSING else bands[position].key
