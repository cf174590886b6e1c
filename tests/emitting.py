"""A signal as the product emits it: with its deliveries."""

from datetime import datetime

from accounts.models import Account, Signal
from accounts.work.signals import NewSignal, emit


def emitted(account: Account, kind: str, *, key: str, at: datetime, **payload) -> Signal:
    emit([NewSignal(account.pk, kind, key, at, payload)])
    return Signal.objects.get(account=account, kind=kind, key=key)
