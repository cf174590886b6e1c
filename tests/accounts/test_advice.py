"""Every message's advice, applied by a machine, makes the row pass with the meant value.

A code of an error that is nowhere applied here fails the test: no message may say what nobody can
do.
"""

import ast
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from accounts import intake, loading
from accounts.intake.fields import Kind
from accounts.intake.parse_options import ParseOptions, iso_reading
from accounts.intake.records import Record, read_record
from accounts.intake.specs import SPECS
from tests.accounts.loading import load_raw

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CSV = iso_reading(now=NOW, typed=False)
JSON = iso_reading(now=NOW)
COMMA = ParseOptions(CSV.calendar, typed=False, decimal_mark=",")
HOLD = ParseOptions(CSV.calendar, typed=False, empty={"solved_at": "hold"})
RECORDS: dict[str, dict[str, Any]] = {
    "accounts": {"external_id": "a", "name": "Acme"},
    "contacts": {"external_id": "p", "account": "a", "name": "Kim"},
    "contracts": {
        "external_id": "c", "account": "a", "starts_on": "2026-01-01", "ends_on": "2027-01-01",
        "arr": "100.00", "currency": "USD",
    },
    "movements": {
        "external_id": "m", "account": "a", "effective_on": "2026-01-01", "kind": "new",
        "arr": "100.00", "currency": "USD",
    },
    "tickets": {
        "external_id": "t", "account": "a", "opened_at": "2026-11-02T09:00:00Z",
        "category": "defect",
    },
    "invoices": {
        "external_id": "i", "account": "a", "issued_on": "2026-06-01", "due_on": "2026-06-30",
        "amount": "10.00", "currency": "USD", "state": "open",
    },
    "usage": {"account": "a", "day": "2026-11-02", "feature": "search", "events": "3"},
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """`advice` stands in the message of `field`; `follow` is the record after it was followed."""

    code: str
    kind: str
    wrong: dict[str, Any]
    field: str
    advice: str
    follow: dict[str, Any]
    meant: Any
    reading: ParseOptions = field(default_factory=lambda: CSV)
    removed: tuple[str, ...] = ()


def case(code, kind, field, wrong, advice, right, meant, **rest) -> Case:
    return Case(code, kind, {field: wrong}, field, advice, {field: right}, meant, **rest)


CASES = [
    case("required", "accounts", "name", "", "every record needs one", "Acme", "Acme"),
    case("id_alphabet", "accounts", "external_id", "a/b", "use 1 to 64 of", "a.b", "a.b"),
    case("blank", "accounts", "name", "  ", "write a value", "Acme", "Acme", reading=JSON),
    case("too_long", "accounts", "name", "A" * 201, "shorten it", "A" * 200, "A" * 200),
    case("nul", "accounts", "name", "Ac\x00me", "remove it", "Acme", "Acme"),
    case("surrogate", "accounts", "name", "Ac\ud800me", "send valid Unicode", "Acme", "Acme"),
    case("type", "contracts", "arr", 5, 'such as "1200.50"', "5.00", 5_00, reading=JSON),
    case("too_many", "accounts", "tags", ["t"] * 101, "at most 100", ["t"], ("t",), reading=JSON),
    case("integer", "usage", "events", "three", "write digits only", "3", 3),
    case("too_small", "usage", "events", "-3", "write 0 or more", "3", 3),
    case("too_large", "usage", "events", "9" * 12, "or less", "999", 999),
    case("choice", "tickets", "category", "Odd", "is not one of: billing, defect", "Billing",
         "billing"),
    case("boolean", "contracts", "auto_renew", "perhaps", "write true or false", "true", True),
    case("email", "accounts", "owner", "Kim", "write it like kim@acme.example", "k@x.example",
         "k@x.example"),
    case("domain", "accounts", "domain", "not one", "write it like acme.example", "b.example",
         "b.example"),
    case("time_zone", "accounts", "time_zone", "US East", "write it like Europe/Paris",
         "America/New_York", "America/New_York"),
    case("language", "contacts", "language", "Klingonese", "write a code such as de or pt-BR",
         "pt-BR", "pt-BR"),
    case("key_alphabet", "usage", "feature", "検", "use at most", "search", "search"),
    case("currency", "contracts", "currency", "Dollar", "write a code such as USD", "usd", "USD"),
    case("amount", "contracts", "arr", "$5", "without a currency sign", "5", 5_00),
    case("amount", "contracts", "arr", "5.5.0", "such as 1.200,50", "5,50", 5_50, reading=COMMA),
    case("ambiguous_amount", "contracts", "arr", "12,000", "write it without the comma", "12000",
         12_000_00),
    case("ambiguous_amount", "contracts", "arr", "12,000", "write it without the comma", "12000",
         12_000_00, reading=COMMA),
    case("ambiguous_amount", "contracts", "arr", "12,000", "with two digits behind it", "12,00",
         12_00, reading=COMMA),
    case("too_many_decimals", "contracts", "arr", "1.005", "write at most 2", "1.01", 1_01),
    case("percentage", "contracts", "uplift_percent", "101", "write it like 5", "5", 5),
    case("percentage", "contracts", "uplift_percent", "2.125", "shorten it", "2.12", None),
    case("date", "contracts", "starts_on", "1/1/26", "write it as YYYY-MM-DD", "2026-01-01",
         date(2026, 1, 1)),
    case("date", "contracts", "starts_on", "46023", "format its column as a date", "2026-01-01",
         date(2026, 1, 1)),
    case("date", "contracts", "starts_on", "2026-02-30", "write one that does", "2026-02-28",
         date(2026, 2, 28)),
    case("date_range", "contracts", "starts_on", "0026-01-01", "check the year", "2026-01-01",
         date(2026, 1, 1)),
    case("date_range", "usage", "day", "1999-11-02", "check the year", "2026-11-02",
         date(2026, 11, 2)),
    case("future", "usage", "day", "2027-01-01", "send it when it has come", "2026-11-02",
         date(2026, 11, 2)),
    Case("week_ahead", "usage", {"day": "2026-11-26", "covers": "week_from"}, "day",
         "send it when that has come", {"day": "2026-11-16"}, date(2026, 11, 22)),
    case("moment", "tickets", "opened_at", "soon", "write it as 2026-03-01T09:30:00+01:00",
         "2026-03-01T09:30:00+01:00", datetime(2026, 3, 1, 8, 30, tzinfo=UTC)),
    case("offset", "tickets", "opened_at", "2026-03-01 09:30", "add one such as +01:00 or Z",
         "2026-03-01 09:30Z", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
    case("cell", "contracts", "arr", "\x00\x01is a formula; upload it again", "upload it again",
         "5", 5_00),
    case("empty", "tickets", "solved_at", "", "write a value", "2026-11-03T09:00:00Z",
         datetime(2026, 11, 3, 9, tzinfo=UTC), reading=HOLD),
    case("order", "contracts", "ends_on", "2025-12-31", "correct one of both", "2026-12-31",
         date(2026, 12, 31)),
    Case("order", "tickets", {"solved_at": "2026-11-01T09:00:00Z"}, "solved_at",
         "correct one of both", {"opened_at": "2026-10-31T09:00:00Z"},
         datetime(2026, 11, 1, 9, tzinfo=UTC)),
    Case("open_ended", "contracts", {"ends_on": None, "state": "expired"}, "ends_on",
         "write the day it ended", {"ends_on": "2026-10-01"}, date(2026, 10, 1)),
    Case("open_ended", "contracts", {"ends_on": None, "state": "cancelled"}, "cancelled_on",
         "write the day the cancellation takes effect", {"cancelled_on": "2026-10-01"},
         date(2026, 10, 1)),
    case("open_end", "contracts", "ends_on", "2099-12-31", "write an earlier day", "2098-12-31",
         date(2098, 12, 31)),
    Case("arr_or_amount", "contracts", {"arr": ""}, "arr", "give one", {"arr": "5"}, 5_00),
    Case("arr_or_amount", "contracts", {"amount": "1.00", "amount_per": "month"}, "arr",
         "correct or empty one of both", {"arr": ""}, 12_00),
    Case("arr_or_mrr", "movements", {"arr": ""}, "arr", "give one of both", {"mrr": "1"}, 12_00),
    Case("amount_unit", "contracts", {"arr": "", "amount": "1.00"}, "amount_per",
         "is one of: month", {"amount_per": "month"}, "month"),
    Case("amount_unit", "contracts", {"arr": "", "amount": "1.00", "amount_per": "term",
         "ends_on": None}, "amount_per", "write the price of a month or a year",
         {"amount_per": "year"}, "year"),
    case("negative", "contracts", "arr", "-5", "write it without the sign", "5", 5_00),
    case("no_change", "movements", "arr", "0", "write what it changes, or remove the row", "5",
         5_00),
    case("sign", "movements", "arr", "-5", "must be positive", "5", 5_00),
    Case("own_parent", "accounts", {"parent": "a"}, "parent", "name its parent", {"parent": "b"},
         "b"),
    Case("own_renewal", "contracts", {"renews": "c"}, "renews", "name the one before it",
         {"renews": "b"}, "b"),
    Case("owner_or_pool", "accounts", {"owner": "k@x.example", "pool": "P"}, "pool",
         "keep one of both", {"owner": ""}, "P"),
    Case("paid_state", "invoices", {"state": "paid"}, "paid_on", "correct one of both",
         {"paid_on": "2026-06-20"}, date(2026, 6, 20)),
    case("invisible_character", "accounts", "name", "Ac\u200bme", "it is left out", "Acme", "Acme"),
    case("direction_control", "accounts", "name", "Ac\u202eme", "it is left out", "Acme", "Acme"),
    case("line_break", "accounts", "name", "Ac\tme", "it is left out", "Ac me", "Ac me"),
    case("control_character", "accounts", "name", "Ac\x1bme", "it is left out", "Acme", "Acme"),
    case("combining_flood", "accounts", "name", "A" + "\u0301" * 9, "it is left out", "Á", "Á"),
]  # fmt: skip
# About a body or a source of its own, or said where no value was sent; not about a value of ours.
ELSEWHERE = {
    "json", "duplicate_key", "number", "too_deep", "too_many_keys", "not_a_record",
    "unknown_field", "skipped_hour",
}  # fmt: skip
PURE = Path(intake.__file__).parent
MODULES = (
    "texts", "numbers", "dates", "checks", "field_values", "records", "contract_ends", "spans",
)  # fmt: skip


def _read(record: dict[str, Any], made: Case) -> Record | list[Any]:
    spec = SPECS[Kind(made.kind)]
    return read_record(record, spec=spec, position=2, reading=made.reading)


@pytest.mark.parametrize("made", CASES, ids=lambda c: f"{c.code}-{c.kind}.{c.field}")
def test_advice_that_is_followed_makes_the_row_pass(made):
    wrong = RECORDS[made.kind] | made.wrong
    if made.reading is JSON and made.kind == "usage":
        wrong["events"] = 3
    read = _read(wrong, made)
    said = read.warnings if isinstance(read, Record) else read
    messages = {problem.field: problem for problem in said if problem.code == made.code}
    assert made.advice in messages[made.field].message
    followed = _read({**wrong, **made.follow}, made)
    assert isinstance(followed, Record), followed
    assert followed.warnings == ()
    if made.meant is not None:
        assert followed.values[made.field] == made.meant


def test_the_advice_of_every_code_was_applied():
    codes = set()
    for name in MODULES:
        for node in ast.walk(ast.parse((PURE / f"{name}.py").read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FieldError":
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    codes.add(first.value)
    assert len(codes) > 30
    assert codes - ELSEWHERE == {made.code for made in CASES}


ACCOUNT = {"external_id": "a", "name": "Acme"}
TICKET = RECORDS["tickets"]
PERSON = RECORDS["contacts"]
FEATURE = {"key": "search", "valid_from": "2026-01-01"}
USED = {"account": "a", "day": "2026-11-02", "feature": "search", "events": 5}


@dataclass(frozen=True)
class StoredCase:
    """What only the database knows: `before` is loaded, `first` goes in when it is advised."""

    code: str
    kind: str
    wrong: dict[str, Any]
    advice: str
    follow: dict[str, Any] = field(default_factory=dict)
    before: tuple[tuple[str, dict[str, Any]], ...] = ()
    first: tuple[tuple[str, dict[str, Any]], ...] = ()
    # How what is before is loaded, the wrong record, and what was followed.
    before_by: dict[str, Any] = field(default_factory=dict)
    wrong_by: dict[str, Any] = field(default_factory=dict)
    follow_by: dict[str, Any] = field(default_factory=dict)


STORED = [
    StoredCase("unknown", "tickets", TICKET, "import the account first",
               first=(("accounts", ACCOUNT),)),
    StoredCase("unknown", "movements", RECORDS["movements"], "import the account first",
               first=(("accounts", ACCOUNT),)),
    StoredCase("unknown", "accounts", ACCOUNT | {"parent": "b"}, "import it first",
               first=(("accounts", ACCOUNT | {"external_id": "b"}),)),
    StoredCase("unknown", "accounts", ACCOUNT | {"owner": "k@x.example"}, "leave the field empty",
               {"owner": None}),
    StoredCase("other_account", "tickets", TICKET | {"account": "b"}, "“a” already; name that",
               {"account": "a"},
               before=(("accounts", ACCOUNT), ("accounts", ACCOUNT | {"external_id": "b"}),
                       ("tickets", TICKET))),
    StoredCase("posted_already", "movements", RECORDS["movements"] | {"arr": "150.00"},
               "send a correction under an id of its own",
               {"external_id": "m2", "kind": "expansion", "arr": "50.00"},
               before=(("accounts", ACCOUNT), ("movements", RECORDS["movements"]))),
    StoredCase("order", "contacts", PERSON | {"left_on": "2026-01-01"}, "correct met_on or left_on",
               {"left_on": "2026-06-01"},
               before=(("accounts", ACCOUNT), ("contacts", PERSON | {"met_on": "2026-05-01"}))),
    StoredCase("order", "features", FEATURE | {"valid_to": "2025-01-01"}, "correct one of both",
               {"valid_to": "2027-01-01"}),
    StoredCase("closed_day", "usage", USED | {"events": 3}, "sent as history (backfill)",
               before=(("accounts", ACCOUNT), ("usage", USED)), before_by={"backfill": True},
               follow_by={"backfill": True}),
    StoredCase("not_allowed", "tickets", TICKET | {"learned_on": "2026-11-03"},
               "or leave the field out", {"learned_on": None}, before=(("accounts", ACCOUNT),),
               wrong_by={"by_ops": False}, follow_by={"by_ops": False}),
    StoredCase("loop", "accounts", ACCOUNT | {"parent": "b"}, "or leave it empty", {"parent": None},
               before=(("accounts", ACCOUNT), ("accounts", ACCOUNT | {"external_id": "b",
                                                                       "parent": "a"}))),
    StoredCase("below_zero", "movements",
               RECORDS["movements"] | {"kind": "contraction", "arr": "-5.00"},
               "send what came before it first", before=(("accounts", ACCOUNT),),
               first=(("movements", RECORDS["movements"] | {"external_id": "m0"}),)),
    StoredCase("below_zero", "movements",
               RECORDS["movements"] | {"kind": "contraction", "arr": "-500.00"},
               "at most $100.00 can go", {"arr": "-100.00"},
               before=(("accounts", ACCOUNT),
                       ("movements", RECORDS["movements"] | {"external_id": "m0"}))),
]  # fmt: skip

# Codes of the loading whose advice no record follows, and why.
WITHOUT_A_CASE = {
    "total": "the row is no record: it is removed",
    "told_by_day": "counts already: it is left out",
    "told_by_week": "counts already: it is left out",
    "erased": "is not taken back: it is removed",
    "duplicate": "of two rows one is kept",
    "left_out": "about the columns of a file",
    "duplicate_id": "about an export of its own",
    "held": "a warning: what can be done is done on the account's page of revenue",
    "too_many_features": "at a limit nothing more is taken",
    "too_many_kinds": "at a limit nothing more is taken",
    "several_sources": "sent with its source: test_identity",
    "new_kind": "a warning: nothing has to be done",
    "no_rate": "a warning: nothing has to be done",
    "id_taken": "a warning: nothing has to be done",
    "merged": "a warning: nothing has to be done",
    "joined": "a warning: nothing has to be done",
    "not_counted": "a warning: nothing has to be done",
    "contradicts_money": "a warning: nothing has to be done",
}


def _load(kind: str, record: dict[str, Any], **how: Any) -> Any:
    return load_raw(kind, record, day=date(2026, 11, 28), **how)


@pytest.mark.django_db
@pytest.mark.parametrize("made", STORED, ids=lambda c: f"{c.code}-{c.kind}-{c.advice[:12]}")
def test_advice_about_what_is_stored_makes_the_row_pass(made):
    for kind, record in made.before:
        _load(kind, record, **made.before_by)
    wrong = _load(made.kind, made.wrong, **made.wrong_by)
    told = [p for p in wrong.problems if p.code == made.code]
    assert made.advice in told[0].message
    for kind, record in made.first:
        _load(kind, record)
    followed = _load(made.kind, {**made.wrong, **made.follow}, **made.follow_by)
    assert [p for p in followed.problems if p.code == made.code] == []
    assert set(followed.statuses.values()) <= {"created", "updated", "unchanged"}


def _codes_of_loading() -> set[str]:
    """Of every error and check that a record may get while it is loaded."""
    found = set()
    for path in Path(loading.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            place = {"RecordError": 2, "Notice": 2, "RowCheck": 2, "FieldError": 0}.get(name)
            code = node.args[place] if place is not None and len(node.args) > place else None
            if isinstance(code, ast.Constant):
                found.add(code.value)
    return found


def test_the_advice_of_every_code_of_the_loading_was_applied():
    applied = {made.code for made in (*CASES, *STORED)}
    codes = _codes_of_loading()
    assert len(codes) > 20
    assert codes - applied == set(WITHOUT_A_CASE)
