"""Given movements: posted once, never changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from accounts.catalogue import CONTRACTS_SOURCE
from accounts.intake.errors import RecordError
from accounts.intake.ledger import Shortfall, shortfalls
from accounts.intake.records import Record
from accounts.loading.results import LoadResult, Status
from accounts.models import Account, RevenueMovement
from accounts.money.currencies import as_decimal_text, money_exact

Fresh = list[tuple[Record, RevenueMovement]]
_content = attrgetter(
    "external_id", "account_id", "effective_on", "kind", "amount_minor", "currency"
)


def post_movements(
    records: Sequence[Record], *, source: str, now: datetime, result: LoadResult
) -> list[int]:
    """The accounts whose ledger grew. The same movement again is nothing, also where another source
    has posted it already; another one under a known id of the source is refused, because history
    that can be rewritten proves nothing, and so is what would take an account's ARR below zero on
    any day. `source` is the key of the source whose ids the records carry."""
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
class PostingPlan:
    rows: list[RevenueMovement] = field(default_factory=list)
    statuses: dict[int, Status] = field(default_factory=dict)
    errors: list[RecordError] = field(default_factory=list)

    def write(self) -> None:
        with transaction.atomic():
            RevenueMovement.objects.bulk_create(self.rows, batch_size=2_000)


def _plan(
    records: Sequence[Record], accounts: Mapping[str, int], *, source: str, now: datetime
) -> PostingPlan:
    ids = [_text(r, "external_id") for r in records]
    # Uses index: movement_posted_once
    found = RevenueMovement.objects.filter(external_id__in=ids).exclude(source=CONTRACTS_SOURCE)
    posted = {m.external_id: m for m in found if m.source_id == source}
    elsewhere = {_content(m) for m in found if m.source_id != source}
    plan = PostingPlan()
    fresh: Fresh = []
    for record in records:
        account_id = accounts.get(_text(record, "account"))
        if account_id is None:
            plan.errors.append(_unknown_account(record))
            continue
        row = _row(record.values, account_id=account_id, source=source, now=now)
        before = posted.get(row.external_id)
        if before is None and _content(row) not in elsewhere:
            fresh.append((record, row))
        elif before is None or _content(before) == _content(row):
            plan.statuses[record.position] = Status.UNCHANGED
        else:
            plan.errors.append(_changed(record, before))
    _take(fresh, plan)
    return plan


def _take(fresh: Fresh, plan: PostingPlan) -> None:
    short = _short(fresh)
    for record, row in fresh:
        if record.position in short:
            plan.errors.append(_below_zero(record, row, short[record.position]))
        else:
            plan.rows.append(row)
            plan.statuses[record.position] = Status.CREATED


def _short(fresh: Fresh) -> dict[int, Shortfall]:
    """By position, what would take an account below zero in its currency."""
    groups: dict[tuple[int, str], Fresh] = defaultdict(list)
    for record, row in fresh:
        groups[row.account_id, row.currency].append((record, row))
    posted = _posted_by_day({row.account_id for _, row in fresh if row.amount_minor < 0})
    short = {}
    for key, group in groups.items():
        changes = [(row.effective_on, row.amount_minor) for _, row in group]
        for place, found in shortfalls(changes, posted=posted.get(key, {})).items():
            short[group[place][0].position] = found
    return short


def _posted_by_day(account_ids: Iterable[int]) -> dict[tuple[int, str], dict[date, int]]:
    """Without what was derived from contracts: it is taken back where movements are given."""
    found: dict[tuple[int, str], dict[date, int]] = defaultdict(dict)
    # Uses index: movement_account_day
    rows = RevenueMovement.objects.filter(account_id__in=account_ids).exclude(
        source=CONTRACTS_SOURCE
    )
    days = rows.values_list("account_id", "currency", "effective_on").annotate(Sum("amount_minor"))
    for account_id, currency, effective_on, amount in days.order_by():
        found[account_id, currency][effective_on] = int(amount)
    return found


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
        source_id=source,
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


def _below_zero(record: Record, row: RevenueMovement, short: Shortfall) -> RecordError:
    reached = money_exact(short.left + row.amount_minor, row.currency)
    advice = "send what came before it first"
    if short.left > 0:
        advice = f"at most {money_exact(short.left, row.currency)} can go"
    message = f"takes ARR to {reached} on {short.on}; {advice}"
    return RecordError(record.position, "arr", "below_zero", message)
