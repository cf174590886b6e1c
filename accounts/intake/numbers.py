"""Numbers in ASCII digits only, never rounded, never guessed."""

import re
from decimal import Decimal

from accounts.intake.errors import FieldError, shown
from accounts.money.currencies import CURRENCIES, LARGEST_AMOUNT, as_minor_units, decimals_of

TEN_THOUSAND = 10_000
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?")
_GERMAN = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})*(?:,[0-9]{1,9})?|-?[0-9]{1,18}(?:,[0-9]{1,9})?")
_THREE_DIGITS = re.compile(r"-?[0-9]{1,3},[0-9]{3}")
_ZEROS_APART = re.compile(r"-?[0-9]{1,3}\.000")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,9})?")


def plain_integer(value: str, *, decimal_mark: str | None) -> str:
    """Digits of a whole number as tools export it: 1,204 and 1 204, 25.0, with a decimal comma
    1.204 and 25,0. What is none of these stays as it is."""
    point, group = (",", ".") if decimal_mark == "," else (".", ",")
    if decimal_mark is None and _ZEROS_APART.fullmatch(value):
        return value  # a thousand to one reader, one to the next
    whole, mark, rest = value.partition(point)
    if mark and rest and not rest.strip("0"):
        value = whole
    for apart in (group, " ", "\u00a0", "\u202f", "'"):
        if re.fullmatch(rf"-?[0-9]{{1,3}}(?:{re.escape(apart)}[0-9]{{3}})+", value):
            return value.replace(apart, "")
    return value


def integer(value: str, *, min_value: int, max_value: int) -> int:
    if not _INTEGER.fullmatch(value):
        raise FieldError(
            "integer", f"{shown(value)} is not a whole number; write digits only, such as 42"
        )
    return bounded(int(value), min_value=min_value, max_value=max_value)


def bounded(number: int, *, min_value: int, max_value: int) -> int:
    if number < min_value:
        raise FieldError(
            "too_small", f"{shown(number)} is below {min_value}; write {min_value} or more"
        )
    if number > max_value:
        raise FieldError(
            "too_large", f"{shown(number)} is above {max_value}; write {max_value} or less"
        )
    return number


def amount(value: str, *, decimal_mark: str | None = None) -> Decimal:
    """An exact decimal; with `decimal_mark` "," also 1.234,56 and with "." also 1,234. Where nobody
    chose one, what reads in two ways is refused."""
    plain = _plain_decimal(value, decimal_mark=decimal_mark)
    if not _DECIMAL.fullmatch(plain):
        raise FieldError(
            "amount",
            f"{shown(value)} is not an amount; write digits with a point, such as 1200.50, "
            "without a currency sign",
        )
    exact = Decimal(plain)
    if abs(exact) > LARGEST_AMOUNT:
        raise FieldError("too_large", f"{shown(value)} is above {LARGEST_AMOUNT:f}; check the unit")
    return exact


def percentage(value: str, *, max_value: int, decimal_mark: str | None = None) -> Decimal:
    """From 0 up, with at most two decimals; a percent sign behind it is left out."""
    exact = amount(value.removesuffix("%").rstrip(), decimal_mark=decimal_mark)
    if exact < 0 or exact > max_value:
        raise FieldError(
            "percentage", f"{shown(value)} is not from 0 to {max_value}; write it like 5"
        )
    if exact != round(exact, 2):
        raise FieldError("percentage", f"{shown(value)} has more than two decimals; shorten it")
    return exact


def ten_thousandths(value: str, *, decimal_mark: str | None = None) -> int:
    """A number with at most four decimals, of either sign, as a whole number of ten-thousandths."""
    scaled = amount(value, decimal_mark=decimal_mark) * TEN_THOUSAND
    if scaled != round(scaled):
        raise FieldError(
            "too_many_decimals", f"{shown(value)} has more than four decimals; shorten it"
        )
    return int(scaled)


def _plain_decimal(value: str, *, decimal_mark: str | None) -> str:
    if decimal_mark == ",":
        if _THREE_DIGITS.fullmatch(value):
            # 12,000 under a decimal comma is 12 to one reader and 12000 to the next.
            raise FieldError(
                "ambiguous_amount",
                f"{shown(value)} can be read in two ways; write it without the comma, "
                f"or with two digits behind it",
            )
        if _GERMAN.fullmatch(value):
            return value.replace(".", "").replace(",", ".")
        raise FieldError(
            "amount", f"{shown(value)} is not an amount with a decimal comma, such as 1.200,50"
        )
    if _GROUPED.fullmatch(value):
        if decimal_mark is None and _THREE_DIGITS.fullmatch(value):
            # 1,234 is 1234 to one reader and 1.234 to the next.
            raise FieldError(
                "ambiguous_amount",
                f"{shown(value)} can be read in two ways; write it without the comma, "
                "or choose the decimal point",
            )
        return value.replace(",", "")
    return value


def currency(value: str) -> str:
    """The ISO code, in any case."""
    code = value.upper() if value.isascii() else value
    if code not in CURRENCIES:
        raise FieldError(
            "currency", f"{shown(value)} is not an ISO 4217 currency; write a code such as USD"
        )
    return code


def minor_units(exact: Decimal, *, code: str) -> int:
    try:
        return as_minor_units(exact, currency=code)
    except ValueError as error:
        raise FieldError(
            "too_many_decimals",
            f"has more decimals than {code} has; write at most {decimals_of(code)}",
        ) from error
