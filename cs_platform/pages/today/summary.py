"""A book in figures: by band, at risk, renewing soon."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Account
from accounts.money.rates import DayRates, MoneySum, Unconverted
from accounts.money.sql import expression
from accounts.ui.bands import bands_shown
from accounts.ui.rate_gaps import RateGaps
from cs_platform.pages.today.items import AccountShown
from health.scoring import UNSCORED


@dataclass(frozen=True, slots=True)
class PortfolioSummary:
    accounts: int
    arr_minor: int
    by_band: tuple[tuple[str, int, int], ...]
    """(band, accounts, ARR minor), the best band first."""
    at_risk: int
    at_risk_arr_minor: int
    renewals: int
    renewals_arr_minor: int
    currency: str
    gaps: RateGaps


SOON_DAYS = 90


def book_summary(book: QuerySet[Account], *, today: date, rates: DayRates) -> PortfolioSummary:
    """Counted and added up by the database: a row a band and currency, however large the book."""
    arr = expression(rates, "arr_minor", currency="currency")
    risky = Q(health__at_risk=True)
    soon = Q(renews_on__range=(today, today + timedelta(days=SOON_DAYS)))
    figures = {
        "accounts": Count("pk"),
        "arr": Sum(arr),
        "risky": Count("pk", filter=risky),
        "risky_arr": Sum(arr, filter=risky),
        "soon": Count("pk", filter=soon),
        "soon_arr": Sum(arr, filter=soon),
    }
    groups = book.order_by().values_list("health__effective_band", "currency")
    owing = {"native": Sum("arr_minor"), "owing": Count("pk", filter=~Q(arr_minor=0))}
    everything = MoneySum()
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for band, code, native, accounts, *row in groups.annotate(**owing, **figures):
        if accounts and code not in rates:
            everything += MoneySum(left_out={code: Unconverted(native, accounts)})
        elif accounts:
            everything += MoneySum(early=rates.early_among([code]))
        found[band or UNSCORED].update(
            {name: int(value or 0) for name, value in zip(figures, row, strict=True)}
        )
    return _summary(found, gaps=RateGaps.of(everything, base=rates.base))


def summary_of(
    accounts: Iterable[AccountShown], *, today: date, rates: DayRates
) -> PortfolioSummary:
    """As `book_summary`, of accounts that were read."""
    latest = today + timedelta(days=SOON_DAYS)
    alike: dict[tuple[str, bool, bool], list[tuple[int, str]]] = defaultdict(list)
    for account in accounts:
        renews_on = account.renews_on
        is_soon = renews_on is not None and today <= renews_on <= latest
        key = (account.band or UNSCORED, bool(account.at_risk), is_soon)
        alike[key].append((account.arr_minor, account.currency))
    everything = MoneySum()
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (band, is_risky, is_soon), amounts in alike.items():
        worth = rates.sum(amounts)
        everything += worth
        arr, count = worth.total, len(amounts)
        found[band].update({"accounts": count, "arr": arr})
        if is_risky:
            found[band].update({"risky": count, "risky_arr": arr})
        if is_soon:
            found[band].update({"soon": count, "soon_arr": arr})
    return _summary(found, gaps=RateGaps.of(everything, base=rates.base))


def _summary(found: Mapping[str, Counter[str]], *, gaps: RateGaps) -> PortfolioSummary:
    total = Counter[str]()
    for figures in found.values():
        total.update(figures)  # `+` would drop what is below zero
    counts = [(band, found.get(band, Counter[str]())) for band in bands_shown(found)]
    return PortfolioSummary(
        accounts=total["accounts"],
        arr_minor=total["arr"],
        by_band=tuple((band, count["accounts"], count["arr"]) for band, count in counts),
        at_risk=total["risky"],
        at_risk_arr_minor=total["risky_arr"],
        renewals=total["soon"],
        renewals_arr_minor=total["soon_arr"],
        currency=gaps.base,
        gaps=gaps,
    )
