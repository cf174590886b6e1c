"""A change read relative to what the whole installation did: Christmas is nobody's fall."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# A median account that moved by no more than this is no season.
_LEAST = 0.1


def is_season(median: float) -> bool:
    """Whether the median account moved so much (as a share of what it did before) that changes are
    read relative to it. One that stopped altogether is a source that broke; NaN: nobody knows."""
    return bool(abs(median) > _LEAST and median > -1)


def without_season(change: npt.NDArray[np.float64], median: float) -> npt.NDArray[np.float64]:
    """Changes relative to that of the median account: −28 % where it lost 20 % is −10 %."""
    return (1 + change) / (1 + median) - 1 if is_season(median) else change
