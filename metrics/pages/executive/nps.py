"""The tile of NPS."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from accounts.money.currencies import MINUS
from metrics.pages.executive.figures import QUARTER, YEAR
from metrics.queries.nps import NpsPicture
from surveys.queries.nps import DAYS, NPS_KEY
from surveys.scoring.scores import points


@dataclass(frozen=True, slots=True)
class NpsTile:
    """Points are whole, with the sign that pages print. `low` and `high` hold the value (95 %).
    Changes are in points, None where there is nothing to compare with."""

    shown: str
    low: str
    high: str
    n: int
    is_thin: bool
    on_quarter: Decimal | None
    on_year: Decimal | None
    key: str = NPS_KEY
    days: int = DAYS


def nps_tile(found: NpsPicture) -> NpsTile | None:
    """None where nobody answered in the 90 days up to the day of the report."""
    if found.now is None:
        return None
    return NpsTile(
        shown=_whole_points(found.now.value),
        low=_whole_points(found.now.low),
        high=_whole_points(found.now.high),
        n=found.now.n,
        is_thin=found.now.is_thin,
        on_quarter=_rounded_change(found.change(months=QUARTER)),
        on_year=_rounded_change(found.change(months=YEAR)),
    )


def _whole_points(value: Fraction | float) -> str:
    return f"{points(value, 0)}".replace("-", MINUS)


def _rounded_change(change: Fraction | None) -> Decimal | None:
    return None if change is None else points(change, 1)
