"""Records of every kind, from JSON and CSV, and the files and bodies they come in."""

import gzip
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.intake import csv_files, json_bodies
from accounts.intake.errors import FieldError, FileRefused, RecordError, TooLarge
from accounts.intake.numbers import plain_integer
from accounts.intake.parse_options import iso_reading
from accounts.intake.records import Record, read_record
from accounts.intake.specs import SPECS, Kind
from accounts.intake.specs.contact import TICKETS
from accounts.intake.specs.customers import ACCOUNTS
from accounts.intake.specs.money import CONTRACTS, INVOICES, MOVEMENTS
from accounts.intake.specs.usage import USAGE
from accounts.intake.streams import BULK_LIMITS, FILE_LIMITS, Limits, gunzip
from tests.nasty import NASTY_BODIES, NASTY_FILES, NASTY_JSON_INTEGERS, NASTY_RECORDS

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
JSON = iso_reading(now=NOW)
CSV = iso_reading(now=NOW, typed=False)
MOVEMENT = {"external_id": "m1", "account": "a", "effective_on": "2024-01-01", "currency": "USD"}


def refused(raw, *, spec, reading=JSON):
    errors = read_record(raw, spec=spec, position=7, reading=reading)
    assert isinstance(errors, list)
    assert all(error.position == 7 and error.message for error in errors)
    return {(error.field, error.code) for error in errors}


def taken(raw, *, spec, reading=JSON):
    record = read_record(raw, spec=spec, position=0, reading=reading)
    assert isinstance(record, Record), record
    return dict(record.values)


def test_fields_left_out_stay_out_and_null_clears():
    raw = {"external_id": "a1", "name": "Acme", "seats": None, "tags": ["x", "x", "y"]}
    assert taken(raw, spec=ACCOUNTS) == {
        "external_id": "a1",
        "name": "Acme",
        "seats": None,
        "tags": ("x", "y"),
    }


def test_an_empty_field_is_left_out_where_a_record_does_not_need_it():
    raw = {"external_id": None, "name": "A", "currency": None}
    problems = read_record(raw, spec=ACCOUNTS, position=1, reading=JSON)
    assert [(p.field, p.message) for p in problems] == [
        ("external_id", "is empty; every record needs one")
    ]
    assert "currency" not in taken(raw | {"external_id": "a"}, spec=ACCOUNTS)


def test_every_wrong_field_is_named_at_once():
    raw = {"external_id": "a b", "currency": "Dollar", "is_staff": True, "status": "gone"}
    assert refused(raw, spec=ACCOUNTS) == {
        ("external_id", "id_alphabet"),
        ("name", "required"),
        ("currency", "currency"),
        ("is_staff", "unknown_field"),
        ("status", "choice"),
    }


@pytest.mark.parametrize("value", NASTY_JSON_INTEGERS[:-1], ids=repr)
def test_json_numbers_are_numbers(value):
    raw = {"external_id": "a", "name": "A", "seats": value}
    if value is None:
        assert taken(raw, spec=ACCOUNTS)["seats"] is None
    else:
        assert "seats" not in taken(raw, spec=ACCOUNTS)
    usage = {"account": "a", "day": "2025-03-01", "feature": "f", "events": value}
    assert "events" in {field for field, _ in refused(usage, spec=SPECS[Kind.USAGE])}


def test_csv_reads_words_and_keeps_choices_forgiving():
    raw = {"external_id": "a", "name": "A", "seats": "12", "stage": "Hand-off", "tags": "x|y"}
    assert taken(raw, spec=ACCOUNTS, reading=CSV) | {"name": "A"} == {
        "external_id": "a",
        "name": "A",
        "seats": 12,
        "stage": "hand_off",
        "tags": ("x", "y"),
    }


def test_monthly_amounts_count_twelve_times():
    values = taken(MOVEMENT | {"kind": "new", "mrr": "833.33"}, spec=MOVEMENTS)
    assert values["arr"] == 83_333 * 12
    assert "mrr" not in values


@pytest.mark.parametrize(
    ("arr", "mrr"), [("1200.00", ""), ("", "100.00"), ("1200.00", "100.00"), ("1,200.00", "100")]
)
def test_a_file_may_have_both_columns_with_either_filled(arr, mrr):
    raw = MOVEMENT | {"kind": "new", "arr": arr, "mrr": mrr}
    values = taken(raw, spec=MOVEMENTS, reading=CSV)
    assert values["arr"] == 1200_00
    assert "mrr" not in values


def test_a_monthly_and_a_yearly_amount_that_contradict_are_both_named():
    raw = MOVEMENT | {"kind": "new", "arr": "1200.00", "mrr": "90"}
    (error,) = read_record(raw, spec=MOVEMENTS, position=7, reading=CSV)
    assert (error.field, error.code) == ("arr", "arr_or_mrr")
    assert error.message == (
        "is 1200.00, but mrr 90.00 is 1080.00 a year; correct or empty one of both"
    )
    (error,) = read_record(raw | {"arr": "", "mrr": ""}, spec=MOVEMENTS, position=7, reading=CSV)
    assert (error.field, error.message) == ("arr", "is empty, and so is mrr; give one of both")


@pytest.mark.parametrize(
    ("kind", "arr", "code"),
    [("new", "-5.00", "sign"), ("churn", "5.00", "sign"), ("expansion", "0", "no_change")],
)
def test_a_movement_has_the_sign_of_its_kind(kind, arr, code):
    assert refused(MOVEMENT | {"kind": kind, "arr": arr}, spec=MOVEMENTS) == {("arr", code)}


def test_money_is_text_in_json():
    errors = refused(MOVEMENT | {"kind": "new", "arr": 5.1}, spec=MOVEMENTS)
    assert errors == {("arr", "type")}


def test_a_contract_ends_after_it_starts():
    raw = {
        "external_id": "c1",
        "account": "a",
        "starts_on": "2024-01-01",
        "ends_on": "2024-01-01",
        "arr": "10.00",
        "currency": "USD",
    }
    assert refused(raw, spec=CONTRACTS) == {("ends_on", "order")}


CONTRACT = {
    "external_id": "c1",
    "account": "a",
    "starts_on": "2025-01-01",
    "ends_on": "2026-07-01",
    "currency": "USD",
}


@pytest.mark.parametrize(
    ("amount", "per", "annual"),
    [
        ("1000.00", "month", 12_000_00),
        ("1000.00", "quarter", 4_000_00),
        ("1000.00", "year", 1_000_00),
        ("9000.00", "term", 6_000_00),  # 18 months: × 12 ÷ 18
    ],
)
def test_a_price_per_month_quarter_year_or_term_is_kept_beside_its_years_worth(amount, per, annual):
    values = taken(CONTRACT | {"amount": amount, "amount_per": per}, spec=CONTRACTS)
    assert (values["arr"], values["amount_per"]) == (annual, per)
    assert values["amount"] == int(amount.replace(".", ""))


def test_a_term_of_no_whole_months_is_counted_by_days_half_to_even():
    ten_days = CONTRACT | {"ends_on": "2025-01-11", "amount_per": "term"}
    assert taken(ten_days | {"amount": "1.00"}, spec=CONTRACTS)["arr"] == 36_50  # × 365 ÷ 10
    assert taken(ten_days | {"amount": "0.01"}, spec=CONTRACTS)["arr"] == 36  # 36.5
    assert taken(ten_days | {"amount": "0.03"}, spec=CONTRACTS)["arr"] == 110  # 109.5


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, ("arr", "arr_or_amount")),
        ({"arr": "-1.00"}, ("arr", "negative")),
        ({"amount": "-1.00", "amount_per": "year"}, ("amount", "negative")),
        ({"amount": "1.00"}, ("amount_per", "amount_unit")),
        ({"arr": "11.00", "amount": "1.00", "amount_per": "month"}, ("arr", "arr_or_amount")),
        ({"ends_on": None, "amount": "1.00", "amount_per": "term"}, ("amount_per", "amount_unit")),
        ({"ends_on": None, "arr": "1.00", "state": "expired"}, ("ends_on", "open_ended")),
        ({"ends_on": None, "arr": "1.00", "state": "cancelled"}, ("cancelled_on", "open_ended")),
        ({"arr": "1.00", "cancelled_on": "2024-12-31"}, ("cancelled_on", "order")),
        ({"arr": "1.00", "uplift_percent": "101"}, ("uplift_percent", "percentage")),
        ({"arr": "1.00", "uplift_percent": "2.125"}, ("uplift_percent", "percentage")),
        ({"arr": "1.00", "uplift_percent": 5}, ("uplift_percent", "type")),
    ],
)
def test_a_contract_has_one_price_and_an_end_that_fits_its_state(said, wrong):
    assert refused(CONTRACT | said, spec=CONTRACTS) == {wrong}


def test_the_end_of_a_contract_is_said_and_may_be_empty():
    without = {name: value for name, value in CONTRACT.items() if name != "ends_on"}
    assert refused(without | {"arr": "1.00"}, spec=CONTRACTS) == {("ends_on", "required")}
    assert taken(without | {"arr": "1.00", "ends_on": None}, spec=CONTRACTS)["ends_on"] is None


@pytest.mark.parametrize(("cell", "percent"), [("5", "5"), ("5 %", "5"), ("2.50%", "2.5")])
def test_a_percentage_in_a_file_may_carry_its_sign(cell, percent):
    raw = CONTRACT | {"arr": "1.00", "uplift_percent": cell}
    assert taken(raw, spec=CONTRACTS, reading=CSV)["uplift_percent"] == Decimal(percent)


def test_a_first_reply_is_not_before_the_ticket():
    raw = {"external_id": "t1", "account": "a", "category": "defect"}
    raw |= {"opened_at": "2025-03-01T10:00:00Z", "first_reply_at": "2025-03-01T09:59:59Z"}
    record = read_record(raw, spec=TICKETS, position=0, reading=JSON)
    assert [(w.field, w.code) for w in record.warnings] == [("first_reply_at", "order")]
    assert "first_reply_at" not in record.values


def test_a_paid_invoice_says_when():
    raw = {
        "external_id": "i1",
        "account": "a",
        "issued_on": "2024-01-01",
        "due_on": "2024-01-31",
        "amount": "10.00",
        "currency": "USD",
        "state": "paid",
    }
    assert refused(raw, spec=INVOICES) == {("paid_on", "paid_state")}
    assert taken(raw | {"paid_on": "2024-01-05"}, spec=INVOICES)["paid_on"] == date(2024, 1, 5)


def test_a_ticket_is_solved_after_it_was_opened():
    raw = {
        "external_id": "t1",
        "account": "a",
        "opened_at": "2024-01-02T00:00:00Z",
        "solved_at": "2024-01-01T00:00:00Z",
        "category": "defect",
    }
    assert refused(raw, spec=TICKETS) == {("solved_at", "order")}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(list(Kind)), st.data())
def test_no_record_of_any_kind_raises(kind, data):
    spec = SPECS[kind]
    names = st.sampled_from([field.name for field in spec.fields]) | st.text(max_size=8)
    raw = data.draw(st.dictionaries(names, json_values, max_size=8) | json_values)
    outcome = read_record(raw, spec=spec, position=0, reading=JSON)
    assert isinstance(outcome, Record | list)


@pytest.mark.parametrize("body", NASTY_BODIES.values(), ids=NASTY_BODIES)
def test_json_with_two_readings_is_refused_as_a_whole(body):
    with pytest.raises(FileRefused) as error:
        json_bodies.array(body, limits=BULK_LIMITS)
    assert error.value.message


@pytest.mark.parametrize("body", NASTY_RECORDS, ids=repr)
def test_nasty_records_are_errors_of_their_own(body):
    for raw in json_bodies.array(body, limits=BULK_LIMITS):
        assert isinstance(read_record(raw, spec=ACCOUNTS, position=0, reading=JSON), list)


def test_a_broken_ndjson_line_leaves_the_others():
    found = list(json_bodies.lines(b'{"a": 1}\n\n{"a": 1, "a": 2}\nnope\n{}', limits=BULK_LIMITS))
    assert [index for index, _ in found] == [0, 1, 2, 3]
    codes = [raw.code if isinstance(raw, RecordError) else None for _, raw in found]
    assert codes == [None, "duplicate_key", "json", None]


def test_nesting_of_exactly_32_is_read():
    json_bodies.decode("[" * 32 + "]" * 32)
    with pytest.raises(FieldError):
        json_bodies.decode("[" * 33 + "]" * 33)


def test_gzip_is_bounded_by_what_it_unpacks_to():
    bomb = gzip.compress(b"0" * 2_000_000)
    assert gunzip(bomb, limits=BULK_LIMITS) == b"0" * 2_000_000
    with pytest.raises(TooLarge):
        gunzip(bomb, limits=Limits(records=1, size=1_000_000))


def read_csv(content: bytes, *, encoding=None):
    source = io.BytesIO(content)
    layout = csv_files.inspect(source, limits=FILE_LIMITS, encoding=encoding)
    return layout, list(csv_files.rows(source, layout=layout, limits=FILE_LIMITS))


@pytest.mark.parametrize("content", NASTY_FILES.values(), ids=NASTY_FILES)
def test_a_file_that_cannot_be_read_to_its_end_is_refused(content):
    with pytest.raises(FileRefused) as error:
        read_csv(content)
    assert error.value.message


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,\xc3\xa4\n",
        b"\xef\xbb\xbfa,b\r\n1,\xc3\xa4\r\n",
        b"a;b\r1;\xc3\xa4\r",
        b"a\tb\n1\t\xc3\xa4",
        "a,b\n1,ä\n".encode("utf-16"),
        gzip.compress(b"A , B\n1,\xc3\xa4\n"),
    ],
    ids=["plain", "mark", "semicolons and CR", "tabs", "UTF-16", "gzip"],
)
def test_the_ways_people_export_are_read(content):
    layout, rows = read_csv(content)
    assert layout.header == ("a", "b")
    assert layout.records == 1
    assert rows == [(2, ["1", "ä"])]


def test_a_chosen_encoding_reads_an_old_export():
    assert read_csv("a,b\n1,ä\n".encode("latin-1"), encoding="latin-1")[1] == [(2, ["1", "ä"])]


def test_rows_keep_the_line_they_start_on():
    _, rows = read_csv(b'a,b\n1,"two\nlines"\n\n3,4\n')
    assert [line for line, _ in rows] == [2, 5]


@pytest.mark.parametrize(
    ("content", "header", "line"),
    [
        (b"Usage, November\n\naccount,day,feature,events\na,2026-11-01,x,1\n", "account", 4),
        (b"Report\naccount;day;remark;more\na;2026-11-01;x;1\n", "account", 3),
        (b"Liste;;;\nStand: 31.12.;;;\nNummer;Kunde;Ab;Wert\n1;a;01.01.2024;5,0\n", "nummer", 4),
        (b"Liste\nvon;Ada\nNummer;Kunde;Ab;Wert\n1;a;01.01.2024;5,0\n", "nummer", 4),
        # Rows without names are no names.
        (b"Liste\n1;a;01.01.2024;5,0\n", "liste", 2),
        # Names nobody knows stay names: no row below them names columns.
        (b"konto,tag\na,2026-11-01\n", "konto", 2),
        (b"konto,tag,was\nacme,id,email\n", "konto", 2),
    ],
)
def test_lines_above_the_names_of_columns_are_left_out(content, header, line):
    layout, rows = read_csv(content)
    assert (layout.header[0], rows[0][0], layout.records) == (header, line, 1)


def test_too_many_rows_are_refused_before_any_is_stored():
    source = io.BytesIO(b"a\n" + b"1\n" * 11)
    with pytest.raises(TooLarge):
        csv_files.inspect(source, limits=Limits(records=10, size=10_000))


def test_an_actor_of_no_class_is_not_taken_for_a_person():
    usage = {"account": "acme", "day": "2025-03-13", "feature": "search", "events": 5}
    assert refused({**usage, "actor": "robot"}, spec=USAGE) == {("actor", "choice")}
    assert "actor" not in taken(usage, spec=USAGE)


@pytest.mark.parametrize(
    ("value", "code"),
    [("1.23456", "too_many_decimals"), ("twelve", "amount"), (12.5, "type"), ("1e3", "amount")],
)
def test_a_value_of_events_that_cannot_be_read_holds_its_row(value, code):
    raw = {"account": "acme", "day": "2025-03-14", "feature": "pay", "events": 1}
    reading = iso_reading(now=datetime(2025, 3, 14, 12, tzinfo=UTC))
    found = read_record(
        {**raw, "total_value": value}, spec=SPECS[Kind.USAGE], position=1, reading=reading
    )
    assert [(each.field, each.code) for each in found] == [("total_value", code)]


@pytest.mark.parametrize(
    ("mark", "read"), [(None, "1.000"), (".", "1"), (",", "1000")]
)  # a thousand to one reader, one to the next: nobody chose, nothing is guessed
def test_a_thousand_with_a_point_is_read_as_somebody_chose(mark, read):
    assert plain_integer("1.000", decimal_mark=mark) == read
