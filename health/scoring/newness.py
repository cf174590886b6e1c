"""Who is too new to judge: a state of its own, without a score, a band or a play."""

import numpy as np

from health.scoring.hundredths import Flags, Floats
from health.scoring.specs import ScorecardSpec

# The state of an account that is too new, told wherever a band is.
TOO_NEW = "too_new"
# Days from the start of the relationship until an account is judged; under a card that looks at
# onboarding steps the second, or from the day the first of these is due.
DAYS, ONBOARDING_DAYS = 28, 7
_STEPS = "onboarding_steps_done"


def too_new(
    card: ScorecardSpec, *, days_since_start: Floats, days_since_first_step: Floats
) -> Flags:
    """Days since the present relationship began, and since its first step was due (below 0: it is
    ahead); NaN where there is none. An account of unknown age is judged."""
    if _STEPS not in card.measure_keys:
        return np.asarray(days_since_start < DAYS, dtype=np.bool_)
    is_due = days_since_first_step >= 0
    return np.asarray((days_since_start < ONBOARDING_DAYS) & ~is_due, dtype=np.bool_)
