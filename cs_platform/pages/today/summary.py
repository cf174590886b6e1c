"""A book in figures: by band, at risk, renewing soon."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from accounts.money.rates import MoneySum, Unconverted
from accounts.ui.bands import bands_shown
from accounts.ui.rate_gaps import RateGaps
from cs_platform.pages.today.portfolio import Portfolio
from health.scoring import TOO_NEW, UNSCORED


@dataclass(frozen=True, slots=True)
class PortfolioSummary:
    accounts: int
    arr_minor: int
    by_band: tuple[tuple[str, int, int], ...]
    """(band, accounts, ARR minor), the best band first."""
    at_risk: int
    at_risk_arr_minor: int
    scored: int
    """Accounts with a band that a score, or a person, gives them."""
    renewals: int
    renewals_arr_minor: int
    """What is up for renewal, not all that those accounts pay."""
    currency: str
    gaps: RateGaps


def summary_of(book: Portfolio) -> PortfolioSummary:
    everything = MoneySum()
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in book.alike:
        if each.paying and each.currency not in book.rates:
            left_out = {each.currency: Unconverted(each.native_minor, each.paying)}
            everything += MoneySum(left_out=left_out)
        elif each.paying:
            everything += MoneySum(early=book.rates.early_among([each.currency]))
        arr, count = int(each.arr_minor or 0), each.accounts
        figures = found[each.band or UNSCORED]
        figures.update({"accounts": count, "arr": arr})
        if each.at_risk:
            figures.update({"risky": count, "risky_arr": arr})
        if each.renews_soon:
            figures.update({"soon": count, "soon_arr": int(each.renews_arr_minor or 0)})
    return _summed_bands(found, gaps=RateGaps.of(everything, base=book.rates.base))


def _summed_bands(found: Mapping[str, Counter[str]], *, gaps: RateGaps) -> PortfolioSummary:
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
        scored=sum(count["accounts"] for band, count in counts if band not in (UNSCORED, TOO_NEW)),
        renewals=total["soon"],
        renewals_arr_minor=total["soon_arr"],
        currency=gaps.base,
        gaps=gaps,
    )
