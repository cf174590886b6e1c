"""Signals of the past, delivered on the night they were emitted and not before."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction

from accounts.catalogue import HistoryAttribute, LifecycleStage, TouchTier
from accounts.loading.change_signals import emit_changes
from accounts.loading.history import AttributeChange
from accounts.models import AttributeHistory
from accounts.work.signals import NewSignal, emit
from surveys.actions.aftermath import signals_of
from surveys.models import Response

# A signal of a day's scores is emitted at its midnight: the night that follows the day reads it.
_KEEP_BACK = """
CREATE TEMPORARY TABLE demo_signals ON COMMIT PRESERVE ROWS AS
SELECT * FROM accounts_signal WHERE occurred_at > %(since)s::date::timestamp AT TIME ZONE 'UTC';
DELETE FROM accounts_signaldelivery d USING demo_signals k WHERE d.signal_id = k.id;
DELETE FROM accounts_signal s USING demo_signals k WHERE s.id = k.id;
"""

_TAKE = """
WITH taken AS (
    DELETE FROM demo_signals
    WHERE occurred_at <= (%(day)s::date + 1)::timestamp AT TIME ZONE 'UTC' RETURNING *
)
SELECT account_id, kind, key, occurred_at, payload::text FROM taken ORDER BY id
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

# Nor does anybody know on that night who is going to leave, or has been onboarded.
_STATUS = """
UPDATE accounts_account a SET status = h.value
FROM accounts_attributehistory h
WHERE h.account_id = a.id AND h.contact_id IS NULL AND h.attribute = 'status'
    AND h.valid_from <= %(day)s AND COALESCE(h.valid_to > %(day)s, true) AND h.value <> a.status
"""
_STAGE = _STATUS.replace("status", "stage")


def keep_back(*, since: date) -> None:
    """Takes away what was emitted after the first moment of `since`, until it is emitted again."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS demo_signals")
        cursor.execute(_KEEP_BACK, {"since": since})


def emit_day(*, day: date) -> None:
    """Emits again what was emitted by the end of the day."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, {"day": day})
        emit(
            NewSignal(account_id, kind, key, occurred_at, json.loads(payload))
            for account_id, kind, key, occurred_at, payload in cursor.fetchall()
        )


def emit_answers(*, day: date) -> None:
    """What was answered on the day, as when the link was followed."""
    begin = datetime.combine(day, time(), tzinfo=UTC)
    given = Response.objects.filter(
        answered_at__gte=begin, answered_at__lt=begin + timedelta(days=1)
    )
    found = given.select_related("account").order_by("answered_at", "pk")
    emit([each for row in found for each in signals_of(row, now=row.answered_at)])


def show_as_of(*, day: date) -> None:
    """Scores, status and stage of the day; the last of all days restores what was there."""
    with connection.cursor() as cursor:
        for statement in (_SHOW, _STATUS, _STAGE):
            cursor.execute(statement, {"day": day})


def emit_onboardings(*, day: date) -> None:
    """Of those in tech touch, who are onboarded by messages: people onboard the others."""
    begun = AttributeHistory.objects.filter(
        contact=None,
        attribute=HistoryAttribute.STAGE,
        value=LifecycleStage.ONBOARDING,
        valid_from=day,
        account__touch_tier=TouchTier.TECH,
    )
    emit_changes(
        [
            AttributeChange(
                account_id=account_id,
                attribute=HistoryAttribute.STAGE,
                before=LifecycleStage.HAND_OFF,
                after=LifecycleStage.ONBOARDING,
                since=day,
            )
            for account_id in begun.order_by("account").values_list("account", flat=True)
        ],
        day=day,
        now=datetime.combine(day, time(9), tzinfo=UTC),
    )
