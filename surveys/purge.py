"""What of surveys is kept no longer, and since when."""

from datetime import timedelta
from typing import Final

from accounts.purge import PurgeRule
from surveys.engine.deliveries import forget_held_back

HELD_BACK_KEPT: Final = timedelta(days=3 * 365)

RULES: Final = (
    PurgeRule(
        "invitations that were held back",
        lambda now: forget_held_back(before=now - HELD_BACK_KEPT),
    ),
)
