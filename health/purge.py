"""What of health is kept no longer, and since when."""

from datetime import timedelta
from typing import Final

from accounts.purge import PurgeRule
from health.recompute.readiness import forget_looks

LOOKS_KEPT: Final = timedelta(days=400)

RULES: Final = (
    PurgeRule(
        "weekly looks at readiness for an expansion",
        lambda now: forget_looks(before=(now - LOOKS_KEPT).date()),
    ),
)
