"""A band that somebody set by hand some days ago, because they knew more than the facts told."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Exists, OuterRef

from accounts.catalogue import AccountStatus, Segment
from accounts.models import Account, DirtyAccount
from cs_platform.demo.desk import DESK
from health.actions import override_band
from health.models import CurrentHealth

HELD_DAYS = 4
LASTS = timedelta(days=21)
REASON = (
    "Their new sponsor has agreed to the recovery plan, and two teams start again this month."
    " Use will follow."
)


def overruling_day(days: list[date]) -> date | None:
    """The last working day with some nights of scores after it; None in a short history."""
    return next((day for day in reversed(days[1:-HELD_DAYS]) if day.weekday() < 5), None)


def overrule(*, day: date) -> int | None:
    """The owner lifts one account from intervene to watch, before the day is scored; its id."""
    low = CurrentHealth.objects.filter(
        band="intervene",
        score__gte=40,
        account__status=AccountStatus.ACTIVE,
        account__owner__isnull=False,
        account__segment__in=(Segment.MID_MARKET, Segment.SMB),
    )
    # Accounts change hands within their segment: the desk must have one to give for it.
    on_desk = Account.objects.filter(owner__email=DESK, segment=OuterRef("account__segment"))
    ordered = low.order_by(Exists(on_desk).desc(), "account__segment", "score", "pk")
    found = ordered.select_related("account__owner").first()
    if found is None or found.account.owner is None:
        return None
    override_band(
        account=found.account,
        band="watch",
        reason=REASON,
        day=day,
        expires_on=day + LASTS,
        user=found.account.owner,
        now=datetime.combine(day, time(15, 20), tzinfo=UTC),
    )
    # The night scores everybody; nobody has to be scored before that.
    DirtyAccount.objects.filter(account=found.account).delete()
    return int(found.account_id)
