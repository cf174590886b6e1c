"""The decisions about renewals that come near: a bell at fixed distances, for who plays on it."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q

from accounts.catalogue import AccountStatus, SignalKind
from accounts.models import Account, Installation
from accounts.work.signals import NewSignal, emit

MARKS_IN_DAYS = (120, 90, 60, 30, 0)


def emit_renewal_dates(*, day: date) -> int:
    """Rings for accounts that are on `day` exactly that many days from the decision about their
    renewal: the last day to give notice, or its end.

    Once per renewal and distance; returns how many are at one of them.
    """
    zone = Installation.current().zone
    marks = {day + timedelta(days=mark): mark for mark in MARKS_IN_DAYS}
    # Uses index: account_renews, account_decides
    near = Account.objects.filter(
        Q(decides_on__in=marks) | Q(decides_on__isnull=True, renews_on__in=marks),
        status=AccountStatus.ACTIVE,
    )
    rows = near.order_by("pk").values_list("pk", "renews_on", "decides_on")
    signals = [
        NewSignal(
            account_id=account_id,
            kind=SignalKind.RENEWAL_DATE,
            key=f"{renews_on}:{marks[decides_on or renews_on]}",
            occurred_at=datetime.combine(day, time(), tzinfo=zone),
            payload={
                "renews_on": renews_on.isoformat(),
                "decides_on": (decides_on or renews_on).isoformat(),
                "days_left": marks[decides_on or renews_on],
            },
        )
        for account_id, renews_on, decides_on in rows
        if renews_on is not None
    ]
    emit(signals)
    return len(signals)
