"""Which month-ends are stored, and whether what they were computed from has changed since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from accounts.catalogue import HistoryAttribute
from accounts.money.rates import RateTable
from metrics.facts.ledger import rates_as_text, seen_through
from metrics.models import SnapshotMonth


@dataclass(frozen=True, slots=True)
class LedgerState:
    """Movements effective by each month-end, and how far the whole ledger was seen."""

    rows: dict[date, int]
    through: int


def first_movement_day() -> date | None:
    """Uses index: movement_day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(effective_on) FROM accounts_revenuemovement")
        day: date | None = cursor.fetchone()[0]
    return day


# Uses index: movement_day (index only).
_COUNTS = """
    SELECT months.month, coalesce(sum(counted.rows), 0)::bigint
    FROM unnest(%(months)s::date[]) AS months (month)
    LEFT JOIN (
        SELECT effective_on, count(*) AS rows FROM accounts_revenuemovement GROUP BY effective_on
    ) counted ON counted.effective_on <= months.month
    GROUP BY months.month
"""


def ledger_state(*, months: Sequence[date]) -> LedgerState:
    through = seen_through()
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"months": list(months)})
        return LedgerState(rows=dict(cursor.fetchall()), through=through)


# Late corrections of the past change the digest, today's new segments do not.
_DIGESTS = """
    SELECT months.month, coalesce(bit_xor(hashtextextended(
        concat_ws('|', h.id, h.account_id, h.value, h.valid_from), 0)), 0)
    FROM unnest(%(months)s::date[]) AS months (month)
    LEFT JOIN accounts_attributehistory h
        ON h.attribute = %(attribute)s AND h.contact_id IS NULL AND h.superseded_at IS NULL
            AND h.valid_from <= months.month
    GROUP BY months.month
"""


def segment_digests(*, months: Sequence[date]) -> dict[date, int]:
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS, {"months": list(months), "attribute": HistoryAttribute.SEGMENT})
        return dict(cursor.fetchall())


def stale_months(*, months: Sequence[date], rates: RateTable) -> list[date]:
    """Month-ends that a page must not read: never stored, other rates, or rows posted since.

    Cheap enough for every page: it looks only at rows newer than the latest snapshot run, which
    notes in every month how far it has seen the ledger.
    """
    stored = {m.month: m for m in SnapshotMonth.objects.filter(month__in=months)}
    through = min((m.ledger_through for m in stored.values()), default=0)
    changed_from = _earliest_change(through) if stored else None
    return [
        month
        for month in months
        if (state := stored.get(month)) is None
        or state.currency != rates.base
        or state.rates != rates_as_text(rates.on(month))
        or (changed_from is not None and changed_from <= month)
    ]


def _earliest_change(through: int) -> date | None:
    with connection.cursor() as cursor:
        # Uses the primary key; the aggregate is over the few rows of the day.
        cursor.execute(
            "SELECT min(effective_on) FROM"
            " (SELECT effective_on FROM accounts_revenuemovement WHERE id > %s OFFSET 0) recent",
            [through],
        )
        day: date | None = cursor.fetchone()[0]
    return day
