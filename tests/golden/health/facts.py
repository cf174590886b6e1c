"""A year of the demo company as its tools would have told it: each fact on the day it became known,
and once more all of them as they stand at the end.

To what the demo tells is added what it does not have: conversations, tickets and invoices that come
days late, invoices that are written off, contracts that lapse without a word, roles that change,
what programs and agents do, and departures heard of late. Nothing here reads the database, and
nothing of the product decides what a day knows.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from accounts.demo.attributes import HAND_OFF_DAYS
from accounts.demo.facts import block_tables
from accounts.demo.offering import PLANS
from accounts.demo.schema import BlockTables
from accounts.demo.shape import Shape
from accounts.demo.staff import Staff
from accounts.demo.tables import TextTable
from accounts.intake.specs import SPECS, Kind
from tests.golden.health.telling import HeardLate, Telling
from tests.golden.health.use import usage_of

Row = Mapping[str, Any]
_PLAN_KEYS = {str(plan.id): plan.key for plan in PLANS}
# What an account is told of again whenever it changes.
_DATED = ("plan", "seats", "owner", "stage")
_OTHER_ROLES = ["end_user"]
_DAY = timedelta(days=1)
_ORDER = (
    "accounts", "account_history", "contacts", "contracts", "invoices", "tickets", "interactions",
    "events", "onboarding", "usage", "user_days",
)  # fmt: skip


# By kind, in the order in which they need each other.
Files = list[tuple[str, list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Year:
    """`told`: on the first day all that was known before it, then what each day brought; `at_once`:
    all of it as it stands at the end, and what it was before."""

    told: dict[date, Files]
    at_once: Files
    heard_late: list[HeardLate]


def year_of(shape: Shape, *, staff: Staff, first: date) -> Year:
    tables = block_tables(shape, block=0, staff=staff)
    tellings = [one for one in _tellings(tables, staff=staff) if one.day <= shape.last_day]
    tellings.sort(key=lambda telling: telling.day)
    by_day: dict[date, list[Telling]] = defaultdict(list)
    for telling in tellings:
        by_day[max(telling.day, first)].append(telling)
    told = {day: _files(of_day, with_past=day == first) for day, of_day in by_day.items()}
    return Year(told, _files(tellings, with_past=True), list(_heard_late(tellings)))


def _heard_late(tellings: Iterable[Telling]) -> Iterator[HeardLate]:
    for telling in tellings:
        left = telling.raw.get("left_on")
        if left and date.fromisoformat(left) < telling.day:
            yield HeardLate(telling.raw["account"], date.fromisoformat(left), telling.day)


def _files(tellings: Iterable[Telling], *, with_past: bool) -> Files:
    """The last word on each record; `with_past` also what was said of accounts, and of the roles of
    contacts, before it."""
    latest: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {kind: {} for kind in _ORDER}
    first_roles: dict[str, dict[str, Any]] = {}
    for telling in tellings:
        key = tuple(telling.raw.get(name) for name in SPECS[Kind(telling.kind)].key)
        before = latest[telling.kind].get(key)
        if with_past and before and before.get("roles") != telling.raw.get("roles"):
            first_roles[telling.raw["external_id"]] = before
        latest[telling.kind][key] = telling.raw
        if with_past and telling.kind == "accounts":
            past = {name: telling.raw[name] for name in _DATED}
            past |= {"account": telling.raw["external_id"], "as_of": telling.day.isoformat()}
            latest["account_history"][past["account"], telling.day] = past
    latest = {"accounts": latest.pop("accounts"), "first contacts": first_roles} | latest
    return [(kind.split()[-1], list(found.values())) for kind, found in latest.items() if found]


def _rows(table: TextTable) -> Iterator[Row]:
    for row in table.rows:
        yield dict(zip(table.columns, row, strict=True))


def _tellings(tables: BlockTables, *, staff: Staff) -> Iterator[Telling]:
    keys = {row["id"]: row["external_id"] for row in _rows(tables.accounts)}
    yield from _accounts(tables, staff=staff)
    yield from _contacts(tables, keys)
    yield from _contracts(tables, keys)
    yield from _invoices(tables, keys)
    yield from _tickets(tables, keys)
    yield from _interactions(tables, keys)
    for row in _rows(tables.events):
        raw = _of(row, "external_id", "kind", "note", account=keys[row["account_id"]])
        learned = row["learned_at"].date()
        yield Telling(
            learned, "events", raw | _day("occurred_on", row["occurred_on"], learned=learned)
        )
    yield from _steps(tables, keys)
    yield from usage_of(tables, keys)


def _of(row: Row, *names: str, **more: Any) -> dict[str, Any]:
    return {name: row[name] for name in names} | more


def _day(name: str, own: date, *, learned: date) -> dict[str, str]:
    """The day of a fact, and since when it is known where that is later."""
    return {name: own.isoformat(), **_late(own, learned)}


def _late(own: date, learned: date) -> dict[str, str]:
    return {"learned_on": learned.isoformat()} if learned > own else {}


def _iso(day: date | datetime | None) -> str | None:
    return None if day is None else day.isoformat()


def _accounts(tables: BlockTables, *, staff: Staff) -> Iterator[Telling]:
    emails = {str(member.id): member.email for member in staff.members}
    spans: dict[int, dict[str, list[tuple[date, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows(tables.history):
        if row["contact_id"] is None and row["attribute"] in _DATED:
            spans[row["account_id"]][row["attribute"]].append((row["valid_from"], row["value"]))
    for row in _rows(tables.accounts):
        of_account = spans[row["id"]]
        raw = _of(
            row, "external_id", "name", "domain", "industry", "region", "time_zone", "currency",
            "complexity", "growth_potential", "strategic_fit",
            customer_since=_iso(row["customer_since"]),
        )  # fmt: skip
        days = {day for steps in of_account.values() for day, _ in steps}
        begun = _begun(row)
        for day in sorted({begun, *(day for day in days if day > begun)}):
            known = {name: _value(name, steps, day, emails) for name, steps in of_account.items()}
            yield Telling(day, "accounts", raw | known)


def _begun(account: Row) -> date:
    """Handed over by sales, an account is known to the tools."""
    return account["customer_since"] - timedelta(days=HAND_OFF_DAYS)


def _value(name: str, steps: list[tuple[date, str]], day: date, emails: Mapping[str, str]) -> Any:
    value = [value for since, value in sorted(steps) if since <= day][-1:] or [""]
    match name:
        case "plan":
            return _PLAN_KEYS.get(value[0])
        case "owner":
            return emails.get(value[0])
        case "seats":
            return int(value[0]) if value[0] else None
    return value[0]


def _contacts(tables: BlockTables, keys: Mapping[int, str]) -> Iterator[Telling]:
    """Who was met by sales is known from the hand-off on. Some have another role after a while;
    that somebody left is heard four days later of every third."""
    begun = {row["id"]: _begun(row) for row in _rows(tables.accounts)}
    for row in _rows(tables.contacts):
        known, left = max(row["met_on"], begun[row["account_id"]]), row["left_on"]
        raw = _of(
            row, "external_id", "name", "email", "title", "level", "job_function", "strength",
            account=keys[row["account_id"]], roles=_list(row["roles"]),
            **_day("met_on", row["met_on"], learned=known),
        )  # fmt: skip
        yield Telling(known, "contacts", raw)
        if left is None and _one_in(4, row):
            changed = known + 200 * _DAY
            raw = raw | {"roles": _OTHER_ROLES, "learned_on": _iso(changed)}
            yield Telling(changed, "contacts", raw)
        if left is not None:
            heard = max(known, left) + (4 * _DAY if _one_in(3, row) else 0 * _DAY)
            yield Telling(heard, "contacts", raw | {"left_on": _iso(left)})


def _one_in(number: int, row: Row) -> bool:
    """The same ones always."""
    return zlib.crc32(row["external_id"].encode()) % number == 0


def _list(literal: str) -> list[str]:
    return [value for value in literal.strip("{}").split(",") if value]


def _contracts(tables: BlockTables, keys: Mapping[int, str]) -> Iterator[Telling]:
    for row in _rows(tables.contracts):
        raw = _of(
            row, "external_id", "currency", "term_months", "auto_renew",
            account=keys[row["account_id"]], starts_on=_iso(row["starts_on"]),
            ends_on=_iso(row["ends_on"]), arr=_money(row["arr_minor"]),
        )  # fmt: skip
        if row["renews"]:
            raw["renews"] = row["renews"]
        yield Telling(row["starts_on"], "contracts", raw)
        # Every other one that is not renewed ends without a word.
        if row["state"] == "cancelled" and not _one_in(2, row):
            over = {"state": "cancelled", "closed_on": _iso(row["closed_on"])}
            yield Telling(row["closed_on"], "contracts", raw | over)


def _money(minor: int) -> str:
    return f"{minor / 100:.2f}"


def _invoices(tables: BlockTables, keys: Mapping[int, str]) -> Iterator[Telling]:
    """Some come three days late, some are never paid and written off."""
    for row in _rows(tables.invoices):
        known = row["issued_on"] + (3 * _DAY if _one_in(5, row) else 0 * _DAY)
        raw = _of(
            row, "external_id", "currency", account=keys[row["account_id"]],
            due_on=_iso(row["due_on"]), amount=_money(row["amount_minor"]), state="open",
            **_day("issued_on", row["issued_on"], learned=known),
        )  # fmt: skip
        yield Telling(known, "invoices", raw)
        if _one_in(8, row):
            yield Telling(row["due_on"] + 70 * _DAY, "invoices", raw | {"state": "written_off"})
        elif row["paid_on"] is not None:
            paid = {"state": "paid", "paid_on": _iso(row["paid_on"])}
            yield Telling(max(known, row["paid_on"]), "invoices", raw | paid)


def _tickets(tables: BlockTables, keys: Mapping[int, str]) -> Iterator[Telling]:
    """Some come two days late."""
    for row in _rows(tables.tickets):
        opened = row["opened_at"].date()
        known = opened + (2 * _DAY if _one_in(6, row) else 0 * _DAY)
        raw = _of(
            row, "external_id", "subject", "category", "severity", "topic",
            account=keys[row["account_id"]], opened_at=_iso(row["opened_at"]),
            **_late(opened, known),
        )  # fmt: skip
        yield Telling(known, "tickets", raw)
        if row["solved_at"] is not None:
            solved = {"solved_at": _iso(row["solved_at"]), "satisfaction": row["satisfaction"]}
            yield Telling(max(known, row["solved_at"].date()), "tickets", raw | solved)


def _interactions(tables: BlockTables, keys: Mapping[int, str]) -> Iterator[Telling]:
    """Some are noted four days later."""
    people = {row["id"]: row["external_id"] for row in _rows(tables.contacts)}
    came = defaultdict(list)
    for row in _rows(tables.participations):
        came[row["interaction_id"]].append(people[row["contact_id"]])
    for row in _rows(tables.interactions):
        own = row["occurred_at"].date()
        known = own + (4 * _DAY if _one_in(6, row) else 0 * _DAY)
        raw = _of(
            row, "external_id", "kind", "is_commercial", "subject", "sentiment",
            account=keys[row["account_id"]], occurred_at=_iso(row["occurred_at"]),
            contacts=came[row["id"]], **_late(own, known),
        )  # fmt: skip
        yield Telling(known, "interactions", raw)


def _steps(tables: BlockTables, keys: Mapping[int, str]) -> Iterator[Telling]:
    """The plan of steps is made when a customer begins."""
    begun = {row["id"]: row["customer_since"] for row in _rows(tables.accounts)}
    for row in _rows(tables.onboarding):
        raw = _of(row, "key", "name", account=keys[row["account_id"]], due_on=_iso(row["due_on"]))
        yield Telling(begun[row["account_id"]], "onboarding", raw)
        if row["done_on"] is not None:
            yield Telling(row["done_on"], "onboarding", raw | {"done_on": _iso(row["done_on"])})
