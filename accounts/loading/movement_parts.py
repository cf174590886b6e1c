"""Why ARR moved, posted beside the ledger that is derived from contracts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db.models import Sum
from psycopg2 import sql

from accounts.intake.movement_causes import PartKey
from accounts.loading import staging_table
from accounts.loading.composed_sql import among
from accounts.models import MovementPart

_POSTED = ("account_id", "effective_on", "currency", "cause", "amount_minor", "recorded_at")
# When the movement of that account, day and currency was learned, where one is posted as well.
Learned = Mapping[tuple[int, date, str], datetime]


def post_parts(
    wanted: Mapping[int, Mapping[PartKey, int]], *, day: date, learned: Learned, now: datetime
) -> None:
    """Posts what differs from the parts in force up to `day`; nothing when run again."""
    posted = _parts_in_force(list(wanted), day=day)
    lines = [
        staging_table.line(
            (
                account_id,
                *key,
                amount,
                learned.get((account_id, key.effective_on, key.currency), now),
            )
        )
        for account_id, parts in wanted.items()
        for key, amount in _term_differences(parts, posted.get(account_id, {}))
    ]
    if lines:
        staging_table.copy(sql.Identifier(MovementPart._meta.db_table), lines, columns=_POSTED)


def _term_differences(
    wanted: Mapping[PartKey, int], posted: Mapping[PartKey, int]
) -> list[tuple[PartKey, int]]:
    keys = sorted({*wanted, *posted})
    found = [(key, wanted.get(key, 0) - posted.get(key, 0)) for key in keys]
    return [(key, amount) for key, amount in found if amount]


def _parts_in_force(ids: Sequence[int], *, day: date) -> dict[int, dict[PartKey, int]]:
    found: dict[int, dict[PartKey, int]] = {}
    # Uses index: movement_part_account_day
    rows = MovementPart.objects.filter(account_id__in=among(ids), effective_on__lte=day)
    sums = rows.order_by().values_list("account_id", "effective_on", "currency", "cause")
    for account_id, *key, amount in sums.annotate(Sum("amount_minor")):
        if amount:
            found.setdefault(account_id, {})[PartKey(*key)] = amount
    return found
