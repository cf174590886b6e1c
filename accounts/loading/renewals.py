"""The renewal dates that come near: a bell at fixed distances, for whoever plays on it."""

from datetime import date, datetime, time, timedelta

from accounts.catalogue import AccountStatus, SignalKind
from accounts.models import Account, Installation
from accounts.work.signals import NewSignal, emit

MARKS_IN_DAYS = (120, 90, 60, 30, 0)


def emit_renewal_dates(*, day: date) -> int:
    """Rings for accounts that are exactly that many days from their renewal on `day`.

    Once per renewal date and distance; returns how many are at one of them.
    """
    zone = Installation.current().zone
    marks = {day + timedelta(days=mark): mark for mark in MARKS_IN_DAYS}
    # Uses index: account_renews
    near = Account.objects.filter(status=AccountStatus.ACTIVE, renews_on__in=marks)
    signals = [
        NewSignal(
            account_id=account_id,
            kind=SignalKind.RENEWAL_DATE,
            key=f"{renews_on}:{marks[renews_on]}",
            occurred_at=datetime.combine(day, time(), tzinfo=zone),
            payload={"renews_on": renews_on.isoformat(), "days_left": marks[renews_on]},
        )
        for account_id, renews_on in near.order_by("pk").values_list("pk", "renews_on")
        if renews_on is not None
    ]
    emit(signals)
    return len(signals)
