"""How much of a scorecard can be judged now: one answer for all pages and a fitted draft."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection
from psycopg2 import sql

from health.measures import MEASURES
from health.scoring import TOO_NEW
from health.scoring.coverage import SourceCoverage, source_coverage
from health.scoring.specs import ScorecardSpec

# A source may deliver and still say nothing of a measure: usage without a core feature, say.
# By the partition of the day.
_WITHOUT_VALUE = sql.SQL("""
    SELECT {places} FROM health_healthscore s
    WHERE s.scorecard_id = %(card)s AND s.band <> %(too_new)s
        AND s.day = (SELECT max(day) FROM health_currenthealth WHERE scorecard_id = %(card)s)
""")
_PLACE = sql.SQL("bool_and(s.raw[{}] = 'NaN')")


def judged_keys(card_id: int, spec: ScorecardSpec, *, connected: Collection[str]) -> set[str]:
    """Of the raw values of a version, those whose sources all deliver, without those of which no
    account had a value on the day it judged last."""
    delivered = {key for key in spec.raw_keys if set(MEASURES[key].sources) <= set(connected)}
    return delivered - _without_value(card_id, spec.raw_keys)


def card_coverage(
    card_id: int, spec: ScorecardSpec, *, connected: Collection[str]
) -> SourceCoverage:
    """By the same `judged_keys` that a draft is fitted to."""
    return source_coverage(
        spec,
        sources_of={key: MEASURES[key].sources for key in spec.measure_keys},
        connected=connected,
        without_value=_without_value(card_id, spec.raw_keys),
    )


def _without_value(card_id: int, keys: Sequence[str]) -> set[str]:
    """None where the version has judged nobody, or measures nothing."""
    if not keys:
        return set()
    places = sql.SQL(", ").join(_PLACE.format(sql.Literal(n)) for n in range(1, len(keys) + 1))
    with connection.cursor() as cursor:
        query = _WITHOUT_VALUE.format(places=places).as_string(cursor.cursor)
        cursor.execute(query, {"card": card_id, "too_new": TOO_NEW})
        found = cursor.fetchone()
    return {key for key, is_missing in zip(keys, found, strict=True) if is_missing}
