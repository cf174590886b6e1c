"""Signs that a customer may want more, of few accounts as of a day: what a page lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from accounts.models import Installation
from health.scoring.expansion_signs import (
    ANNIVERSARY_DAYS,
    EXPANSION_TYPES,
    PROMOTER_DAYS,
    PROMOTER_SCORE,
    SIGN_DAYS,
    SIGNIFICANT,
    SIGNS_OF_EVENTS,
    ExpansionSign,
)
from surveys.queries.expansion_signals import expansion_candidates

# Of each the latest day. A contract that began 29 February has its day on 28 February.
# Uses index: event_account_kind, history_cut
_SIGNS = """
    SELECT account_id, sign, max(on_day) FROM (
        SELECT e.account_id, m.sign, e.occurred_on AS on_day
        FROM accounts_businessevent e
        JOIN unnest(%(kinds)s::text[], %(signs)s::text[]) m(kind, sign) ON m.kind = e.kind
        WHERE e.account_id = ANY (%(ids)s) AND e.occurred_on <= %(day)s
            AND e.occurred_on > %(recent)s
        UNION ALL
        SELECT h.account_id, 'seats_grew', h.valid_from
        FROM accounts_attributehistory h
        JOIN accounts_attributehistory b ON b.account_id = h.account_id AND b.attribute = 'seats'
            AND b.superseded_at IS NULL AND b.valid_from <= %(recent)s AND b.valid_to > %(recent)s
        WHERE h.account_id = ANY (%(ids)s) AND h.attribute = 'seats' AND h.superseded_at IS NULL
            AND h.valid_from <= %(day)s AND COALESCE(h.valid_to > %(day)s, true)
            AND NULLIF(h.value, '')::bigint > NULLIF(b.value, '')::bigint
        UNION ALL
        SELECT r.account_id, 'promoter', (r.answered_at AT TIME ZONE %(zone)s)::date
        FROM surveys_response r
        JOIN health_currenthealth c ON c.account_id = r.account_id AND c.score >= %(score)s
        WHERE r.account_id = ANY (%(ids)s) AND r.kind = 'nps' AND r.standing = 1
            AND (r.answered_at AT TIME ZONE %(zone)s)::date BETWEEN %(asked)s AND %(day)s
        UNION ALL
        SELECT c.account_id, 'anniversary', d.on_day
        FROM accounts_contract c
        CROSS JOIN LATERAL generate_series(1, 30) years
        CROSS JOIN LATERAL (
            SELECT (c.starts_on + years * interval '1 year')::date AS on_day
        ) d
        WHERE c.account_id = ANY (%(ids)s) AND c.state = 'active' AND c.starts_on < %(day)s
            AND d.on_day BETWEEN %(day)s AND %(ahead)s
            AND COALESCE(d.on_day < c.ends_on, true)
    ) found
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""


@dataclass(frozen=True, slots=True)
class FoundSign:
    """`on` is the day it is from; of an anniversary the day it is on."""

    sign: ExpansionSign
    on: date

    @property
    def kind(self) -> str:
        """What of an expansion it leads to."""
        return EXPANSION_TYPES[self.sign].value

    @property
    def is_significant(self) -> bool:
        return self.sign in SIGNIFICANT


def expansion_signs(*, account_ids: Collection[int], day: date) -> dict[int, list[FoundSign]]:
    """By account, the latest first."""
    values: dict[str, Any] = {
        "ids": list(account_ids),
        "day": day,
        "kinds": list(SIGNS_OF_EVENTS),
        "signs": [sign.value for sign in SIGNS_OF_EVENTS.values()],
        "recent": day - timedelta(days=SIGN_DAYS),
        "asked": day - timedelta(days=PROMOTER_DAYS),
        "ahead": day + timedelta(days=ANNIVERSARY_DAYS),
        "score": PROMOTER_SCORE,
        "zone": Installation.current().time_zone,
    }
    found: dict[int, list[FoundSign]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SIGNS, values)
        for account_id, sign, on in cursor.fetchall():
            found[account_id].append(FoundSign(ExpansionSign(sign), on))
    for account_id, praised in expansion_candidates(day, account_ids).items():
        found[account_id].append(FoundSign(ExpansionSign.FIRST_VALUE_PRAISED, praised.since))
    return {
        account_id: sorted(signs, key=lambda each: each.on, reverse=True)
        for account_id, signs in found.items()
    }


def lead_of(signs: Collection[FoundSign], *, expansion_lead: str) -> str:
    """The role or function that leads: the CSM, or the installation's lead of what is significant,
    with the CSM."""
    return expansion_lead if any(each.is_significant for each in signs) else "csm"
