"""One value: what is taken, and the stable code with which everything else is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.intake import dates, numbers, texts
from accounts.intake.dates import DateOptions, DateOrder
from accounts.intake.errors import FieldError
from accounts.money.currencies import as_decimal_text, as_minor_units
from tests.nasty import (
    GOOD_NAMES,
    NASTY_AMOUNTS,
    NASTY_DATES,
    NASTY_EMAILS,
    NASTY_IDS,
    NASTY_INTEGERS,
    NASTY_MOMENTS,
    NASTY_NAMES,
    ONLY_ZERO_WIDTH,
)

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
ISO = DateOptions(now=NOW)


@pytest.mark.parametrize(("code", "value"), NASTY_NAMES.items(), ids=NASTY_NAMES)
def test_a_name_that_would_not_read_as_it_is_stored_is_refused(code, value):
    with pytest.raises(FieldError) as refused:
        texts.name(value, max_length=200)
    assert refused.value.code == code


@pytest.mark.parametrize("value", GOOD_NAMES)
def test_a_name_of_any_script_is_kept_as_sent(value):
    assert texts.name(f"  {value} ", max_length=200) == value


def test_a_name_of_nothing_visible_is_refused():
    with pytest.raises(FieldError):
        texts.name(ONLY_ZERO_WIDTH, max_length=200)


def test_names_are_composed():
    assert texts.name("Mu\u0308ller", max_length=200) == "Müller"


def test_a_note_keeps_its_lines():
    assert texts.text("one\ntwo", max_length=20) == "one\ntwo"


@given(st.text(max_size=300))
def test_any_text_is_stored_normalised_or_refused_in_words(value):
    try:
        stored = texts.name(value, max_length=200)
    except FieldError:
        return
    assert stored == texts.name(stored, max_length=200)
    assert "\x00" not in stored


@pytest.mark.parametrize("value", NASTY_INTEGERS)
def test_only_plain_ascii_digits_are_a_whole_number(value):
    with pytest.raises(FieldError):
        numbers.integer(value, min_value=-(10**18), max_value=10**18)


@pytest.mark.parametrize("value", NASTY_AMOUNTS)
def test_an_amount_that_reads_in_two_ways_or_none_is_refused(value):
    with pytest.raises(FieldError):
        numbers.amount(value)


@pytest.mark.parametrize(
    ("value", "mark", "amount"),
    [
        ("1200.50", ".", "1200.50"),
        ("1,234.56", ".", "1234.56"),
        ("1,234,567", ".", "1234567"),
        ("-5.00", ".", "-5"),
        ("1.234,56", ",", "1234.56"),
        ("1.234", ",", "1234"),
        ("0,5", ",", "0.5"),
    ],
)
def test_amounts_follow_the_chosen_decimal_mark(value, mark, amount):
    assert numbers.amount(value, decimal_mark=mark) == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("1200.50", "USD", 120_050), ("1200", "JPY", 1_200), ("1.234", "KWD", 1_234)],
)
def test_minor_units_follow_the_exponent_of_the_currency(amount, currency, minor):
    assert numbers.minor_units(Decimal(amount), code=currency) == minor


@pytest.mark.parametrize(("amount", "currency"), [("1.005", "USD"), ("0.5", "JPY")])
def test_nothing_is_rounded_on_entry(amount, currency):
    with pytest.raises(FieldError) as refused:
        numbers.minor_units(Decimal(amount), code=currency)
    assert refused.value.code == "too_many_decimals"


@given(st.integers(-(10**14), 10**14), st.sampled_from(["USD", "JPY", "KWD", "EUR"]))
def test_minor_units_survive_a_round_trip(minor, currency):
    text = as_decimal_text(minor, currency=currency)
    assert as_minor_units(Decimal(text), currency=currency) == minor


def test_unknown_currencies_are_refused():
    with pytest.raises(FieldError):
        numbers.currency("XYZ")


@pytest.mark.parametrize("value", NASTY_DATES)
def test_a_date_has_one_reading(value):
    with pytest.raises(FieldError):
        dates.day(value, calendar=ISO)


def test_day_first_dates_are_read_when_they_were_chosen():
    chosen = DateOptions(now=NOW, order=DateOrder.DAY_FIRST)
    for text in ("03-04-2024", "3/4/2024", "03.04.2024"):
        assert dates.day(text, calendar=chosen) == date(2024, 4, 3)
    # A year in front reads in one way only, whatever was chosen for the others.
    assert dates.day("2024-04-03", calendar=chosen) == date(2024, 4, 3)
    for text in ("13/13/2024", "3/4-2024", "3/4/24", "2024/04/03", "45292"):
        with pytest.raises(FieldError):
            dates.day(text, calendar=chosen)


def test_a_clock_after_a_chosen_date_is_read_in_the_chosen_zone():
    chosen = DateOptions(now=NOW, order=DateOrder.MONTH_FIRST, zone=ZoneInfo("Europe/Paris"))
    for text in ("4/3/2024 2:05 PM", "04/03/2024 14:05", "04/03/2024, 14:05:00"):
        assert dates.moment(text, calendar=chosen) == datetime(2024, 4, 3, 12, 5, tzinfo=UTC)
    for text in ("4/3/2024 14:05 PM", "4/3/2024 0:05 AM", "4/3/2024 25:00"):
        with pytest.raises(FieldError):
            dates.moment(text, calendar=chosen)


def test_a_day_after_tomorrow_has_no_past():
    assert dates.past_day("2025-03-15", calendar=ISO) == date(2025, 3, 15)
    with pytest.raises(FieldError) as refused:
        dates.past_day("2025-03-16", calendar=ISO)
    assert refused.value.code == "future"


@pytest.mark.parametrize("value", NASTY_MOMENTS)
def test_a_moment_needs_a_real_time_and_an_offset(value):
    with pytest.raises(FieldError):
        dates.moment(value, calendar=ISO)


def test_a_day_without_a_time_begins_in_the_chosen_zone():
    paris = DateOptions(now=NOW, order=DateOrder.DAY_FIRST, zone=ZoneInfo("Europe/Paris"))
    found = dates.moment("03-04-2024", calendar=paris)
    assert found == datetime(2024, 4, 2, 22, tzinfo=UTC)
    with pytest.raises(FieldError):
        dates.moment("2024-04-03", calendar=ISO)  # whose day?
    with pytest.raises(FieldError):
        dates.moment("31-02-2024", calendar=paris)


def test_moments_are_stored_in_utc():
    found = dates.moment("2024-03-01T09:30:00.25+01:00", calendar=ISO)
    assert found == datetime(2024, 3, 1, 8, 30, 0, 250_000, tzinfo=UTC)


def test_a_chosen_zone_reads_the_first_of_two_hours_and_refuses_the_skipped_one():
    paris = DateOptions(now=NOW, zone=ZoneInfo("Europe/Paris"))
    twice = dates.moment("2024-10-27 02:30", calendar=paris)
    assert twice == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    with pytest.raises(FieldError) as refused:
        dates.moment("2024-03-31 02:30", calendar=paris)
    assert refused.value.code == "skipped_hour"


def test_what_happens_later_has_not_happened():
    with pytest.raises(FieldError) as refused:
        dates.past_moment("2025-03-14T12:06:00Z", calendar=ISO)
    assert refused.value.code == "future"


@pytest.mark.parametrize("value", NASTY_IDS)
def test_ids_keep_to_the_alphabet_of_urls(value):
    with pytest.raises(FieldError):
        texts.external_id(value)


@pytest.mark.parametrize("value", NASTY_EMAILS)
def test_an_address_is_one_address(value):
    with pytest.raises(FieldError):
        texts.email(value)


def test_the_domain_of_an_address_is_lower_cased():
    assert texts.email(" Kim+cs@Acme.Example ") == "Kim+cs@acme.example"
