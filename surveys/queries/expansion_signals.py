"""Who saw a first result and is satisfied with it, early enough to be offered more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from accounts.models import Installation
from surveys.catalogue import Moment, SurveyType

LAST_DAY: Final = 90
"""Of the customer, whose first day is day 0."""

_SIGNALS = """
    WITH said AS (
        SELECT r.account_id, r.standing, r.value, r.highest, r.id,
            (CASE WHEN %(as_known)s THEN greatest(r.answered_at, r.learned_at)
                ELSE r.answered_at END AT TIME ZONE %(zone)s)::date AS on_day
        FROM surveys_response r
        WHERE r.moment = %(moment)s AND r.kind = %(kind)s
            AND (%(accounts)s::bigint[] IS NULL OR r.account_id = ANY (%(accounts)s::bigint[]))
    ), spans AS (
        SELECT s.account_id,
            min(s.on_day) FILTER (WHERE s.standing = 1) AS since,
            least(c.since + %(last_day)s, min(s.on_day) FILTER (WHERE s.standing = -1) - 1)
                AS until,
            (array_agg(ARRAY[s.id, s.value, s.highest] ORDER BY s.on_day, s.id)
                FILTER (WHERE s.standing = 1))[1:1] AS answer
        FROM said s
        JOIN accounts_account a ON a.id = s.account_id
        CROSS JOIN LATERAL (SELECT coalesce(a.customer_since,
            (SELECT min(t.starts_on) FROM accounts_contract t WHERE t.account_id = a.id))
            AS since) c
        WHERE c.since IS NOT NULL
        GROUP BY s.account_id, c.since
    )
    SELECT account_id, since, until, answer[1][1], answer[1][2], answer[1][3]
    FROM spans WHERE since <= until ORDER BY account_id
"""


@dataclass(frozen=True, slots=True)
class FirstValueSignal:
    """The account is a candidate for an expansion on each day from `since` to `until`, both
    included; `value` of `highest` is what was answered first of what speaks for it."""

    account_id: int
    since: date
    until: date
    response_id: int
    value: int
    highest: int

    def is_on(self, day: date) -> bool:
        return self.since <= day <= self.until


def first_value_signals(
    account_ids: Collection[int] | None = None, *, as_known: bool = True
) -> dict[int, FirstValueSignal]:
    """By account, of these or of all, on whatever days: a satisfied answer about the first value,
    until day 90 of the customer, or until somebody of the account answers that they are not
    satisfied. One statement for all.

    `as_known`: an answer counts from the day on which it was learned; else from that on which it
    was given. One that was changed counts as it now is. An account whose first day nobody knows
    has none.
    """
    told: dict[str, Any] = {
        "accounts": None if account_ids is None else sorted(account_ids),
        "moment": Moment.FIRST_VALUE,
        "kind": SurveyType.CSAT,
        "zone": Installation.current().time_zone,
        "last_day": LAST_DAY,
        "as_known": as_known,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SIGNALS, told)
        return {row[0]: FirstValueSignal(*row) for row in cursor.fetchall()}


def expansion_candidates(
    day: date, account_ids: Collection[int] | None = None, *, as_known: bool = True
) -> dict[int, FirstValueSignal]:
    """By account: who is a candidate on that day, as `first_value_signals` says."""
    found = first_value_signals(account_ids, as_known=as_known)
    return {account: signal for account, signal in found.items() if signal.is_on(day)}
