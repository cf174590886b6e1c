"""The accounts that firing works on: read, and locked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.calendar import BusinessCalendar
from accounts.models import Account, Installation
from accounts.models.scope import AnyOf


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What the engine needs of an account beside its state."""

    id: int
    external_id: str
    name: str
    owner_id: int | None
    pool_id: int | None
    renews_on: date | None


def business_calendar() -> BusinessCalendar:
    return Installation.current().business_calendar()


def lock_accounts(account_ids: Iterable[int]) -> list[int]:
    """Those that no other worker holds, locked until the transaction ends."""
    accounts = Account.objects.filter(AnyOf("pk", set(account_ids))).order_by("pk")
    locked = accounts.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return list(locked.values_list("pk", flat=True))


def account_rows(account_ids: Iterable[int]) -> dict[int, AccountRow]:
    columns = [name for name in AccountRow.__dataclass_fields__ if name != "id"]
    rows = Account.objects.filter(AnyOf("pk", set(account_ids))).values_list("pk", *columns)
    return {row[0]: AccountRow(*row) for row in rows}
