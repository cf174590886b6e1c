"""Sealing usage: what was learned on or before a day is promised to stay as it is.

Loads hold a lock while they write, so that a seal waits for those under way; whoever learns
something later learns it on a later day. Only history that is rewritten breaks the seal.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction

from accounts.models import UsageSeal

_LOCK = 7_343
_ONLY = 1


@transaction.atomic
def seal_usage(*, until: date) -> UsageSeal:
    """Nothing is learned any more on `until` or before; a later seal stays."""
    _wait_for(shared=False)
    seal, _ = UsageSeal.objects.get_or_create(pk=_ONLY)
    if seal.sealed_until is None or seal.sealed_until < until:
        seal.sealed_until = until
        seal.save(update_fields=["sealed_until"])
    return seal


def learned_from(day: date, *, backfill: bool) -> date:
    """The day from which usage told on `day` is known, for the transaction that writes it."""
    if backfill:
        _break_seal()
        return day
    _wait_for(shared=True)
    sealed = UsageSeal.objects.filter(pk=_ONLY).values_list("sealed_until", flat=True).first()
    return day if sealed is None else max(day, sealed + timedelta(days=1))


def _break_seal() -> None:
    """A new number, and nothing sealed."""
    _wait_for(shared=False)
    for seal in UsageSeal.objects.filter(pk=_ONLY, sealed_until__isnull=False):
        seal.sealed_until, seal.number = None, seal.number + 1
        seal.save()


def _wait_for(*, shared: bool) -> None:
    """Until this transaction ends."""
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s)", [_LOCK])
