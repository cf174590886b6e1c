"""What attributes were, kept in the transaction that changes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from psycopg2 import sql
from psycopg2.extras import execute_values

from accounts.catalogue import HistoryAttribute
from accounts.loading.statements import run

# Present value by attribute, as the history spells it: ids for owner and plan, comma lists.
_OF_ACCOUNTS = {
    HistoryAttribute.SEGMENT: "COALESCE(NULLIF(a.segment_override, ''), a.segment)",
    HistoryAttribute.TOUCH_TIER: "COALESCE(NULLIF(a.touch_tier_override, ''), a.touch_tier)",
    HistoryAttribute.OWNER: "COALESCE(a.owner_id::text, '')",
    HistoryAttribute.PLAN: "COALESCE(a.plan_id::text, '')",
    HistoryAttribute.SEATS: "COALESCE(a.seats::text, '')",
    HistoryAttribute.STATUS: "a.status",
    HistoryAttribute.STAGE: "a.stage",
}
_OF_CONTACTS = {
    HistoryAttribute.ROLES: "array_to_string(c.roles, ',')",
    HistoryAttribute.ACTIVE: "lower(c.is_active::text)",
}
_ACCOUNTS = sql.SQL(
    "SELECT a.id AS account_id, NULL::bigint AS contact_id, v.attribute, v.value,"
    " LEAST(a.customer_since, %(day)s) AS since, %(day)s::date AS changed_on"
    " FROM accounts_account a, LATERAL (VALUES {}) v(attribute, value) WHERE a.id = ANY(%(ids)s)"
).format(
    sql.SQL(", ").join(sql.SQL(f"('{name}', {value})") for name, value in _OF_ACCOUNTS.items())
)
# Somebody who left did so on a day of their own, not when we heard of it.
_CONTACTS = sql.SQL(
    "SELECT c.account_id, c.id AS contact_id, v.attribute, v.value,"
    " LEAST(c.met_on, %(day)s) AS since,"
    " CASE WHEN v.attribute = 'active' AND c.left_on IS NOT NULL"
    " THEN LEAST(c.left_on, %(day)s) ELSE %(day)s END::date AS changed_on"
    " FROM accounts_contact c, LATERAL (VALUES {}) v(attribute, value) WHERE c.id = ANY(%(ids)s)"
).format(
    sql.SQL(", ").join(sql.SQL(f"('{name}', {value})") for name, value in _OF_CONTACTS.items())
)

# Closes or overwrites the open rows that are no longer true; gives back what is to be opened.
_DIFFERING = sql.SQL(
    "WITH p AS MATERIALIZED ({}),"
    " differing AS MATERIALIZED ("
    "  SELECT p.*, h.id AS open_id, h.value AS before, h.valid_from"
    "  FROM p LEFT JOIN accounts_attributehistory h ON h.account_id = p.account_id"
    "   AND h.contact_id IS NOT DISTINCT FROM p.contact_id"
    "   AND h.attribute = p.attribute AND h.valid_to IS NULL"
    "  WHERE h.id IS NULL OR h.value <> p.value),"
    " closed AS (UPDATE accounts_attributehistory h SET"
    "  valid_to = CASE WHEN d.changed_on > h.valid_from THEN d.changed_on END,"
    "  value = CASE WHEN d.changed_on > h.valid_from THEN h.value ELSE d.value END,"
    "  learned_at = CASE WHEN d.changed_on > h.valid_from"
    "   THEN h.learned_at ELSE %(learned_at)s END"
    "  FROM differing d WHERE h.id = d.open_id)"
    " SELECT account_id, contact_id, attribute, value, before,"
    " CASE WHEN open_id IS NULL THEN COALESCE(since, changed_on)"
    "  WHEN changed_on > valid_from THEN changed_on END"
    " FROM differing ORDER BY account_id, contact_id, attribute"
)


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """A change of a known value; a first value is not one."""

    account_id: int
    attribute: HistoryAttribute
    before: str
    after: str


def record_account_history(
    account_ids: Sequence[int], *, day: date, learned_at: datetime
) -> list[AttributeChange]:
    return _record(_ACCOUNTS, account_ids, day=day, learned_at=learned_at)


def restate_first_placement(account_ids: Sequence[int]) -> None:
    """Until money is known, segment and tier are a place-holder: the first known ones hold for
    the whole past, or an import of history would call everybody self-serve until today."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_attributehistory h SET value = CASE h.attribute"
            " WHEN 'segment' THEN COALESCE(NULLIF(a.segment_override, ''), a.segment)"
            " ELSE COALESCE(NULLIF(a.touch_tier_override, ''), a.touch_tier) END"
            " FROM accounts_account a WHERE a.id = h.account_id AND a.id = ANY(%s)"
            " AND h.attribute IN ('segment', 'touch_tier') AND h.valid_to IS NULL",
            [sorted(account_ids)],
        )


def record_contact_history(
    contact_ids: Sequence[int], *, day: date, learned_at: datetime
) -> list[AttributeChange]:
    return _record(_CONTACTS, contact_ids, day=day, learned_at=learned_at)


def _record(
    present: sql.Composable, ids: Sequence[int], *, day: date, learned_at: datetime
) -> list[AttributeChange]:
    """Closes and opens rows where the present differs from the open row.

    A value that changes again on the day it began is overwritten: a row covers whole days.
    """
    if not ids:
        return []
    parameters: dict[str, Any] = {"ids": sorted(ids), "day": day, "learned_at": learned_at}
    rows = run(_DIFFERING.format(present), parameters)
    # A second statement: the rows closed above must be closed before theirs are opened.
    opened = [(a, c, n, v, start, learned_at) for a, c, n, v, _, start in rows if start]
    with connection.cursor() as cursor, connection.wrap_database_errors:
        execute_values(
            cursor.cursor,
            "INSERT INTO accounts_attributehistory"
            " (account_id, contact_id, attribute, value, valid_from, learned_at) VALUES %s",
            opened,
            page_size=1_000,
        )
    return [
        AttributeChange(account, HistoryAttribute(name), before, after)
        for account, _contact, name, after, before, _start in rows
        if before is not None
    ]
