"""The day that an installation of imported history lives on: chosen before its first facts."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError

from accounts.models import Account, Installation
from cs_platform.models import StepRun
from health.models import ClosedDay


class TooLateToFreezeError(RuntimeError):
    """The installation counts real days already; the message says so in one sentence."""


def freeze(*, day: date) -> bool:
    """Makes `day` the installation's today, for good; False when it is that already.

    Raises TooLateToFreezeError where facts or nights were dated by another day, ValidationError
    for a day outside the calendar.
    """
    installation = Installation.current()
    if installation.as_of == day:
        return False
    if Account.objects.exists() or ClosedDay.objects.exists() or StepRun.objects.exists():
        lives_on = installation.as_of or "the real day"
        raise TooLateToFreezeError(
            f"{day} cannot become this installation's day: it has accounts or nights already and"
            f" lives on {lives_on}. Choose an empty database or state folder (CS_HOME)."
        )
    installation.as_of = day
    installation.clean()
    installation.save()
    return True


def day_of(text: str) -> date:
    """Raises ValidationError, in words for people."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError(f"AS_OF has to be a day such as 2024-12-31, not {text!r}.") from error
