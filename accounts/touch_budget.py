"""How often a customer may hear from us: at most so many touches in any seven days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class TouchBudget:
    """Caps of at least 1 on the touches of a person, and of an account, within any `WINDOW`."""

    per_contact: int
    per_account: int


def next_free(
    *,
    to_contact: Sequence[datetime],
    to_account: Sequence[datetime],
    budget: TouchBudget,
    now: datetime,
) -> datetime:
    """`now` where both caps have room, else the moment at which they will.

    The touches of the account, none of them after `now`, include those of the person. A touch
    leaves the window when exactly seven days have passed.
    """
    return max(
        _free(to_contact, cap=budget.per_contact, now=now),
        _free(to_account, cap=budget.per_account, now=now),
    )


def _free(touched: Sequence[datetime], *, cap: int, now: datetime) -> datetime:
    recent = sorted(at for at in touched if at > now - WINDOW)
    return now if len(recent) < cap else recent[-cap] + WINDOW
