"""Rates between minor units: a yen has no cents, a dinar has a thousand fils."""

from decimal import Decimal

import pytest

from accounts.intake.currencies import CURRENCIES, decimals_of, minor_rate
from cs_platform import formats


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
    shown = formats.money_exact(10 ** decimals_of(currency), currency)
    assert Decimal(shown.lstrip(currency + " $€£¥")) == 1
    assert formats.major(10 ** decimals_of(currency), currency) == 1
