"""Rows that say who has which function of an account; of a function, one person a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.intake.backfill import learned_on, moment_of
from accounts.intake.errors import RecordError
from accounts.intake.records import Record
from accounts.intake.stints import Stint, StintRow, in_order, placed, vacated
from accounts.loading.results import LoadResult, Status
from accounts.loading.tables.customers import FUNCTION_FIELDS
from accounts.loading.tables.fact_table import ACCOUNT, person_reference
from accounts.models import Account, Function, Installation, TeamMember, User

# One function of one account.
Seat = tuple[int, int]
_FUNCTION_MISSING = "is not a function; add it in Admin, Functions"


@dataclass(frozen=True, slots=True)
class SeatChange:
    """`row` is None where nobody has the function any more; `learned_on` where history says so."""

    position: int
    seat: Seat
    row: StintRow | None
    learned_on: date | None = None


def load_team(records: Sequence[Record], *, day: date, now: datetime, result: LoadResult) -> None:
    """Writes the good records; each of the others names what is not known."""
    accounts = _ids_by_key(Account, "external_id", (str(r.values["account"]) for r in records))
    functions = dict(Function.objects.values_list("key", "pk"))
    people = people_by_address(str(r.values["person"]) for r in records)
    changes = []
    for record in records:
        account = accounts.get(str(record.values["account"]))
        function = functions.get(str(record.values["function"]))
        person = people.get(str(record.values["person"]).lower())
        if account is None:
            result.reject([unknown(record, "account", ACCOUNT.missing)])
        elif function is None:
            result.reject([unknown(record, "function", _FUNCTION_MISSING)])
        elif person is None:
            result.reject([unknown(record, "person", person_reference("person").missing)])
        else:
            row = _stint_row(person, record.values)
            said = learned_on(record.values)
            changes.append(SeatChange(record.position, (account, function), row, said))
    for position, status in place(changes, day=day, now=now, result=result).items():
        result.statuses[position] = status


def place_named(records: Sequence[Record], *, day: date, now: datetime, result: LoadResult) -> None:
    """The people that records of accounts name, each in the function its column is called by. An
    empty column ends who has the function."""
    said = [r for r in records if not r.values.keys().isdisjoint(FUNCTION_FIELDS)]
    said = [r for r in said if result.statuses.get(r.position) != Status.REJECTED]
    if not said:
        return
    accounts = _ids_by_key(Account, "external_id", (str(r.values["external_id"]) for r in said))
    functions = _ids_by_key(Function, "key", FUNCTION_FIELDS)
    people = people_by_address(str(r.values.get(f)) for r in said for f in FUNCTION_FIELDS)
    changes = []
    for record in said:
        account = accounts[str(record.values["external_id"])]
        for field in set(record.values).intersection(functions):
            address = record.values[field]
            row = None if address is None else StintRow(people[str(address).lower()])
            changes.append(SeatChange(record.position, (account, functions[field]), row))
    for position, status in place(changes, day=day, now=now, result=result).items():
        if status != Status.UNCHANGED and result.statuses[position] == Status.UNCHANGED:
            result.statuses[position] = Status.UPDATED


def place(
    changes: Sequence[SeatChange], *, day: date, now: datetime, result: LoadResult
) -> dict[int, Status]:
    """What became of each position; one whose last day lies before its first is refused."""
    account_ids = sorted({change.seat[0] for change in changes})
    # In order of id, so that two loads wait for each other instead of dying.
    locked = Account.objects.filter(pk__in=account_ids).order_by("pk")
    list(locked.select_for_update(no_key=True).values_list("pk"))
    stored = _stored_members(account_ids)
    after = {seat: in_order(stints) for seat, stints in stored.items()}
    learned: dict[tuple[Seat, int], date] = {}
    statuses: dict[int, Status] = {}
    for change in changes:
        stints = after.get(change.seat, [])
        try:
            changed = _stints_after(stints, change, day=day)
        except ValueError as error:
            result.reject([RecordError(change.position, "until", "order", f"says {error}")])
            continue
        if change.learned_on and change.row:
            learned[change.seat, change.row.person_id] = change.learned_on
        status = _change_status(stints, changed)
        if statuses.get(change.position, Status.UNCHANGED) == Status.UNCHANGED:
            statuses[change.position] = status
        after[change.seat] = changed
    _write_stints(stored, after, learned=learned, now=now)
    return statuses


def _stints_after(stints: Sequence[Stint], change: SeatChange, *, day: date) -> list[Stint]:
    if change.row is None:
        return vacated(stints, day=day)
    return placed(stints, change.row, day=day)


def _change_status(before: Sequence[Stint], after: Sequence[Stint]) -> Status:
    if list(before) == list(after):
        return Status.UNCHANGED
    people = {stint.person_id for stint in before}
    is_new = any(stint.person_id not in people for stint in after)
    return Status.CREATED if is_new else Status.UPDATED


def _stored_members(account_ids: Sequence[int]) -> dict[Seat, dict[Stint, TeamMember]]:
    found: dict[Seat, dict[Stint, TeamMember]] = defaultdict(dict)
    for member in TeamMember.objects.filter(account__in=account_ids):
        stint = Stint(member.since, member.until, member.person_id)
        found[member.account_id, member.function_id][stint] = member
    return found


def _write_stints(
    stored: Mapping[Seat, Mapping[Stint, TeamMember]],
    after: Mapping[Seat, Sequence[Stint]],
    *,
    learned: Mapping[tuple[Seat, int], date],
    now: datetime,
) -> None:
    """Days are freed before others take them: the database allows no day twice, not for a moment.

    A stint that only ends on another day keeps its row.
    """
    gone: list[int] = []
    ending: list[tuple[bool, TeamMember]] = []
    new: list[TeamMember] = []
    zone = Installation.current().zone
    for seat, stints in sorted(after.items()):
        old = stored.get(seat, {})
        left = {(s.since, s.person_id): m for s, m in old.items() if s not in stints}
        for stint in stints:
            if stint in old:
                continue
            member = left.pop((stint.since, stint.person_id), None)
            if member is None:
                said = learned.get((seat, stint.person_id))
                member = _team_member(seat, stint, learned_at=moment_of(said, now=now, zone=zone))
                member.backfilled_at = None if said is None else now
                new.append(member)
            else:
                is_longer = member.until is not None and (
                    stint.until is None or stint.until > member.until
                )
                member.until = stint.until
                ending.append((is_longer, member))
        gone += [member.pk for member in left.values()]
    TeamMember.objects.filter(pk__in=gone).delete()
    for longer in (False, True):
        some = [member for is_longer, member in ending if is_longer is longer]
        TeamMember.objects.bulk_update(some, ["until"], batch_size=1_000)
    TeamMember.objects.bulk_create(new, batch_size=1_000)


def _team_member(seat: Seat, stint: Stint, *, learned_at: datetime) -> TeamMember:
    account_id, function_id = seat
    return TeamMember(
        account_id=account_id,
        function_id=function_id,
        person_id=stint.person_id,
        since=stint.since,
        until=stint.until,
        learned_at=learned_at,
    )


def _stint_row(person_id: int, values: Mapping[str, Any]) -> StintRow:
    return StintRow(person_id, values.get("since"), values.get("until"), "until" in values)


def _ids_by_key(model: Any, key: str, names: Iterable[str]) -> dict[str, int]:
    return dict(model.objects.filter(**{f"{key}__in": set(names)}).values_list(key, "pk"))


def people_by_address(addresses: Iterable[str]) -> dict[str, int]:
    """By address in small letters: letter case makes no other person."""
    wanted = {address.lower() for address in addresses}
    return {
        email.lower(): pk
        for pk, email in User.objects.values_list("pk", "email")
        if email.lower() in wanted
    }


def unknown(record: Record, field: str, missing: str) -> RecordError:
    value = record.values[field]
    return RecordError(record.position, field, "unknown", f"“{value}” {missing}")
