"""Why single movements happened, to be shown beside them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Sum

from accounts.catalogue import CONTRACTS_SOURCE, MovementKind
from accounts.models import MovementPart

_CAUSED = (MovementKind.EXPANSION, MovementKind.CONTRACTION, MovementKind.CHURN)


class ShownMovement(NamedTuple):
    account_id: int
    effective_on: date
    currency: str
    kind: str
    source: str
    amount_minor: int


class ShownPart(NamedTuple):
    cause: str
    amount_minor: int


def parts_beside(
    shown: Sequence[ShownMovement], *, known_before: datetime | None = None
) -> list[tuple[ShownPart, ...]]:
    """For each movement its parts, the largest first; none where they do not add up to it: it was
    given, or has been taken back since."""
    derived = [row for row in shown if row.source == CONTRACTS_SOURCE and row.kind in _CAUSED]
    found: dict[tuple[int, date, str], list[ShownPart]] = {}
    if derived:
        # Uses index: movement_part_account_day
        rows = MovementPart.objects.filter(
            account_id__in={row.account_id for row in derived},
            effective_on__in={row.effective_on for row in derived},
        )
        if known_before is not None:
            rows = rows.filter(recorded_at__lt=known_before)
        sums = rows.order_by().values_list("account_id", "effective_on", "currency", "cause")
        for account_id, day, currency, cause, amount in sums.annotate(Sum("amount_minor")):
            if amount:
                found.setdefault((account_id, day, currency), []).append(ShownPart(cause, amount))
    return [_parts_of_row(row, found.get(row[:3], [])) for row in shown]


def _parts_of_row(row: ShownMovement, parts: Sequence[ShownPart]) -> tuple[ShownPart, ...]:
    if row.source != CONTRACTS_SOURCE or sum(part.amount_minor for part in parts) != (
        row.amount_minor
    ):
        return ()
    return tuple(sorted(parts, key=lambda part: (-abs(part.amount_minor), part.cause)))
