"""Given movements: posted once, never changed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.catalogue import OWN_SOURCES, RevenueSource
from accounts.intake.backfill import learned_on, moment_of
from accounts.intake.errors import RecordError, shown
from accounts.intake.ledger import Shortfall, shortfalls
from accounts.intake.records import Record
from accounts.loading.notices import Notice
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

Given = list[tuple[int, RevenueMovement]]
"""By the position of their record."""
_content = attrgetter(
    "external_id", "account_id", "effective_on", "kind", "amount_minor", "currency"
)


def post_movements(
    records: Sequence[Record],
    *,
    source: str,
    day: date,
    now: datetime,
    result: LoadResult,
    is_part: bool = False,
) -> list[int]:
    """The accounts whose ledger grew. The same movement again is nothing, also where another source
    has posted it already; another one under a known id of the source is refused, because history
    that can be rewritten proves nothing, and so is what would take an account's ARR below zero on
    any day: of a part of a run, what shrinks ARR waits for the end of the run. What is given for an
    account whose revenue comes from contracts is held. `source` is the key of the source whose ids
    the records carry."""
    accounts = _locked_accounts(records)
    given: Given = []
    zone = Installation.current().zone
    for record in records:
        account_id = accounts.get(_record_text(record, "account"))
        if account_id is None:
            result.reject([_unknown_account(record)])
            continue
        row = _given_movement(
            record.values, account_id=account_id, source=source, now=now, zone=zone
        )
        given.append((record.position, row))
    plan = _write_posting_plan(given, source=source, is_part=is_part)
    plan.tell(result)
    if is_part and plan.held:
        result.note(_held_in_part(plan.held))
    else:
        result.reject(_name_held(plan.held, day=day))
    result.waiting.update(plan.waiting)
    return sorted({row.account_id for row in [*plan.rows, *plan.waiting.values()]})


def post_waiting(waiting: Mapping[int, RevenueMovement], *, day: date, result: LoadResult) -> None:
    """At the end of a run, what has waited for it: as one load. The accounts are locked."""
    first: dict[tuple[str, str], tuple[int, RevenueMovement]] = {}
    for position, row in sorted(waiting.items()):
        name = (str(row.source_id), row.external_id)
        before, known = first.setdefault(name, (position, row))
        if before != position and _content(known) == _content(row):
            result.statuses[position] = Status.UNCHANGED
        elif before != position:
            result.reject([_duplicate_error(position, row, place=result.seen_at(before))])
    of_source: dict[str, Given] = defaultdict(list)
    for (source, _), one in first.items():
        of_source[source].append(one)
    for source, given in of_source.items():
        plan = _write_posting_plan(given, source=source, is_part=False)
        plan.tell(result)
        result.reject(_name_held(plan.held, day=day))


def _write_posting_plan(given: Given, *, source: str, is_part: bool) -> PostingPlan:
    plan = _posting_plan(given, source=source, is_part=is_part)
    try:
        plan.write()
    except IntegrityError:
        # Another load has just committed one of these ids for another account: it shows now.
        plan = _posting_plan(given, source=source, is_part=is_part)
        plan.write()
    return plan


@dataclass(slots=True)
class PostingPlan:
    """`held`: of accounts whose revenue comes from contracts, by the position of their record."""

    rows: list[RevenueMovement] = field(default_factory=list)
    held: dict[int, RevenueMovement] = field(default_factory=dict)
    waiting: dict[int, RevenueMovement] = field(default_factory=dict)
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

    def tell(self, result: LoadResult) -> None:
        result.statuses.update(self.statuses)
        result.reject(self.errors)


def _posting_plan(given: Given, *, source: str, is_part: bool) -> PostingPlan:
    ids = [row.external_id for _, row in given]
    # Uses index: movement_posted_once
    found = RevenueMovement.objects.filter(external_id__in=ids).exclude(source__in=OWN_SOURCES)
    # What was posted on an account that was merged since stands on the one that goes on.
    known = list(found.annotate(goes_on=F("account__merged_into")))
    for movement in known:
        movement.account_id = movement.goes_on or movement.account_id
    posted = {m.external_id: m for m in known if m.source_id == source}
    elsewhere = {_content(m) for m in known if m.source_id != source}
    plan = PostingPlan()
    new: Given = []
    for position, row in given:
        before = posted.get(row.external_id)
        if before is None and _content(row) not in elsewhere:
            new.append((position, row))
        elif before is None or _content(before) == _content(row):
            plan.statuses[position] = Status.UNCHANGED
        else:
            plan.errors.append(_posted_already_error(position, before))
    _take_fresh_movements(_without_held(new, plan, source=source), plan, is_part=is_part)
    return plan


def _without_held(new: Given, plan: PostingPlan, *, source: str) -> Given:
    if new:
        name_source(RevenueSource.MOVEMENTS)
    sources = sources_of({row.account_id for _, row in new})
    theirs = [n for n in new if sources[n[1].account_id] == RevenueSource.CONTRACTS]
    names = [row.external_id for _, row in theirs]
    before = {
        row.external_id: _content(row)
        for row in HeldMovement.objects.filter(external_id__in=names, source=source)
    }
    for position, row in theirs:
        known = before.get(row.external_id)
        if known is None:
            plan.statuses[position] = Status.CREATED
        else:
            is_same = known == _content(row)
            plan.statuses[position] = Status.UNCHANGED if is_same else Status.UPDATED
        plan.held[position] = row
    return [n for n in new if sources[n[1].account_id] == RevenueSource.MOVEMENTS]


_HELD = "is kept and not counted: the revenue of this account comes from contracts."
_CHOICE = " Post it as an adjustment, or change the source, on the account's revenue page"


def _held_in_part(held: Mapping[int, RevenueMovement]) -> Notice:
    """What the choice would do is not known of a part of a run: the page of the choice says it."""
    arr = Counter[str]()
    for row in held.values():
        arr[row.currency] += row.amount_minor
    return Notice(min(held), "account", "held", f"{_HELD}{_CHOICE}", len(held), dict(arr))


def _name_held(held: Mapping[int, RevenueMovement], *, day: date) -> list[RecordError]:
    """Once an account, with what the choice would do."""
    first: dict[int, int] = {}
    for position, row in sorted(held.items()):
        first.setdefault(row.account_id, position)
    effects = _source_effects(list(first), day=day)
    return [
        RecordError(
            position, "account", "held", f"{_HELD}{effects[account_id]}{_CHOICE}", warning=True
        )
        for account_id, position in first.items()
    ]


def _source_effects(account_ids: list[int], *, day: date) -> dict[int, str]:
    given, derived = (worth(account_ids, day=day) for worth in (given_worth, derived_worth))
    return {
        pk: f" {effect_in_words(given[pk], derived[pk], to=RevenueSource.MOVEMENTS)}."
        for pk in account_ids
    }


def _take_fresh_movements(fresh: Given, plan: PostingPlan, *, is_part: bool) -> None:
    """What waits counts as taken until it is refused."""
    short = {} if is_part else _shortfalls_by_position(fresh)
    for position, row in fresh:
        if position in short:
            plan.errors.append(_below_zero(position, row, short[position]))
            continue
        plan.statuses[position] = Status.CREATED
        if is_part and row.amount_minor < 0:
            plan.waiting[position] = row
        else:
            plan.rows.append(row)


def _shortfalls_by_position(fresh: Given) -> dict[int, Shortfall]:
    """By position, what would take an account below zero in its currency: of one day by id."""
    groups: dict[tuple[int, str], Given] = defaultdict(list)
    for position, row in sorted(fresh, key=lambda one: one[1].external_id):
        groups[row.account_id, row.currency].append((position, row))
    losing = {row.account_id for _, row in fresh if row.amount_minor < 0}
    posted = posted_by_day(losing, is_derived=False)
    short = {}
    for key, group in groups.items():
        changes = [(row.effective_on, row.amount_minor) for _, row in group]
        for place, found in shortfalls(changes, posted=posted.get(key, {})).items():
            short[group[place][0]] = found
    return short


def _record_text(record: Record, name: str) -> str:
    return str(record.values[name])


def _locked_accounts(records: Sequence[Record]) -> dict[str, int]:
    accounts = (
        Account.objects.filter(external_id__in={_record_text(r, "account") for r in records})
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    return {account.external_id: account.pk for account in accounts}


def _given_movement(
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
    message = f"“{_record_text(record, 'account')}” is not an account; import the account first"
    return RecordError(record.position, "account", "unknown", message)


def _posted_already_error(position: int, before: RevenueMovement) -> RecordError:
    amount = as_decimal_text(before.amount_minor, currency=before.currency)
    return RecordError(
        position,
        "external_id",
        "posted_already",
        f"is posted as {before.kind} of {amount} {before.currency} on {before.effective_on}; "
        "send a correction under an id of its own",
    )


def _duplicate_error(position: int, row: RevenueMovement, *, place: str) -> RecordError:
    message = f"{shown(row.external_id)} {place} with other values; keep one of both"
    return RecordError(position, "external_id", "duplicate", message)


def _below_zero(position: int, row: RevenueMovement, short: Shortfall) -> RecordError:
    reached = money_exact(short.left + row.amount_minor, row.currency)
    advice = "send what came before it first"
    if short.left > 0:
        advice = f"at most {money_exact(short.left, row.currency)} can go"
    message = f"takes ARR to {reached} on {short.on}; {advice}"
    return RecordError(position, "arr", "below_zero", message)
