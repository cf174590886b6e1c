"""Given movements: posted once, never changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, transaction

from accounts.catalogue import OWN_SOURCES, RevenueSource
from accounts.intake.backfill import learned_on, moment_of
from accounts.intake.errors import RecordError
from accounts.intake.ledger import Shortfall, shortfalls
from accounts.intake.records import Record
from accounts.loading.results import LoadResult, Status
from accounts.loading.revenue_sources import (
    derived_worth,
    effect_in_words,
    given_worth,
    held_from,
    name_source,
    posted_by_day,
    sources_of,
)
from accounts.models import Account, HeldMovement, Installation, RevenueMovement
from accounts.money.currencies import as_decimal_text, money_exact

Fresh = list[tuple[Record, RevenueMovement]]
_content = attrgetter(
    "external_id", "account_id", "effective_on", "kind", "amount_minor", "currency"
)


def post_movements(
    records: Sequence[Record], *, source: str, day: date, now: datetime, result: LoadResult
) -> list[int]:
    """The accounts whose ledger grew. The same movement again is nothing, also where another source
    has posted it already; another one under a known id of the source is refused, because history
    that can be rewritten proves nothing, and so is what would take an account's ARR below zero on
    any day. What is given for an account whose revenue comes from contracts is held. `source` is
    the key of the source whose ids the records carry."""
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
    result.reject(_name_held(plan, day=day))
    return sorted({row.account_id for row in plan.rows})


@dataclass(slots=True)
class PostingPlan:
    """`held`: of accounts whose revenue comes from contracts, by the position of their record."""

    rows: list[RevenueMovement] = field(default_factory=list)
    held: dict[int, RevenueMovement] = field(default_factory=dict)
    statuses: dict[int, Status] = field(default_factory=dict)
    errors: list[RecordError] = field(default_factory=list)

    def write(self) -> None:
        with transaction.atomic():
            RevenueMovement.objects.bulk_create(self.rows, batch_size=2_000)
            HeldMovement.objects.bulk_create(
                (held_from(row) for row in self.held.values()),
                batch_size=2_000,
                update_conflicts=True,
                unique_fields=["external_id", "source"],
                update_fields=["effective_on", "kind", "amount_minor", "currency", "reason"],
            )


def _plan(
    records: Sequence[Record], accounts: Mapping[str, int], *, source: str, now: datetime
) -> PostingPlan:
    ids = [_text(r, "external_id") for r in records]
    # Uses index: movement_posted_once
    found = RevenueMovement.objects.filter(external_id__in=ids).exclude(source__in=OWN_SOURCES)
    posted = {m.external_id: m for m in found if m.source_id == source}
    elsewhere = {_content(m) for m in found if m.source_id != source}
    plan = PostingPlan()
    new: Fresh = []
    zone = Installation.current().zone
    for record in records:
        account_id = accounts.get(_text(record, "account"))
        if account_id is None:
            plan.errors.append(_unknown_account(record))
            continue
        row = _row(record.values, account_id=account_id, source=source, now=now, zone=zone)
        before = posted.get(row.external_id)
        if before is None and _content(row) not in elsewhere:
            new.append((record, row))
        elif before is None or _content(before) == _content(row):
            plan.statuses[record.position] = Status.UNCHANGED
        else:
            plan.errors.append(_changed(record, before))
    _take(_without_held(new, plan, source=source), plan)
    return plan


def _without_held(new: Fresh, plan: PostingPlan, *, source: str) -> Fresh:
    if new:
        name_source(RevenueSource.MOVEMENTS)
    sources = sources_of({row.account_id for _, row in new})
    theirs = [n for n in new if sources[n[1].account_id] == RevenueSource.CONTRACTS]
    names = [row.external_id for _, row in theirs]
    before = {
        row.external_id: _content(row)
        for row in HeldMovement.objects.filter(external_id__in=names, source=source)
    }
    for record, row in theirs:
        known = before.get(row.external_id)
        if known is None:
            plan.statuses[record.position] = Status.CREATED
        else:
            is_same = known == _content(row)
            plan.statuses[record.position] = Status.UNCHANGED if is_same else Status.UPDATED
        plan.held[record.position] = row
    return [n for n in new if sources[n[1].account_id] == RevenueSource.MOVEMENTS]


def _name_held(plan: PostingPlan, *, day: date) -> list[RecordError]:
    """Once an account, with what the choice would do."""
    first: dict[int, int] = {}
    for position, row in sorted(plan.held.items()):
        first.setdefault(row.account_id, position)
    given, derived = (worth(list(first), day=day) for worth in (given_worth, derived_worth))
    effects = {
        pk: effect_in_words(given[pk], derived[pk], to=RevenueSource.MOVEMENTS) for pk in first
    }
    return [
        RecordError(
            position,
            "account",
            "held",
            "is kept and not counted: the revenue of this account comes from contracts."
            f" {effects[account_id]}. Post it as an adjustment, or change the source, on the"
            " account's revenue page",
            warning=True,
        )
        for account_id, position in first.items()
    ]


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
    losing = {row.account_id for _, row in fresh if row.amount_minor < 0}
    posted = posted_by_day(losing, is_derived=False)
    short = {}
    for key, group in groups.items():
        changes = [(row.effective_on, row.amount_minor) for _, row in group]
        for place, found in shortfalls(changes, posted=posted.get(key, {})).items():
            short[group[place][0].position] = found
    return short


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
    values: Mapping[str, Any], *, account_id: int, source: str, now: datetime, zone: tzinfo
) -> RevenueMovement:
    effective_on: date = values["effective_on"]
    said = learned_on(values)
    return RevenueMovement(
        account_id=account_id,
        effective_on=effective_on,
        kind=values["kind"],
        amount_minor=values["arr"],
        currency=values["currency"],
        subtype=values.get("subtype") or "",
        reason=values.get("reason") or "",
        product=values.get("product") or "",
        recorded_at=moment_of(said, now=now, zone=zone),
        backfilled_at=None if said is None else now,
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
