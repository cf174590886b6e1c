"""Dated rows of accounts: what plan, seats, limits, owner, stage and status were from a day on.

Each row is a value as of its day, kept also where it says what was true before, so that any order
of rows and files gives the same history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from accounts.catalogue import HistoryAttribute
from accounts.intake.backfill import learned_on, moment_of
from accounts.intake.records import Record
from accounts.loading.change_signals import mark_dirty
from accounts.loading.derived import refresh_accounts
from accounts.loading.history import known_rows
from accounts.loading.history_versions import HistoryKey, HistoryVersions, StoredValue
from accounts.loading.results import LoadResult, Status
from accounts.loading.tables.fact_table import ACCOUNT, person_reference
from accounts.loading.teams import people_by_address, unknown
from accounts.models import Account, Installation, Plan

_FIELDS = {
    "plan": HistoryAttribute.PLAN,
    "seats": HistoryAttribute.SEATS,
    "usage_limit": HistoryAttribute.USAGE_LIMIT,
    "employees": HistoryAttribute.EMPLOYEES,
    "owner": HistoryAttribute.OWNER,
    "stage": HistoryAttribute.STAGE,
    "status": HistoryAttribute.SAID_STATUS,
    "is_strategic": HistoryAttribute.STRATEGIC,
}


@dataclass(frozen=True, slots=True)
class DatedRow:
    """`values` as the history spells them: ids for owner and plan, "" for none."""

    position: int
    account: Account
    as_of: date
    learned_on: date | None
    values: Mapping[HistoryAttribute, str]


@dataclass(slots=True)
class KnownPast:
    """Of one account and attribute: its rows, and what they and the new ones say by day."""

    rows: Sequence[StoredValue] = ()
    values: dict[date, str] = field(default_factory=dict)
    learned: dict[date, datetime] = field(default_factory=dict)


def load_account_history(
    records: Sequence[Record], *, day: date, now: datetime, result: LoadResult
) -> None:
    """Writes the good records; each of the others names what is not known."""
    rows = _read_dated_rows(records, result)
    accounts = {row.account.pk: row.account for row in rows}
    known = known_rows(sorted(accounts), tuple(_FIELDS.values()))
    pasts: dict[tuple[int, HistoryAttribute], KnownPast] = {}
    zone = Installation.current().zone
    for row in rows:
        result.statuses[row.position] = Status.UNCHANGED
        for attribute, value in row.values.items():
            stored = known[row.account.pk][attribute]
            past = pasts.setdefault(
                (row.account.pk, attribute),
                KnownPast(stored, {one.valid_from: one.value for one in stored}),
            )
            before = past.values.get(row.as_of)
            if before == value:
                continue
            past.values[row.as_of] = value
            if row.learned_on is not None:
                past.learned[row.as_of] = moment_of(row.learned_on, now=now, zone=zone)
            is_new = before is None and result.statuses[row.position] != Status.UPDATED
            result.statuses[row.position] = Status.CREATED if is_new else Status.UPDATED
    _write_pasts(pasts, day=day, now=now)
    _take_present(accounts, pasts, day=day)
    ids = sorted({account_id for account_id, _ in pasts})
    refresh_accounts(account_ids=ids, day=day, now=now)
    mark_dirty(ids)


def _read_dated_rows(records: Sequence[Record], result: LoadResult) -> list[DatedRow]:
    names = {str(record.values["account"]) for record in records}
    locked = Account.objects.filter(external_id__in=names).order_by("pk")
    accounts = {each.external_id: each for each in locked.select_for_update(no_key=True)}
    plans = dict(Plan.objects.values_list("key", "pk"))
    people = people_by_address(str(record.values.get("owner")) for record in records)
    rows = []
    for record in records:
        account = accounts.get(str(record.values["account"]))
        owner = record.values.get("owner")
        if account is None:
            result.reject([unknown(record, "account", ACCOUNT.missing)])
        elif owner is not None and str(owner).lower() not in people:
            result.reject([unknown(record, "owner", person_reference("owner").missing)])
        else:
            as_of: Any = record.values["as_of"]
            values = {
                attribute: _history_value(
                    record.values[name], name=name, plans=plans, people=people
                )
                for name, attribute in _FIELDS.items()
                if name in record.values
            }
            rows.append(
                DatedRow(record.position, account, as_of, learned_on(record.values), values)
            )
    return rows


def _history_value(
    value: Any, *, name: str, plans: Mapping[str, int], people: Mapping[str, int]
) -> str:
    if value is None:
        return ""
    if name == "plan":
        return str(plans[value])
    if name == "owner":
        return str(people[value.lower()])
    if name == "is_strategic":
        return "true" if value else ""
    return str(value)


def _write_pasts(
    pasts: Mapping[tuple[int, HistoryAttribute], KnownPast], *, day: date, now: datetime
) -> None:
    versions = HistoryVersions(day=day, learned_at=now)
    for (account_id, attribute), past in pasts.items():
        versions.restate(
            HistoryKey(account_id, None, attribute),
            stored=past.rows,
            steps=sorted(past.values.items()),
            learned=past.learned,
        )
    versions.write()


def _take_present(
    accounts: Mapping[int, Account],
    pasts: Mapping[tuple[int, HistoryAttribute], KnownPast],
    *,
    day: date,
) -> None:
    """What the rows say of today goes into the account."""
    changed: dict[int, set[str]] = defaultdict(set)
    for (account_id, attribute), past in pasts.items():
        begun = [value for since, value in sorted(past.values.items()) if since <= day]
        if begun:
            for name, value in _columns_of_attribute(attribute, begun[-1]):
                if getattr(accounts[account_id], name) != value:
                    setattr(accounts[account_id], name, value)
                    changed[account_id].add(name)
    names = sorted(set().union(*changed.values()))
    if names:
        rows = [accounts[pk] for pk in sorted(changed)]
        Account.objects.bulk_update(rows, names, batch_size=1_000)


def _columns_of_attribute(attribute: HistoryAttribute, value: str) -> Iterable[tuple[str, Any]]:
    """An owner replaces a pool."""
    number = int(value) if value.isdigit() else None
    match attribute:
        case HistoryAttribute.PLAN:
            return [("plan_id", number)]
        case HistoryAttribute.SEATS | HistoryAttribute.USAGE_LIMIT | HistoryAttribute.EMPLOYEES:
            return [(attribute.value, number)]
        case HistoryAttribute.OWNER:
            return [("owner_id", number), *([("pool_id", None)] if number else [])]
        case HistoryAttribute.STAGE:
            return [("stage", value)]
        case HistoryAttribute.SAID_STATUS:
            return [("status", value)]
        case _:
            return [("is_strategic", value == "true")]
