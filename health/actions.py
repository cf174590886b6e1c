"""A person sets a band by hand, with a reason and an end; the computed score keeps running."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.models import Account, DirtyAccount, User
from health.models import BandOverride, CurrentHealth
from health.queries.scorecards import published_card

LONGEST = timedelta(days=30)


class OverrideRefused(ValueError):
    """The override cannot be made; the message says what to change."""


@transaction.atomic
def override_band(
    *,
    account: Account,
    band: str,
    reason: str,
    day: date,
    expires_on: date,
    user: User,
    now: datetime,
) -> BandOverride:
    """Replaces an earlier override. The rescoring it asks for shows it. Raises OverrideRefused."""
    _refuse_unknown_band(account, band)
    if not reason.strip():
        raise OverrideRefused("Say why the computed band is wrong.")
    if not day <= expires_on <= day + LONGEST:
        raise OverrideRefused("An override ends within 30 days.")
    _end(account, user=user, now=now)
    made = BandOverride.objects.create(
        account=account,
        band=band,
        reason=reason.strip(),
        starts_on=day,
        expires_on=expires_on,
        created_by=user,
        created_at=now,
    )
    DirtyAccount.objects.create(account=account)
    return made


@transaction.atomic
def end_override(*, account: Account, user: User, now: datetime) -> bool:
    """False when there was none."""
    ended = _end(account, user=user, now=now)
    if ended:
        DirtyAccount.objects.create(account=account)
    return ended


def _refuse_unknown_band(account: Account, band: str) -> None:
    current = CurrentHealth.objects.select_for_update().filter(account=account).first()
    if current is None:
        raise OverrideRefused("This account has not been scored yet.")
    if band not in [each.key for each in published_card(current.scorecard_id).spec.bands]:
        raise OverrideRefused("Choose one of the bands of the account's scorecard.")


def _end(account: Account, *, user: User, now: datetime) -> bool:
    open_ones = BandOverride.objects.filter(account=account, ended_at__isnull=True)
    return open_ones.update(ended_at=now, ended_by=user) > 0
