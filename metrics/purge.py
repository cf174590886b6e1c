"""What of reports is kept no longer, and since when."""

from datetime import timedelta
from typing import Final

from accounts.purge import PurgeRule
from metrics.snapshots.forecasts import forget_forecasts

FORECASTS_KEPT: Final = timedelta(days=3 * 365)

RULES: Final = (
    PurgeRule(
        "forecasts of renewals",
        lambda now: forget_forecasts(before=(now - FORECASTS_KEPT).date()),
    ),
)
