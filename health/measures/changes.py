"""How much something grew, also where it grew from nothing."""

from __future__ import annotations

import numpy as np

from health.measures.inputs import Floats, ratio

# What a trend is said to be when a ratio cannot say it.
FROM_NOTHING = 0.2
STILL_NOTHING = -0.5


def change(now: Floats, before: Floats) -> Floats:
    """now ÷ before − 1; NaN where one of them is."""
    from_nothing = np.where(now > 0, FROM_NOTHING, STILL_NOTHING)
    found = np.where(before == 0, from_nothing, ratio(now, before) - 1)
    return np.where(np.isnan(now), np.nan, found)
