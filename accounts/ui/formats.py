"""How numbers and days read on a page: one place, so that two pages never say it two ways.

Money comes in as integer minor units, rates as fractions, scores with two decimals.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from math import floor

from django.utils.translation import get_language_info, gettext, ngettext

from accounts.languages.names import ENGLISH_NAMES
from accounts.money.currencies import MINUS, major, money_exact, with_currency

DASH = "–"
_STEPS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k"))


def money(minor: int, currency: str) -> str:
    """Three figures and a unit, half up: $18.2M, €640k, £950. Never for adding up."""
    amount = abs(major(minor, currency))
    digits = f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,}"
    for size, unit in _STEPS:
        # 999,950 is one million on screen, not "1000k".
        if amount >= size * Decimal("0.9995"):
            scaled = amount / size
            decimals = "0.01" if scaled < 10 else "0.1" if scaled < 100 else "1"
            shown = scaled.quantize(Decimal(decimals), ROUND_HALF_UP)
            digits = f"{_without_trailing_zeros(shown)}{unit}"
            break
    return with_currency(digits, currency, is_negative=minor < 0 and digits != "0")


def _without_trailing_zeros(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money_signed(minor: int, currency: str) -> str:
    """With its direction: +$120k, −$35k."""
    shown = money(minor, currency)
    return f"+{shown}" if minor > 0 else shown


def money_change(minor: int, currency: str) -> str:
    """A change to the minor unit: +$120,000.00, −$35,000.00, $0.00."""
    shown = money_exact(minor, currency)
    return f"+{shown}" if minor > 0 else shown


def score(value: Decimal | float | None) -> str:
    """The floor, so that 74.9 never reads as 75 (spec 2)."""
    return DASH if value is None else str(floor(value))


def rate(value: Decimal | None, *, decimals: int = 1) -> str:
    """A fraction as a percentage, half up: 1.07 is 107.0%."""
    if value is None:
        return DASH
    step = Decimal(1).scaleb(-decimals)
    shown = (Decimal(value) * 100).quantize(step, ROUND_HALF_UP)
    return f"{MINUS if shown < 0 else ''}{abs(shown)}%"


def signed(value: Decimal | float, *, decimals: int = 1) -> str:
    step = Decimal(1).scaleb(-decimals)
    shown = Decimal(str(value)).quantize(step, ROUND_HALF_UP)
    if shown == 0:
        return f"{abs(shown)}"
    return f"{'+' if shown > 0 else MINUS}{abs(shown)}"


def day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def moment(local: datetime) -> str:
    """In the zone it comes in: 14 Mar 2025, 09:30."""
    return f"{day(local.date())}, {local:%H:%M}"


def relative_day(value: date, *, today: date) -> str:
    """today, tomorrow, in 12 days, 3 weeks ago, in 5 months."""
    days = (value - today).days
    near = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}
    if days in near:
        return near[days]
    count, ahead, ago = _rounded_span(abs(days))
    return (ahead if days > 0 else ago) % {"count": count}


def _rounded_span(days: int) -> tuple[int, str, str]:
    """How many of which unit, in the words for what is ahead and for what is past."""
    # Days up to three months: a renewal in 74 days is not "in 2 months".
    if days <= 90:
        ahead = ngettext("in %(count)d day", "in %(count)d days", days)
        return days, ahead, ngettext("%(count)d day ago", "%(count)d days ago", days)
    if days < 730:
        months = round(days / 30.44)
        ahead = ngettext("in %(count)d month", "in %(count)d months", months)
        return months, ahead, ngettext("%(count)d month ago", "%(count)d months ago", months)
    years = days // 365
    ahead = ngettext("in %(count)d year", "in %(count)d years", years)
    return years, ahead, ngettext("%(count)d year ago", "%(count)d years ago", years)


def language(code: str) -> str:
    """("pt-BR", "Portuguese (BR)"); a dash where it is not known."""
    if not code:
        return DASH
    base, _, region = code.partition("-")
    try:
        name = str(get_language_info(base)["name_translated"])
    except KeyError:  # one that the framework does not know
        name = ENGLISH_NAMES.get(base, base)
    return f"{name} ({region})" if region else name
