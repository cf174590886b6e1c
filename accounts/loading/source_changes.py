"""What a person decides about where an account's revenue comes from."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from accounts.catalogue import RevenueSource
from accounts.intake.ledger import LedgerMovement
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
from accounts.models import Account, Contract, HeldMovement

EXACT_ACCOUNTS = 5_000


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
    return effect_in_words(_worth_of(fresh_ledgers([pk], day=day)[pk]), given, to=to)


def effect_of_default(*, to: RevenueSource, day: date) -> str:
    """The same of the installation's source, for all accounts that follow it; empty where none has
    money of either kind. What contracts come to is derived for up to EXACT_ACCOUNTS accounts."""
    ids = list(
        Account.objects.filter(revenue_source="").order_by("pk").values_list("pk", flat=True)
    )
    given = _ledger_worth(given_worth(ids, day=day).values())
    if to == RevenueSource.MOVEMENTS:
        new, old = given, _ledger_worth(derived_worth(ids, day=day).values())
    else:
        contracts = Contract.objects.filter(account_id__in=ids).order_by()
        found = list(
            contracts.values_list("account_id", flat=True).distinct()[: EXACT_ACCOUNTS + 1]
        )
        if len(found) > EXACT_ACCOUNTS:
            return (
                f"{given.rows:,} given movements ({given}) would be replaced by what is derived"
                f" from the contracts of more than {EXACT_ACCOUNTS:,} accounts, too many to say"
            )
        ledgers = fresh_ledgers(found, day=day)
        new, old = _ledger_worth(_worth_of(movements) for movements in ledgers.values()), given
    if not new.rows and not old.rows:
        return ""
    return f"Of {len(ids):,} accounts {effect_in_words(new, old, to=to)}"


def _worth_of(movements: Sequence[LedgerMovement]) -> LedgerWorth:
    arr: Counter[str] = Counter()
    for movement in movements:
        arr[movement.currency] += movement.arr
    return LedgerWorth(len(movements), arr)


def _ledger_worth(worths: Iterable[LedgerWorth]) -> LedgerWorth:
    arr: Counter[str] = Counter()
    rows = 0
    for worth in worths:
        rows += worth.rows
        arr.update(worth.arr)
    return LedgerWorth(rows, arr)


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
