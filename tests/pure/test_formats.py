from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.ui import formats

TODAY = date(2025, 3, 14)


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (0, "USD", "$0"),
        (95_000, "USD", "$950"),
        (99_949, "USD", "$999"),
        (99_950, "USD", "$1k"),
        (6_400_000, "EUR", "€64k"),
        (1_234_500, "GBP", "£12.3k"),
        (99_995_000, "USD", "$1M"),
        (1_821_460_000, "USD", "$18.2M"),
        (-3_500_000, "USD", "−$35k"),
        (5_000_000, "JPY", "¥5M"),
        (12_000_00, "CHF", "CHF 12k"),
        (123_000_000_000_00, "USD", "$123B"),
        (-20, "USD", "$0"),
    ],
)
def test_money_is_compact(minor, currency, shown):
    assert formats.money(minor, currency) == shown


def test_money_signed_says_the_direction():
    assert formats.money_signed(12_000_000, "USD") == "+$120k"
    assert formats.money_signed(-12_000_000, "USD") == "−$120k"


def test_score_is_the_floor_so_that_it_matches_its_band():
    assert formats.score(Decimal("74.99")) == "74"
    assert formats.score(Decimal("75.00")) == "75"
    assert formats.score(None) == "–"


@given(st.decimals(0, 100, places=2))
def test_score_never_reads_higher_than_it_is(value):
    assert int(formats.score(value)) <= value


def test_rate_is_a_percentage_rounded_half_up():
    assert formats.rate(Decimal("1.07")) == "107.0%"
    assert formats.rate(Decimal("0.65555")) == "65.6%"
    assert formats.rate(Decimal("-0.01")) == "−1.0%"
    assert formats.rate(None) == "–"
    assert formats.rate(Decimal("0.925"), decimals=0) == "93%"


def test_signed_numbers_have_a_sign_unless_zero():
    assert formats.signed(Decimal("3.25")) == "+3.3"
    assert formats.signed(Decimal("-3.25"), decimals=2) == "−3.25"
    assert formats.signed(Decimal("0.04")) == "0.0"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (-1, "yesterday"),
        (12, "in 12 days"),
        (90, "in 90 days"),
        (-14, "14 days ago"),
        (150, "in 5 months"),
        (-400, "13 months ago"),
        (1200, "in 3 years"),
    ],
)
def test_relative_day_reads_as_a_person_says_it(days, words):
    assert formats.relative_day(TODAY + timedelta(days=days), today=TODAY) == words


def test_a_change_of_money_shows_its_direction_to_the_cent():
    shown = [formats.money_change(minor, "USD") for minor in (12_000_050, -3_500_000, 0)]
    assert shown == ["+$120,000.50", "−$35,000.00", "$0.00"]


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("", "–"),
        ("de", "German"),
        ("pt-BR", "Portuguese (BR)"),
        ("zh-Hant-TW", "Chinese (Hant-TW)"),
        ("gl", "Galician"),
        ("fil", "Filipino"),
    ],
)
def test_a_language_is_called_by_its_name(code, word):
    assert formats.language(code) == word
