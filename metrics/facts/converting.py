"""Conversion inside SQL, equal to `accounts.money.conversion.convert`."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from metrics.facts.ledger import MissingRateError

# To be joined on the row's currency; without a match the rate, and so the amount, is NULL.
RATES = "unnest(%(currencies)s::varchar[], %(rates)s::numeric[]) AS r (currency, rate)"


def rate_params(rates: Mapping[str, Decimal]) -> dict[str, Any]:
    return {"currencies": list(rates), "rates": list(rates.values())}


def rounded(exact: str) -> str:
    """SQL for a numeric as bigint, half-even.

    Postgres rounds halves away from zero, so the odd result of an exact half steps back.
    """
    return (
        f"(round({exact}) - CASE"
        f" WHEN abs({exact} - trunc({exact})) = 0.5 AND mod(round({exact}), 2) <> 0"
        f" THEN sign({exact}) ELSE 0 END)::bigint"
    )


def converted(amount: str) -> str:
    """SQL for a column in minor units, as bigint in the reporting currency."""
    return f"CASE WHEN r.rate = 1 THEN {amount} ELSE {rounded(f'{amount} * r.rate')} END"


def refuse_missing(currencies: Sequence[str | None], *, base: str) -> None:
    """`currencies` names, by row of a result, one that has no rate; NULL where none is missing."""
    missing = {currency for currency in currencies if currency is not None}
    if missing:
        raise MissingRateError(sorted(missing), base=base)
