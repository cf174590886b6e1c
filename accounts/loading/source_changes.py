"""What a person decides about where an account's revenue comes from."""

from collections import Counter
from datetime import date, datetime

from django.db import transaction

from accounts.catalogue import RevenueSource
from accounts.loading.contracts import fresh_ledgers
from accounts.loading.due_ledgers import derive_due
from accounts.loading.results import DueRecord
from accounts.loading.revenue_sources import (
    LedgerWorth,
    derived_worth,
    effect_in_words,
    given_worth,
    post_held,
)
from accounts.models import Account, HeldMovement


class SourceRefused(Exception):
    """Its message says why, and what to do."""


def change_source(
    account: Account, *, to: RevenueSource, reason: str, day: date, now: datetime
) -> None:
    """As an exception of this account; its ledger follows in the same transaction.

    Raises:
        SourceRefused: no reason was given.
    """
    if not reason.strip():
        raise SourceRefused("Say why the revenue of this account comes from elsewhere.")
    with transaction.atomic():
        locked = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        locked.revenue_source, locked.revenue_source_reason = to, reason.strip()
        locked.save(update_fields=["revenue_source", "revenue_source_reason"])
        derive_due([DueRecord(locked.pk)], day=day, now=now)


def effect_of_change(account: Account, *, to: RevenueSource, day: date) -> str:
    """In words; what contracts would come to is derived afresh."""
    pk = account.pk
    given = given_worth([pk], day=day)[pk]
    if to == RevenueSource.MOVEMENTS:
        return effect_in_words(given, derived_worth([pk], day=day)[pk], to=to)
    fresh: Counter[str] = Counter()
    movements = fresh_ledgers([pk], day=day)[pk]
    for movement in movements:
        fresh[movement.currency] += movement.arr
    return effect_in_words(LedgerWorth(len(movements), fresh), given, to=to)


def adjust(account: Account, *, held_id: int, day: date, now: datetime) -> None:
    """Posts a held movement on top of what the contracts say.

    Raises:
        SourceRefused: it would take the account's ARR below zero, or is held no more.
    """
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        held = list(HeldMovement.objects.filter(account=account, pk=held_id))
        if not held:
            raise SourceRefused("This is not held any more: load the page again.")
        if short := post_held(held, is_adjustment=True):
            raise SourceRefused(f"{short[0]} would take ARR below zero: nothing was posted.")
        derive_due([DueRecord(account.pk)], day=day, now=now)
