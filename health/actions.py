"""A person sets a band by hand, with a reason and an end; the computed score keeps running."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext

from accounts.models import Account, DirtyAccount, User
from health.models import BandOverride, CurrentHealth
from health.queries.scorecards import published_card
from health.scoring import BandSpec

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
    """Replaces an earlier override and is shown at once. Raises OverrideRefused."""
    current = _locked_current_health(account)
    if current is None:
        raise OverrideRefused(gettext("This account has not been scored yet."))
    _refuse_band(current, band)
    _refuse_terms(reason, day=day, expires_on=expires_on)
    _end_open_override(account, user=user, now=now)
    made = BandOverride.objects.create(
        account=account,
        band=band,
        reason=reason.strip(),
        starts_on=day,
        expires_on=expires_on,
        created_by=user,
        created_at=now,
    )
    _show_band_at_once(current, band)
    DirtyAccount.objects.create(account=account)
    return made


@transaction.atomic
def end_override(*, account: Account, user: User, now: datetime) -> bool:
    """The computed band is shown again at once. False when there was none."""
    current = _locked_current_health(account)
    ended = _end_open_override(account, user=user, now=now)
    if ended and current is not None:
        _show_band_at_once(current, current.band)
        DirtyAccount.objects.create(account=account)
    return ended


def _locked_current_health(account: Account) -> CurrentHealth | None:
    """Locked as the scoring of the account locks it: the one that comes later sees the other."""
    return CurrentHealth.objects.select_for_update().filter(account=account).first()


def _bands_by_key(current: CurrentHealth) -> dict[str, BandSpec]:
    return {band.key: band for band in published_card(current.scorecard_id).spec.bands}


def _refuse_band(current: CurrentHealth, band: str) -> None:
    chosen = _bands_by_key(current).get(band)
    if chosen is None:
        raise OverrideRefused(gettext("Choose one of the bands of the account's scorecard."))
    if band == current.band:
        raise OverrideRefused(
            gettext("The computed band is %(name)s already: choose another one.")
            % {"name": chosen.name}
        )


def _refuse_terms(reason: str, *, day: date, expires_on: date) -> None:
    if not reason.strip():
        raise OverrideRefused(gettext("Say why the computed band is wrong."))
    if not day <= expires_on <= day + LONGEST:
        raise OverrideRefused(gettext("An override ends within 30 days."))


def _show_band_at_once(current: CurrentHealth, band: str) -> None:
    """What the rescoring would show, without the wait for it."""
    shown = _bands_by_key(current).get(band)
    current.effective_band = band
    current.at_risk = shown is not None and shown.at_risk
    current.save(update_fields=["effective_band", "at_risk"])


def _end_open_override(account: Account, *, user: User, now: datetime) -> bool:
    open_ones = BandOverride.objects.filter(account=account, ended_at__isnull=True)
    return open_ones.update(ended_at=now, ended_by=user) > 0
