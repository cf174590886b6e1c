"""Watch lines: which side of each the accounts are on. Down at once, up past line + margin."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from health.scoring.evaluate import Evaluation
from health.scoring.hundredths import MISSING, Floats, Hundredths
from health.scoring.specs import WHOLE_SCORE, ScorecardSpec, WatchLineSpec

# One column a line. UNKNOWN where there is no value, or the line was not judged yet.
Sides: TypeAlias = npt.NDArray[np.int64]
UNKNOWN, ABOVE, BELOW = -1, 0, 1


def line_values(
    *,
    lines: tuple[WatchLineSpec, ...],
    card: ScorecardSpec,
    evaluation: Evaluation,
    raw: Mapping[str, Floats],
) -> Floats:
    """What each line looks at: accounts × lines, NaN where there is no value.

    Points for the score and components, the raw value for a measure: that of the evaluation, or
    of `raw` where the card does not have the measure.
    """
    values = np.full((len(evaluation), len(lines)), np.nan)
    for column, line in enumerate(lines):
        if line.subject == WHOLE_SCORE:
            values[:, column] = _exact_points(evaluation.score)
        elif line.component in card.component_keys:
            place = card.component_keys.index(line.component)
            values[:, column] = _exact_points(evaluation.components[:, place])
        elif line.measure in card.raw_keys:
            values[:, column] = evaluation.raw[:, card.raw_keys.index(line.measure)]
        elif line.measure in raw:
            values[:, column] = raw[line.measure]
    return values


def line_sides(
    *, lines: tuple[WatchLineSpec, ...], margin: Decimal, values: Floats, previous: Sides
) -> Sides:
    """The side of each value, given where it was (UNKNOWN: nowhere, so no margin)."""
    bounds = np.array([float(line.value) for line in lines])
    lifted = np.array([float(line.recovers_at(margin)) for line in lines])
    is_below = values < np.where(previous == BELOW, lifted, bounds)
    return np.where(np.isnan(values), UNKNOWN, is_below.astype(np.int64))


def sides_before(
    *, lines: tuple[WatchLineSpec, ...], known: Sides, score_before: Hundredths
) -> Sides:
    """Where accounts stood before this judgement.

    A line of the score that was not judged before counts by the score there was, so that a new
    one misses no fall; who had no score was on no side.
    """
    before = known.copy()
    was = _exact_points(score_before)
    for column, line in enumerate(lines):
        if line.subject == WHOLE_SCORE:
            fresh = np.where(was < float(line.value), BELOW, ABOVE)
            before[:, column] = np.where(known[:, column] == UNKNOWN, fresh, known[:, column])
            before[np.isnan(was), column] = UNKNOWN
    return before


def _exact_points(values: Hundredths) -> Floats:
    """Exact enough to compare: the nearest float of two decimals is one and the same."""
    return np.where(values == MISSING, np.nan, values / 100)
