"""The band before a past day: what a day computed after later ones is compared with."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class PastStates:
    """What days were found to be that lie before the present state of their accounts: the next one
    is compared with them. `judged` is a state of all accounts, its day -1 until then."""

    judged: State

    @classmethod
    def none_yet(cls, state: State) -> PastStates:
        judged = state.take(np.arange(len(state.day)))
        judged.day[:] = -1
        return cls(judged)

    def restore(
        self, part: State, accounts: Ints, account_ids: Ints, rows: Flags, *, day: date
    ) -> None:
        """Puts the state just before `day` in place of that of the marked rows of `part`, which is
        of these accounts: as it was judged here, else as it is stored."""
        is_judged = self.judged.day[accounts] >= 0
        found = np.flatnonzero(rows & is_judged)
        part.put(found, self.judged.take(accounts[found]))
        _restore_stored(part, account_ids, rows & ~is_judged, day=day)
        for row in np.flatnonzero(rows):
            part.overrides.pop(int(row), None)

    def keep(self, part: State, accounts: Ints, rows: Flags) -> None:
        found = np.flatnonzero(rows)
        self.judged.put(accounts[found], part.take(found))


def _restore_stored(state: State, account_ids: Ints, rows: Flags, *, day: date) -> None:
    if not rows.any():
        return
    state.card_id[rows], state.band[rows], state.score[rows] = NO_CARD, MISSING, MISSING
    state.last_band[rows], state.was_new[rows] = MISSING, False
    state.lines[rows], state.components[rows], state.recent[rows] = UNKNOWN, MISSING, MISSING
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, {"ids": account_ids[rows].tolist(), "day": day})
        for account_id, card_id, band, score in cursor.fetchall():
            place = int(np.searchsorted(account_ids, account_id))
            state.card_id[place] = card_id
            state.band[place] = MISSING if band is None else band
            state.score[place] = MISSING if score is None else score
