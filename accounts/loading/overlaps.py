"""Contracts that the ledger adds up and that a source may have meant otherwise: a question."""

from collections.abc import Mapping, Sequence

from accounts.intake.errors import RecordError, shown
from accounts.intake.terms import Overlap
from accounts.models import Contract
from accounts.money.currencies import money_exact


def ask_about(overlaps: Sequence[Overlap], *, positions: Mapping[int, int]) -> list[RecordError]:
    """Once a load, with the ARR of both answers for the first contract. `positions`: of the records
    by the ids of their contracts; overlaps of others are not this load's."""
    named: dict[int, Overlap] = {}
    for overlap in overlaps:
        if overlap.newer.key in positions:
            named.setdefault(overlap.newer.key, overlap)
    if not named:
        return []
    first = min(named, key=positions.__getitem__)
    older = Contract.objects.get(pk=named[first].older.key).external_id
    message = _both_answers(named[first], older=older)
    if len(named) > 1:
        message += f"; so do {len(named) - 1:,} more of these contracts"
    return [RecordError(positions[first], "starts_on", "overlap", message, warning=True)]


def _both_answers(overlap: Overlap, *, older: str) -> str:
    old, new = overlap.older, overlap.newer
    how_long = "an open end" if overlap.days is None else f"{overlap.days} days"
    alone = money_exact(new.arr, new.currency)
    both = f"{alone} and {money_exact(old.arr, old.currency)}"
    if old.currency == new.currency:
        both = money_exact(old.arr + new.arr, new.currency)
    return (
        f"overlaps {shown(older)} by {how_long}: {alone} or {both} a year? Both count, until this"
        " one renews it, or that one is cancelled on this day"
    )
