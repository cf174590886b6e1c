"""The band before a past day: what a day computed after later ones is compared with."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.db import connection

from health.facts.scope import Ints
from health.measures.inputs import Flags
from health.queries.assignment import NO_CARD
from health.recompute.state import State
from health.scoring import MISSING, UNKNOWN

# Uses index: health_healthscore_pkey. A longer gap is no neighbour any more.
_BEFORE = """
    SELECT a.id, h.scorecard_id, array_position(ARRAY(
            SELECT b.key FROM health_band b
            WHERE b.scorecard_id = h.scorecard_id ORDER BY b.lower DESC
        )::text[], h.band::text) - 1, (h.score * 100)::integer
    FROM unnest(%(ids)s::bigint[]) a(id)
    JOIN LATERAL (
        SELECT h.scorecard_id, h.band, h.score FROM health_healthscore h
        WHERE h.account_id = a.id AND h.day < %(day)s AND h.day >= %(day)s::date - 7
        ORDER BY h.day DESC, h.revision DESC LIMIT 1
    ) h ON true
"""


def past_state(state: State, account_ids: Ints, rows: Flags, *, day: date) -> None:
    """Replaces the state of the marked rows by the one just before `day`."""
    state.card_id[rows], state.band[rows], state.score[rows] = NO_CARD, MISSING, MISSING
    state.last_band[rows], state.was_new[rows] = MISSING, False
    state.lines[rows], state.components[rows], state.recent[rows] = UNKNOWN, MISSING, MISSING
    for row in np.flatnonzero(rows):
        state.overrides.pop(int(row), None)
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, {"ids": account_ids[rows].tolist(), "day": day})
        for account_id, card_id, band, score in cursor.fetchall():
            place = int(np.searchsorted(account_ids, account_id))
            state.card_id[place] = card_id
            state.band[place] = MISSING if band is None else band
            state.score[place] = MISSING if score is None else score
