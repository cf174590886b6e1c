"""Given movements: posted once, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.intake.currencies import as_decimal_text
from accounts.intake.errors import RecordError
from accounts.intake.records import Record
from accounts.loading.results import LoadResult, Status
from accounts.models import Account, RevenueMovement

_MEANING = ("account_id", "effective_on", "kind", "amount_minor", "currency")


def post_movements(
    records: Sequence[Record], *, source: str, now: datetime, result: LoadResult
) -> list[int]:
    """The accounts whose ledger grew. The same movement again is nothing; another one under a
    known id is refused, because history that can be rewritten proves nothing."""
    accounts = _locked_accounts(records)
    plan = _plan(records, accounts, source=source, now=now)
    try:
        plan.write()
    except IntegrityError:
        # Another load has just committed one of these ids for another account: it shows now.
        plan = _plan(records, accounts, source=source, now=now)
        plan.write()
    result.statuses.update(plan.statuses)
    result.reject(plan.errors)
    return sorted({row.account_id for row in plan.rows})


@dataclass(slots=True)
class Plan:
    rows: list[RevenueMovement] = field(default_factory=list)
    statuses: dict[int, Status] = field(default_factory=dict)
    errors: list[RecordError] = field(default_factory=list)

    def write(self) -> None:
        with transaction.atomic():
            RevenueMovement.objects.bulk_create(self.rows, batch_size=2_000)


def _plan(
    records: Sequence[Record], accounts: Mapping[str, int], *, source: str, now: datetime
) -> Plan:
    ids = [_text(r, "external_id") for r in records]
    found = RevenueMovement.objects.filter(source=source, external_id__in=ids)
    posted = {m.external_id: m for m in found}
    plan = Plan()
    for record in records:
        account_id = accounts.get(_text(record, "account"))
        if account_id is None:
            plan.errors.append(_unknown_account(record))
            continue
        row = _row(record.values, account_id=account_id, source=source, now=now)
        before = posted.get(row.external_id)
        if before is None:
            plan.rows.append(row)
            plan.statuses[record.position] = Status.CREATED
        elif all(getattr(before, name) == getattr(row, name) for name in _MEANING):
            plan.statuses[record.position] = Status.UNCHANGED
        else:
            plan.errors.append(_changed(record, before))
    return plan


def _text(record: Record, name: str) -> str:
    return str(record.values[name])


def _locked_accounts(records: Sequence[Record]) -> dict[str, int]:
    accounts = (
        Account.objects.filter(external_id__in={_text(r, "account") for r in records})
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    return {account.external_id: account.pk for account in accounts}


def _row(
    values: Mapping[str, Any], *, account_id: int, source: str, now: datetime
) -> RevenueMovement:
    effective_on: date = values["effective_on"]
    return RevenueMovement(
        account_id=account_id,
        effective_on=effective_on,
        kind=values["kind"],
        amount_minor=values["arr"],
        currency=values["currency"],
        subtype=values.get("subtype") or "",
        reason=values.get("reason") or "",
        product=values.get("product") or "",
        recorded_at=now,
        source=source,
        external_id=values["external_id"],
    )


def _unknown_account(record: Record) -> RecordError:
    message = f"“{_text(record, 'account')}” is not an account; import the account first"
    return RecordError(record.position, "account", "unknown", message)


def _changed(record: Record, before: RevenueMovement) -> RecordError:
    amount = as_decimal_text(before.amount_minor, currency=before.currency)
    return RecordError(
        record.position,
        "external_id",
        "posted_already",
        f"is posted as {before.kind} of {amount} {before.currency} on {before.effective_on}; "
        "send a correction under an id of its own",
    )
