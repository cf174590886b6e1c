"""Rates between minor units: a yen has no cents, a dinar has a thousand fils."""

from decimal import Decimal

import pytest

from accounts.money.currencies import CURRENCIES, decimals_of, major, minor_rate, money_exact


@pytest.mark.parametrize(
    ("rate", "currency", "into", "minor"),
    [
        ("1.1", "EUR", "USD", "1.1"),
        ("0.0065", "JPY", "USD", "0.65"),
        ("3.25", "KWD", "USD", "0.325"),
        ("153.8", "USD", "JPY", "1.538"),
        ("500", "KWD", "JPY", "0.5"),
        ("0.0000000001", "VND", "BHD", "0.0000001"),
    ],
)
def test_a_rate_between_units_is_shifted_to_minor_units(rate, currency, into, minor):
    assert minor_rate(Decimal(rate), currency=currency, into=into) == Decimal(minor)


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_one_unit_reads_as_one_on_every_page(currency):
    shown = money_exact(10 ** decimals_of(currency), currency)
    assert Decimal(shown.lstrip(currency + " $€£¥")) == 1
    assert major(10 ** decimals_of(currency), currency) == 1


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (1_821_460_012, "USD", "$18,214,600.12"),
        (-5, "EUR", "−€0.05"),
        (500, "JPY", "¥500"),
        (1_500, "KWD", "KWD 1.500"),
    ],
)
def test_money_exact_keeps_every_minor_unit(minor, currency, shown):
    assert money_exact(minor, currency) == shown
