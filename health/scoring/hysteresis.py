"""What margin and dwell do to a path of scores: how often bands flap, and how late news comes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from health.scoring.bands import band_positions
from health.scoring.hundredths import MISSING, Hundredths
from health.scoring.specs import BandSpec

# A way back within so many days is a flap.
FLAP_DAYS = 14
# Accounts that may flap, of all that have a score.
WANTED_FLAP_RATE = Decimal("0.05")
_NO_MARGIN = Decimal(0)


@dataclass(frozen=True, slots=True)
class Hysteresis:
    """Days a rise, or a fall, waits: falls never do in a scorecard, only in a preview."""

    margin: Decimal
    rising: int = 0
    falling: int = 0


@dataclass(frozen=True, slots=True)
class Calm:
    """Sums over accounts: `late_days` that rises came after the score stood there already,
    `lost_days` that falls came after it had fallen."""

    accounts: int = 0
    flapped: int = 0
    rises: int = 0
    late_days: int = 0
    falls: int = 0
    lost_days: int = 0

    def plus(self, other: Calm) -> Calm:
        return Calm(
            self.accounts + other.accounts,
            self.flapped + other.flapped,
            self.rises + other.rises,
            self.late_days + other.late_days,
            self.falls + other.falls,
            self.lost_days + other.lost_days,
        )


def calm(*, bands: tuple[BandSpec, ...], scores: Hundredths, hysteresis: Hysteresis) -> Calm:
    """Of daily scores (accounts × days, the oldest first; MISSING: none) under these bands."""
    own = np.column_stack([_bands_without_margin(bands, column) for column in scores.T])
    shown = _shown_bands(bands, scores, own, hysteresis)
    moved = (shown[:, 1:] != shown[:, :-1]) & (shown[:, 1:] != MISSING) & (shown[:, :-1] != MISSING)
    risen = moved & (shown[:, 1:] < shown[:, :-1])
    return Calm(
        accounts=int((scores != MISSING).any(axis=1).sum()),
        flapped=_count_flapped(shown, moved),
        rises=int(risen.sum()),
        late_days=_count_days_waited(own, shown, risen, is_rise=True),
        falls=int((moved & ~risen).sum()),
        lost_days=_count_days_waited(own, shown, moved & ~risen, is_rise=False),
    )


def _bands_without_margin(bands: tuple[BandSpec, ...], values: Hundredths) -> Hundredths:
    nowhere = np.full(len(values), MISSING, dtype=np.int64)
    return band_positions(bands=bands, margin=_NO_MARGIN, values=values, previous=nowhere)


def _shown_bands(
    bands: tuple[BandSpec, ...], scores: Hundredths, own: Hundredths, hysteresis: Hysteresis
) -> Hundredths:
    """The band of each day, the first one without any waiting."""
    shown = own.copy()
    for day in range(1, scores.shape[1]):
        previous = shown[:, day - 1]
        before = scores[:, max(day - hysteresis.rising, 0) : day]
        position = band_positions(
            bands=bands,
            margin=hysteresis.margin,
            values=scores[:, day],
            previous=previous,
            days_before=before,
        )
        best = own[:, max(day - hysteresis.falling, 0) : day + 1].min(axis=1)
        waits = (position > previous) & (previous != MISSING) & (position != MISSING)
        shown[:, day] = np.where(waits, np.maximum(np.minimum(best, position), previous), position)
    return shown


def _count_flapped(
    shown: Hundredths, moved: np.ndarray[tuple[int, int], np.dtype[np.bool_]]
) -> int:
    """Accounts that went from one band to another and back within FLAP_DAYS."""
    back = np.zeros(len(shown), dtype=np.bool_)
    days = moved.shape[1]
    for first in np.flatnonzero(moved.any(axis=0)).tolist():
        for second in range(first + 1, min(first + FLAP_DAYS + 1, days)):
            back |= (
                moved[:, first]
                & moved[:, second]
                & (shown[:, first] == shown[:, second + 1])
                & (shown[:, first + 1] == shown[:, second])
            )
    return int(back.sum())


def _count_days_waited(
    own: Hundredths,
    shown: Hundredths,
    moves: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    *,
    is_rise: bool,
) -> int:
    """Days in a row before each move on which the score stood in the new band or beyond."""
    total = 0
    for row, column in zip(*np.nonzero(moves), strict=True):
        target = shown[row, column + 1]
        before = own[row, : column + 1][::-1]
        stood = (before != MISSING) & (before <= target if is_rise else before >= target)
        total += len(stood) if stood.all() else int(np.argmin(stood))
    return total
