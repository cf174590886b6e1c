"""How likely a renewal is lost, and who acts: from the score and the days to the decision."""

from decimal import Decimal
from enum import StrEnum


class RenewalRisk(StrEnum):
    """NONE is also said where nothing is known: an unscored account, no decision ahead."""

    NONE = "none"
    ELEVATED = "elevated"
    HIGH = "high"
    CRITICAL = "critical"
    EMERGENCY = "emergency"


# From so many days before the decision on, and nearer to it, a score below this is that risk.
_LEVELS = (
    (60, Decimal(40), RenewalRisk.CRITICAL),
    (90, Decimal(40), RenewalRisk.HIGH),
    (90, Decimal(60), RenewalRisk.ELEVATED),
)


def renewal_risk(
    *, score: Decimal | None, days_left: int | None, is_cancelling: bool
) -> RenewalRisk:
    """`days_left` to the last day to give notice, or the end; below zero after it.

    >>> renewal_risk(score=Decimal(40), days_left=90, is_cancelling=False).value
    'elevated'
    """
    if is_cancelling:
        return RenewalRisk.EMERGENCY
    if score is None or days_left is None:
        return RenewalRisk.NONE
    return next(
        (risk for days, below, risk in _LEVELS if days_left <= days and score < below),
        RenewalRisk.NONE,
    )
