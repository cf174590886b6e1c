"""What reports are cut by, as it was."""

from datetime import date
from enum import StrEnum

import numpy as np
from django.db import connection

from accounts.catalogue import HistoryAttribute
from accounts.queries.sizes import segment_ids, touch_tier_ids
from metrics.facts.copied_columns import copy_columns
from metrics.facts.scope import ReportScope
from metrics.retention.attributes import AttributeArrays

_ALWAYS = 1  # an ordinal before any day
# Groups of a cut that stand for no value, as they are stored and named in addresses: recorded from
# a later day on, and never recorded. In the places of NOT_YET and UNKNOWN, counted from the end.
UNKNOWN_BEFORE, NOT_RECORDED = NOT_KNOWN = ("?", "")


class Cut(StrEnum):
    SEGMENT = "segment"
    TIER = "tier"
    CSM = "csm"
    PLAN = "plan"
    INDUSTRY = "industry"
    REGION = "region"
    START_QUARTER = "start_quarter"


_HISTORY = {
    Cut.SEGMENT: HistoryAttribute.SEGMENT,
    Cut.TIER: HistoryAttribute.TOUCH_TIER,
    Cut.CSM: HistoryAttribute.OWNER,
    Cut.PLAN: HistoryAttribute.PLAN,
}

# Asked of the rows, three names cost reading every one of them.
_VOCABULARY = {
    HistoryAttribute.SEGMENT: segment_ids,
    HistoryAttribute.TOUCH_TIER: touch_tier_ids,
}
# A scan: all there was of the attribute, as it was known.
_RECORDED = """
    SELECT h.account_id, h.valid_from, array_position(%(values)s::varchar[], h.value)::int4
    FROM accounts_attributehistory h
    WHERE h.attribute = %(attribute)s AND h.contact_id IS NULL AND {scope}
    ORDER BY h.account_id, h.valid_from, h.id
"""
_DISTINCT = """
    SELECT DISTINCT h.value FROM accounts_attributehistory h
    WHERE h.attribute = %(attribute)s AND h.contact_id IS NULL ORDER BY h.value
"""
_FIRST_DAY = """
    SELECT min(f.day) FROM (
        SELECT min(h.valid_from) AS day FROM accounts_attributehistory h
        WHERE h.attribute = %(attribute)s AND h.contact_id IS NULL AND h.superseded_at IS NULL
        GROUP BY h.account_id
    ) f WHERE f.day > %(after)s
"""
# Not kept in history: the present value counts for every day.
_PRESENT = """
    SELECT a.id, array_position(%(values)s::varchar[], a.{column})::int4
    FROM accounts_account a WHERE {scope} ORDER BY a.id
"""


def read_cut(*, cut: Cut, scope: ReportScope) -> AttributeArrays:
    """Every value of a cut; START_QUARTER comes from the ledger (`start_quarters`)."""
    if cut in _HISTORY:
        return _read_history(_HISTORY[cut], scope)
    return _read_present(cut, scope)


def known_from(*, cut: Cut, after: date) -> date | None:
    """The first day after `after` from which the attribute of any account is known."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_DAY, {"attribute": _HISTORY[cut], "after": after})
        day: date | None = cursor.fetchone()[0]
    return day


def _attribute_values(attribute: HistoryAttribute) -> tuple[str, ...]:
    if attribute in _VOCABULARY:
        return tuple(sorted(_VOCABULARY[attribute]()))
    with connection.cursor() as cursor:
        cursor.execute(_DISTINCT, {"attribute": attribute})
        return tuple(value for (value,) in cursor.fetchall())


def _read_history(attribute: HistoryAttribute, scope: ReportScope) -> AttributeArrays:
    values = _attribute_values(attribute)
    condition = scope.condition(
        account="h.account_id", learned="h.learned_at", superseded="h.superseded_at"
    )
    rows = copy_columns(
        sql=_RECORDED.format(scope=condition),
        params={"values": list(values), "attribute": attribute.value},
        columns={"account": "i8", "day": "date", "value": "i4"},
    )
    return AttributeArrays(
        account=rows["account"], day=rows["day"], value=rows["value"] - 1, values=values
    )


def _read_present(cut: Cut, scope: ReportScope) -> AttributeArrays:
    column = {Cut.INDUSTRY: "industry", Cut.REGION: "region"}[cut]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {column} FROM accounts_account ORDER BY 1")  # noqa: S608 -- a name from the mapping above
        values = tuple(value for (value,) in cursor.fetchall())
    rows = copy_columns(
        sql=_PRESENT.format(column=column, scope=scope.condition(account="a.id")),
        params={"values": list(values)},
        columns={"account": "i8", "value": "i4"},
    )
    always = np.full(len(rows["account"]), _ALWAYS, dtype=np.int64)
    return AttributeArrays(
        account=rows["account"], day=always, value=rows["value"] - 1, values=values
    )
