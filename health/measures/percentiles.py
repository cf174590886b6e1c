"""Where an account stands among others: the percentile of a raw value in a stored distribution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

# A smaller segment is no yardstick: its accounts are held against all, and with fewer in all
# nobody is held against anybody.
LEAST_ACCOUNTS = 20
# Of more values than this every n-th is kept: a percentile is then right to a tenth.
MOST_VALUES = 1_001
ALL = -1
_NONE: npt.NDArray[np.float64] = np.empty(0)


@dataclass(frozen=True, slots=True)
class Distribution:
    """Ascending values of so many accounts: all of them, or a sample at even distances."""

    accounts: int
    values: npt.NDArray[np.float64]

    def percentile(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The share of the values below, and half of those that are equal, of 100; NaN of NaN."""
        below = np.searchsorted(self.values, values, side="left")
        up_to = np.searchsorted(self.values, values, side="right")
        found = (below + up_to) * 50 / max(len(self.values), 1)
        return np.where(np.isnan(values), np.nan, found)


def distribution_of(values: npt.NDArray[np.float64]) -> Distribution:
    """Of the values that are known."""
    known = np.sort(values[~np.isnan(values)])
    if len(known) <= MOST_VALUES:
        return Distribution(len(known), known)
    places = np.linspace(0, len(known) - 1, MOST_VALUES).round().astype(np.int64)
    return Distribution(len(known), known[places])


@dataclass(frozen=True, slots=True)
class Distributions:
    """As of the last closed night: by measure those of each segment that is large enough, and under
    ALL that of all accounts."""

    of: Mapping[str, Mapping[int, Distribution]] = field(default_factory=dict)

    def percentiles(
        self,
        measure: str,
        values: npt.NDArray[np.float64],
        *,
        segments: npt.NDArray[np.float64],
    ) -> npt.NDArray[np.float64]:
        groups = self.of.get(measure, {})
        found = np.full(len(values), np.nan)
        for segment in np.unique(segments).tolist():
            rows = segments == segment
            group = self.group(measure, int(segment))
            if group is not None:
                found[rows] = groups[group].percentile(values[rows])
        return found

    def median(self, measure: str) -> float:
        """Of all accounts; NaN where they are too few to say."""
        group = self.group(measure, ALL)
        return float("nan") if group is None else float(np.median(self.of[measure][group].values))

    def group(self, measure: str, segment: int) -> int | None:
        """Who accounts of a segment are held against: it, ALL, or nobody."""
        groups = self.of.get(measure, {})
        return next(
            (
                group
                for group in (segment, ALL)
                if group in groups and groups[group].accounts >= LEAST_ACCOUNTS
            ),
            None,
        )
