"""What the portfolio lists: accounts a person may see, with the present health beside them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    DecimalField,
    ExpressionWrapper,
    F,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.models import Account, User
from accounts.money.rates import DayRates, MoneySum
from accounts.money.sql import expression
from accounts.ui.pagination import COUNT_CAP
from health.scoring import UNSCORED
from metrics.retention.forecast import Chances

SPARK_DAYS = 90
_SPARK_STEP = 3  # every third day: 30 points in a cell


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    id: int
    external_id: str
    name: str
    segment: str
    arr_minor: int
    currency: str
    renews_on: date | None
    renews_arr_minor: int
    owner: str
    band: str
    computed_band: str
    score: Decimal | None
    change: Decimal | None
    spark: tuple[float | None, ...]
    versions: tuple[float, ...]
    """Where along `spark` a version of its scorecard came into force."""
    open_tasks: int
    lacks_rule: bool = False

    @property
    def is_overridden(self) -> bool:
        return self.band != self.computed_band


_COLUMNS = (
    "id",
    "external_id",
    "name",
    "segment",
    "arr_minor",
    "currency",
    "renews_on",
    "renews_arr_minor",
    "owner__name",
    "pool__name",
    "health__band",
    "health__effective_band",
    "health__score",
    "health__week_change",
    "health__spark",
    "health__day",
    "health__scorecard__key",
    "health__lacks_rule",
)


def risk_of_loss(chances: Chances) -> Case:
    """1 − the chance of renewal, by score."""
    return Case(
        *(
            When(health__score__gte=lower, then=Value(1 - chance))
            for lower, chance in chances.bounds
        ),
        default=Value(1 - chances.unscored),
        output_field=DecimalField(max_digits=3, decimal_places=2),
    )


@dataclass(frozen=True, slots=True)
class BandTotals:
    """Of up to COUNT_CAP accounts; `is_capped` where there are more."""

    counts: Counter[str]
    arr: Mapping[str, MoneySum]
    renewing: Mapping[str, MoneySum]
    """Of the next renewal of each."""
    is_capped: bool

    def count(self, band: str) -> int | None:
        """Of a band, or of all; None where the cap leaves it unknown."""
        if not band:
            return self.counts.total()
        return None if self.is_capped else self.counts[band]

    def arr_of(self, band: str) -> MoneySum | None:
        """Of a band, or of all; None where the cap leaves it unknown."""
        return self._sum_of_band(self.arr, band)

    def renewing_of(self, band: str) -> MoneySum | None:
        return self._sum_of_band(self.renewing, band)

    def _sum_of_band(self, sums: Mapping[str, MoneySum], band: str) -> MoneySum | None:
        if self.is_capped:
            return None
        return sums.get(band, MoneySum()) if band else sum(sums.values(), MoneySum())


def totals_by_band(accounts: QuerySet[Account], *, rates: DayRates) -> BandTotals:
    found = accounts.order_by().values_list(
        "health__effective_band", "arr_minor", "renews_arr_minor", "currency"
    )
    rows = list(found[: COUNT_CAP + 1])
    amounts: dict[str, list[tuple[int, str]]] = defaultdict(list)
    renewing: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for band, amount, renews, currency in rows[:COUNT_CAP]:
        amounts[band or UNSCORED].append((amount, currency))
        renewing[band or UNSCORED].append((renews, currency))
    return BandTotals(
        counts=Counter({band: len(of) for band, of in amounts.items()}),
        arr={band: rates.sum(of) for band, of in amounts.items()},
        renewing={band: rates.sum(of) for band, of in renewing.items()},
        is_capped=len(rows) > COUNT_CAP,
    )


def sorted_by(
    accounts: QuerySet[Account], *, sort: str, rates: DayRates, chances: Chances
) -> QuerySet[Account]:
    """Nothing known comes last, whichever way it is sorted; equal rows keep one order."""
    value = expression(rates, "arr_minor", currency="currency")
    keys: dict[str, Any] = {
        "risk": ExpressionWrapper(
            Coalesce(risk_of_loss(chances), Value(Decimal(0))) * value,
            output_field=DecimalField(max_digits=24, decimal_places=2),
        ),
        "arr": value,
        "name": F("name"),
        "score": F("health__score"),
        "change": F("health__week_change"),
        "renewal": F("renews_on"),
        "owner": F("owner__name"),
    }
    key = keys[sort.lstrip("-")]
    order = key.desc(nulls_last=True) if sort.startswith("-") else key.asc(nulls_last=True)
    return accounts.order_by(order, "pk")


def columns(accounts: QuerySet[Account]) -> QuerySet[Account, tuple[Any, ...]]:
    return accounts.values_list(*_COLUMNS)


def portfolio_rows(
    found: Sequence[tuple[Any, ...]],
    *,
    open_tasks: Mapping[int, int],
    versions: Mapping[str, Sequence[date]],
) -> list[PortfolioRow]:
    """`open_tasks` by account id; an account without any is left out of it. `versions`: the days
    on which one came into force, by scorecard key."""
    return [_portfolio_row(values, open_tasks.get(values[0], 0), versions) for values in found]


def _portfolio_row(
    values: tuple[Any, ...], open_tasks: int, versions: Mapping[str, Sequence[date]]
) -> PortfolioRow:
    id_, external_id, name, segment, arr, currency, renews_on, renews_arr, *rest = values
    owner, pool, *health = rest
    band, effective, score, change, stored, day, key, lacks_rule = health
    spark = thinned(stored or ())
    return PortfolioRow(
        id=id_,
        external_id=external_id,
        name=name,
        segment=segment,
        arr_minor=arr,
        currency=currency,
        renews_on=renews_on,
        renews_arr_minor=renews_arr,
        owner=owner or pool or "",
        band=effective or UNSCORED,
        computed_band=band or UNSCORED,
        score=score,
        change=change,
        spark=spark,
        versions=_version_places(versions.get(key, ()), of=len(spark), newest=day),
        open_tasks=open_tasks,
        lacks_rule=bool(lacks_rule),
    )


def thinned(spark: Sequence[int]) -> tuple[float | None, ...]:
    """Stored hundredths (-1: none) as scores, the newest day always kept."""
    kept = list(spark)[::-1][::_SPARK_STEP][::-1]
    return tuple(None if value < 0 else value / 100 for value in kept)


def _version_places(days: Sequence[date], *, of: int, newest: date) -> tuple[float, ...]:
    places = (of - 1 - (newest - day).days / _SPARK_STEP for day in days)
    return tuple(place for place in places if 0 <= place <= of - 1)


def owners_of(accounts: QuerySet[Account]) -> list[tuple[int, str]]:
    people = User.objects.filter(pk__in=accounts.order_by().values("owner"))
    return list(people.order_by("name", "pk").values_list("pk", "name")[:COUNT_CAP])
