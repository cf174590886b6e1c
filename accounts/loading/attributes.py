"""One field of many accounts changed by the platform itself, as a playbook says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from accounts.catalogue import AccountField
from accounts.loading.change_signals import emit_changes, mark_dirty
from accounts.loading.history import record_account_history
from accounts.models import Account


@transaction.atomic
def change_accounts(
    *, account_ids: Iterable[int], field: AccountField, value: str, day: date, now: datetime
) -> dict[int, bool]:
    """By account whether it is another now; those that another worker holds are not there.

    The audit trail, history, signals and rescoring follow as from any change.
    """
    asked = Account.objects.filter(pk__in=set(account_ids)).order_by("pk")
    accounts = list(asked.select_for_update(no_key=True, skip_locked=True, of=("self",)))
    changed = [account for account in accounts if _apply_field(account, field, value)]
    Account.objects.bulk_update(changed, ["stage", "tags"])
    ids = {account.pk for account in changed}
    emit_changes(record_account_history(sorted(ids), day=day, learned_at=now), day=day, now=now)
    mark_dirty(ids)
    return {account.pk: account.pk in ids for account in accounts}


def _apply_field(account: Account, field: AccountField, value: str) -> bool:
    before = (account.stage, list(account.tags))
    match field:
        case AccountField.STAGE:
            account.stage = value
        case AccountField.ADD_TAG:
            account.tags = [*account.tags, *({value} - set(account.tags))]
        case AccountField.REMOVE_TAG:
            account.tags = [tag for tag in account.tags if tag != value]
    return before != (account.stage, account.tags)
