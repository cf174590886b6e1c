"""What fills an address of the permission matrix: an object of the account in that place."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import Account
from playbooks.models import Task
from tests.permission_house import NOW, House


def make_object(kind: str, *, house: House, place: str) -> object:
    """The value for an address: of the account in that place, or of none ("missing")."""
    if kind == "account":
        return "acc-missing" if place == "missing" else house.accounts[place].external_id
    if kind == "task":
        return 2**40 if place == "missing" else _task(house.accounts[place]).pk
    raise ValueError(f"the matrix knows no object {kind!r}")


def _task(account: Account) -> Task:
    return Task.objects.create(
        account=account,
        title=f"secret-task-{account.external_id}",
        owner=account.owner,
        opened_at=NOW,
        due_at=NOW + timedelta(days=1),
    )
