"""Signals of the past, heard on the night they rang and not before."""

from __future__ import annotations

from datetime import date

from django.db import connection

# A signal of a day's scores rings at its midnight: it is heard on the night that follows the day.
_KEEP_BACK = """
CREATE TEMPORARY TABLE demo_bells ON COMMIT PRESERVE ROWS AS
SELECT * FROM accounts_signal WHERE occurred_at > %(since)s::date::timestamp AT TIME ZONE 'UTC';
DELETE FROM accounts_signal s USING demo_bells b WHERE s.id = b.id;
"""

# New ids: whoever has looked at all signals up to one does not look back for lower ones.
_RING = """
INSERT INTO accounts_signal (account_id, kind, key, occurred_at, payload, created_at)
SELECT account_id, kind, key, occurred_at, payload, created_at FROM demo_bells
WHERE occurred_at <= (%(day)s::date + 1)::timestamp AT TIME ZONE 'UTC' ORDER BY id;
DELETE FROM demo_bells WHERE occurred_at <= (%(day)s::date + 1)::timestamp AT TIME ZONE 'UTC';
"""

# Plays look at the present state; for a past night that is the score of its day.
_SHOW = """
UPDATE health_currenthealth c
SET score = h.score, band = h.band, effective_band = COALESCE(o.band, h.band)
FROM health_healthscore h
LEFT JOIN health_bandoverride o ON o.account_id = h.account_id AND o.ended_at IS NULL
    AND %(day)s BETWEEN o.starts_on AND o.expires_on
WHERE h.account_id = c.account_id AND h.day = %(day)s AND h.revision = 0
    AND (c.score, c.band, c.effective_band)
        IS DISTINCT FROM (h.score, h.band, COALESCE(o.band, h.band))
"""

# Nor does anybody know on that night who is going to leave.
_STATUS = """
UPDATE accounts_account a SET status = h.value
FROM accounts_attributehistory h
WHERE h.account_id = a.id AND h.contact_id IS NULL AND h.attribute = 'status'
    AND h.valid_from <= %(day)s AND COALESCE(h.valid_to > %(day)s, true) AND h.value <> a.status
"""


def keep_back(*, since: date) -> None:
    """Takes away what rang after the first moment of `since`, until it is rung again."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS demo_bells")
        cursor.execute(_KEEP_BACK, {"since": since})


def ring(*, day: date) -> None:
    """Puts back what rang by the end of the day."""
    with connection.cursor() as cursor:
        cursor.execute(_RING, {"day": day})


def show_as_of(*, day: date) -> None:
    """Scores and status of the day; the last of all days restores what was there."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOW, {"day": day})
        cursor.execute(_STATUS, {"day": day})
