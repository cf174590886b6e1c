"""Who is in an audience: looked for as a whole, and kept with the days they came and left.

One statement an audience, whatever the number of accounts: those that fit and are not in it come,
those that are in it and no longer fit leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from accounts.catalogue import AccountStatus
from accounts.models import Account, AudienceMember, SavedView
from health.queries.account_filters import filtered, in_band

# A scan of accounts at worst, and of the members there are.
_REFRESH = """
WITH fitting (id) AS MATERIALIZED ({fitting}),
present AS MATERIALIZED (
    SELECT id, account_id FROM accounts_audiencemember
    WHERE audience_id = %s AND left_on IS NULL
), gone AS (
    UPDATE accounts_audiencemember m SET left_on = greatest(%s, m.since)
    FROM present p
    WHERE m.id = p.id AND NOT EXISTS (SELECT FROM fitting f WHERE f.id = p.account_id)
    RETURNING m.id
), come AS (
    INSERT INTO accounts_audiencemember (audience_id, account_id, since)
    SELECT %s, f.id, %s FROM fitting f
    WHERE NOT EXISTS (SELECT FROM present p WHERE p.account_id = f.id)
    RETURNING id
)
SELECT (SELECT count(*) FROM come), (SELECT count(*) FROM gone)
"""


@dataclass(frozen=True, slots=True)
class AudienceMoves:
    entered: int
    left: int


def refresh_audiences(*, day: date, now: datetime) -> int:
    """All of them as of that day; how many accounts came or left. Twice changes nothing."""
    moves = [
        refresh_audience(audience=audience, day=day, now=now)
        for audience in SavedView.objects.audiences()
    ]
    return sum(each.entered + each.left for each in moves)


@transaction.atomic
def refresh_audience(*, audience: SavedView, day: date, now: datetime) -> AudienceMoves:
    """Of one, as of that day. Two at a time wait for each other."""
    locked = SavedView.objects.select_for_update(no_key=True).get(pk=audience.pk)
    active = Account.objects.filter(status=AccountStatus.ACTIVE, merged_into=None)
    fitting = in_band(
        filtered(active, chosen=locked.filters, today=day), band=locked.filters.get("band", "")
    )
    query, values = fitting.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        statement = _REFRESH.format(fitting=query)
        cursor.execute(statement, [*values, locked.pk, day, locked.pk, day])
        entered, left = cursor.fetchone()
    locked.counted_at = now
    locked.save(update_fields=["counted_at"])
    return AudienceMoves(entered, left)


def close_audience(*, audience: SavedView, day: date, now: datetime) -> None:
    """Takes it out of use: its members leave that day, its key stays taken."""
    with transaction.atomic():
        locked = SavedView.objects.select_for_update().get(pk=audience.pk)
        AudienceMember.objects.filter(audience=locked, left_on__isnull=True).update(left_on=day)
        locked.retired_at = now
        locked.save(update_fields=["retired_at"])
