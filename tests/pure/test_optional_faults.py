"""What holds a record, and what it is taken without: by field, from files and from JSON."""

from datetime import UTC, date, datetime

import pytest

from accounts.intake.fields import Kind
from accounts.intake.parse_options import EmptyCell, EndDate, ParseOptions, iso_reading
from accounts.intake.records import Record, read_record
from accounts.intake.specs import SPECS

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
JSON = iso_reading(now=NOW)
CSV = iso_reading(now=NOW, typed=False)
CONTRACT = {
    "external_id": "c1",
    "account": "a",
    "starts_on": "2026-01-01",
    "ends_on": "2027-01-01",
    "arr": "100.00",
    "currency": "USD",
}
TICKET = {
    "external_id": "t1",
    "account": "a",
    "opened_at": "2026-11-02T09:00:00Z",
    "category": "defect",
}
ACCOUNT = {"external_id": "a", "name": "Acme"}


def read(kind: str, raw: dict[str, object], reading: ParseOptions = CSV) -> Record:
    record = read_record(raw, spec=SPECS[Kind(kind)], position=2, reading=reading)
    assert isinstance(record, Record), record
    return record


def held(kind: str, raw: dict[str, object], reading: ParseOptions = CSV) -> set[tuple[str, str]]:
    errors = read_record(raw, spec=SPECS[Kind(kind)], position=2, reading=reading)
    assert isinstance(errors, list), errors
    return {(error.field, error.code) for error in errors}


def warned(record: Record) -> set[tuple[str, str]]:
    assert all(warning.warning for warning in record.warnings)
    return {(warning.field, warning.code) for warning in record.warnings}


@pytest.mark.parametrize(
    ("kind", "raw", "field"),
    [
        (kind, raw, f.name)
        for kind, raw in (("accounts", ACCOUNT), ("contracts", CONTRACT), ("tickets", TICKET))
        for f in SPECS[Kind(kind)].fields
        if not f.required and f.name not in ("arr", "amount", "amount_per")
    ],
)
def test_an_empty_cell_of_an_optional_field_says_nothing(kind, raw, field):
    record = read(kind, raw | {field: ""})
    assert field not in record.values
    assert record.warnings == ()


def test_what_an_empty_cell_says_is_chosen_by_field():
    reading = ParseOptions(
        CSV.calendar,
        typed=False,
        empty_cells=EmptyCell.CLEAR,
        empty={"solved_at": EmptyCell.HOLD, "topic": EmptyCell.KEEP},
    )
    empty = TICKET | {"subject": "", "topic": "", "severity": ""}
    values = read("tickets", empty, reading).values
    assert values["subject"] is None
    assert "topic" not in values
    assert "severity" not in values  # cannot be cleared: it keeps what is stored
    assert held("tickets", TICKET | {"solved_at": ""}, reading) == {("solved_at", "empty")}


@pytest.mark.parametrize(
    ("subject", "stored", "code"),
    [
        ("Re: invoice\u200b missing", "Re: invoice missing", "invisible_character"),
        ("\u200eFwd: הצעה", "Fwd: הצעה", "direction_control"),
        ("line one\nline two", "line one line two", "line_break"),
        ("tab\there", "tab here", "line_break"),
        ("soft\u00adhyphen", "softhyphen", "invisible_character"),
        ("A" * 301, "A" * 300, "too_long"),
    ],
)
@pytest.mark.parametrize("reading", [CSV, JSON], ids=["file", "JSON"])
def test_a_cosmetic_fault_of_a_subject_loses_no_ticket(subject, stored, code, reading):
    record = read("tickets", TICKET | {"subject": subject}, reading)
    assert record.values["subject"] == stored
    assert warned(record) == {("subject", code)}


def test_a_name_is_cleaned_and_never_cut():
    record = read("accounts", ACCOUNT | {"name": "Ac\u202eme"})
    assert (record.values["name"], warned(record)) == ("Acme", {("name", "direction_control")})
    assert held("accounts", ACCOUNT | {"name": "A" * 201}) == {("name", "too_long")}
    assert held("accounts", ACCOUNT | {"name": "\u200b\u2060"}) == {("name", "invisible_character")}


@pytest.mark.parametrize(
    ("kind", "raw", "field", "code"),
    [
        ("accounts", ACCOUNT | {"stage": "Customer"}, "stage", "choice"),
        ("accounts", ACCOUNT | {"time_zone": "america_slash_new_york"}, "time_zone", "time_zone"),
        ("accounts", ACCOUNT | {"language": "Klingonese"}, "language", "language"),
        ("contacts", ACCOUNT | {"account": "a", "language": "de-XX"}, "language", "language"),
        ("accounts", ACCOUNT | {"domain": "not a domain"}, "domain", "domain"),
        ("accounts", ACCOUNT | {"owner": "Kim"}, "owner", "email"),
        ("accounts", ACCOUNT | {"seats": "many"}, "seats", "integer"),
        ("accounts", ACCOUNT | {"owner": "k@x.example", "pool": "P"}, "pool", "owner_or_pool"),
        ("tickets", TICKET | {"severity": "whenever"}, "severity", "choice"),
        ("tickets", TICKET | {"satisfaction": "meh"}, "satisfaction", "integer"),
        ("tickets", TICKET | {"first_reply_at": "soon"}, "first_reply_at", "moment"),
    ],
)
def test_an_odd_optional_value_is_left_out_with_a_warning(kind, raw, field, code):
    record = read(kind, raw)
    assert field not in record.values
    assert warned(record) == {(field, code)}
    assert record.warnings[0].message.endswith("; the row is taken without it")


@pytest.mark.parametrize(
    ("kind", "raw", "field", "code"),
    [
        ("contracts", CONTRACT | {"ends_on": "when it ends"}, "ends_on", "date"),
        ("contracts", CONTRACT | {"cancelled_on": "maybe"}, "cancelled_on", "date"),
        ("contracts", CONTRACT | {"state": "Paused"}, "state", "choice"),
        ("contracts", CONTRACT | {"auto_renew": "perhaps"}, "auto_renew", "boolean"),
        ("contracts", CONTRACT | {"arr": "12k"}, "arr", "amount"),
        ("contracts", CONTRACT | {"arr": "", "amount": "1", "amount_per": "sprint"},
         "amount_per", "choice"),
        ("contracts", CONTRACT | {"currency": "Dollar"}, "currency", "currency"),
        ("tickets", TICKET | {"solved_at": "yesterday"}, "solved_at", "moment"),
        ("contacts", ACCOUNT | {"account": "a", "left_on": "left"}, "left_on", "date"),
    ],
)  # fmt: skip
def test_a_value_whose_absence_says_something_holds_the_row(kind, raw, field, code):
    assert held(kind, raw) == {(field, code)}


def test_words_of_other_tools_and_codes_in_any_case_are_read():
    ticket = TICKET | {"category": "Problem", "severity": "Medium", "satisfaction": "Good"}
    values = read("tickets", ticket).values
    assert (values["category"], values["severity"], values["satisfaction"]) == (
        "defect",
        "normal",
        5,
    )
    assert "satisfaction" not in {
        name
        for name, value in read("tickets", TICKET | {"satisfaction": "Unoffered"}).values.items()
        if value is not None
    }
    assert read("contracts", CONTRACT | {"currency": "usd"}).values["currency"] == "USD"
    assert read("accounts", ACCOUNT | {"plan": "Enterprise"}).values["plan"] == "enterprise"


def test_a_word_of_the_mapping_goes_before_ours():
    reading = ParseOptions(
        CSV.calendar, typed=False, words={"category": {"problem": "request", "odd one": "billing"}}
    )
    for word, ours in (("Problem", "request"), ("odd_one", "billing"), ("Incident", "defect")):
        assert read("tickets", TICKET | {"category": word}, reading).values["category"] == ours


def test_a_constant_stands_where_a_row_has_no_value():
    reading = ParseOptions(CSV.calendar, typed=False, constants={"currency": "EUR"})
    raw = {name: value for name, value in CONTRACT.items() if name != "currency"}
    assert read("contracts", raw, reading).values["currency"] == "EUR"
    assert read("contracts", CONTRACT | {"currency": ""}, reading).values["currency"] == "EUR"
    assert read("contracts", CONTRACT, reading).values["currency"] == "USD"


def test_an_end_is_the_renewal_date_or_the_last_day():
    last = ParseOptions(CSV.calendar, typed=False, end_date=EndDate.LAST_DAY)
    raw = CONTRACT | {"ends_on": "2026-12-31"}
    assert read("contracts", raw).values["ends_on"] == date(2026, 12, 31)
    assert read("contracts", raw, last).values["ends_on"] == date(2027, 1, 1)
    one_day = CONTRACT | {"starts_on": "2026-12-31", "ends_on": "2026-12-31"}
    assert read("contracts", one_day, last).values["ends_on"] == date(2027, 1, 1)


@pytest.mark.parametrize("far", ["2099-12-31", "9999-12-31"])
def test_an_end_in_2099_is_open(far):
    record = read("contracts", CONTRACT | {"ends_on": far})
    assert record.values["ends_on"] is None
    assert warned(record) == {("ends_on", "open_end")}


def test_contracts_and_companies_go_back_and_ahead():
    assert read("contracts", CONTRACT | {"ends_on": "2034-01-01"}).values["ends_on"] == date(
        2034, 1, 1
    )
    since = read("accounts", ACCOUNT | {"customer_since": "1998-07-01"})
    assert since.values["customer_since"] == date(1998, 7, 1)


@pytest.mark.parametrize(
    ("cell", "read_as"),
    [
        ("2024-03-05 10:22", date(2024, 3, 5)),
        ("2024-03-05T10:22:00", date(2024, 3, 5)),
        ("2024-03-05T23:30:00-05:00", date(2024, 3, 6)),  # in UTC, no zone was chosen
    ],
)
def test_a_time_behind_a_day_is_read_to_its_day(cell, read_as):
    record = read("accounts", ACCOUNT | {"customer_since": cell})
    assert record.values["customer_since"] == read_as


def test_a_thousands_comma_is_read_by_the_chosen_mark():
    point = ParseOptions(CSV.calendar, typed=False, decimal_mark=".")
    comma = ParseOptions(CSV.calendar, typed=False, decimal_mark=",")
    for cell, minor in (
        ("12,000", 12_000_00),
        ("12,000.00", 12_000_00),
        ("1,200,000", 1_200_000_00),
    ):
        assert read("contracts", CONTRACT | {"arr": cell}, point).values["arr"] == minor
    for reading in (comma, CSV, JSON):
        assert held("contracts", CONTRACT | {"arr": "12,000"}, reading) == {
            ("arr", "ambiguous_amount")
        }


@pytest.mark.parametrize("user", ["kim@halden.example", "auth0|65f1", "DOMAIN\\kim", "a b"])
def test_ids_of_others_are_opaque(user):
    raw = {"account": "a", "day": "2026-11-02", "user": user}
    assert read("user_days", raw).values["user"] == user


def test_a_credit_note_is_an_invoice_below_zero():
    raw = {
        "external_id": "CN-1", "account": "a", "issued_on": "2026-06-01", "due_on": "2026-06-30",
        "amount": "-12.50", "currency": "USD", "state": "void",
    }  # fmt: skip
    assert read("invoices", raw).values["amount"] == -12_50
