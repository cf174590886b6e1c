"""Given movements: posted once, never changed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

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
    posted = {
        m.external_id: m
        for m in RevenueMovement.objects.filter(
            source=source, external_id__in=[_text(r, "external_id") for r in records]
        )
    }
    rows: dict[int, RevenueMovement] = {}
    for record in records:
        account_id = accounts.get(_text(record, "account"))
        if account_id is None:
            result.reject([_unknown_account(record)])
            continue
        row = _row(record.values, account_id=account_id, source=source, now=now)
        before = posted.get(row.external_id)
        if before is None:
            rows[record.position] = row
            result.statuses[record.position] = Status.CREATED
        elif all(getattr(before, name) == getattr(row, name) for name in _MEANING):
            result.statuses[record.position] = Status.UNCHANGED
        else:
            result.reject([_changed(record, before)])
    RevenueMovement.objects.bulk_create(rows.values(), batch_size=2_000)
    return sorted({row.account_id for row in rows.values()})


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
