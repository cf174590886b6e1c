"""Accounts as they were on a day: seats, plan, stage, tier, segment, status, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from psycopg2 import sql

from accounts.catalogue import HistoryAttribute, LifecycleStage
from accounts.queries.sizes import segment_ids, touch_tier_ids
from health.facts.scope import NEVER, FactScope, Ints, Table, number
from health.measures.inputs import Flags, Floats, ProfileFacts

STAGES = tuple(LifecycleStage)
_UNKNOWN = -1

_ATTRIBUTES = (
    HistoryAttribute.SEATS,
    HistoryAttribute.PLAN,
    HistoryAttribute.STAGE,
    HistoryAttribute.TOUCH_TIER,
    HistoryAttribute.SEGMENT,
    HistoryAttribute.STATUS,
)

# Uses index: accounts_account_pkey
_PRESENT = sql.SQL("""
    SELECT a.id, COALESCE(a.seats, -1)::bigint, COALESCE(a.plan_id, -1),
        array_position({stages}, a.stage::text)::bigint - 1,
        array_position({tiers},
            COALESCE(NULLIF(a.touch_tier_override, ''), a.touch_tier)::text)::bigint - 1,
        array_position({segments},
            COALESCE(NULLIF(a.segment_override, ''), a.segment)::text)::bigint - 1,
        (a.status = 'active')::int::bigint,
        COALESCE(LEAST(a.customer_since, c.first_day) - DATE '1970-01-01', -{never})::bigint
    FROM accounts_account a
    LEFT JOIN (
        SELECT c.account_id, min(c.starts_on) AS first_day
        FROM accounts_contract c WHERE {contracts} GROUP BY 1
    ) c ON c.account_id = a.id
    WHERE {accounts}
""")

# Uses index: history_cut
_HISTORY = sql.SQL("""
    SELECT h.account_id, array_position({attributes}, h.attribute::text)::bigint - 1,
        CASE h.attribute
            WHEN 'stage' THEN array_position({stages}, h.value::text) - 1
            WHEN 'touch_tier' THEN array_position({tiers}, h.value::text) - 1
            WHEN 'segment' THEN array_position({segments}, h.value::text) - 1
            WHEN 'status' THEN (h.value = 'active')::int
            ELSE COALESCE(NULLIF(h.value, '')::bigint, -1)
        END::bigint,
        (h.valid_from - DATE '1970-01-01')::bigint,
        COALESCE(h.valid_to - DATE '1970-01-01', {never})::bigint,
        {known}::bigint, {superseded}::bigint
    FROM accounts_attributehistory h
    WHERE h.contact_id IS NULL AND h.attribute = ANY ({attributes}) AND {accounts}
        AND h.valid_from <= {last}::date AND COALESCE(h.valid_to > {first}::date, true)
""")

# Of which accounts an attribute has a past at all. Uses index: history_cut
_RECORDED = sql.SQL("""
    SELECT h.account_id, array_position({attributes}, h.attribute::text)::bigint - 1
    FROM accounts_attributehistory h
    WHERE h.contact_id IS NULL AND h.attribute = ANY ({attributes}) AND {accounts}
    GROUP BY 1, 2
""")


@dataclass(frozen=True, slots=True)
class Profiles:
    """One element an account; -1 where unknown. Stages are places in STAGES, tiers and segments
    the ids of their definitions."""

    seats: Ints
    plan_id: Ints
    stage: Ints
    touch_tier: Ints
    segment: Ints
    is_active: Flags
    since: Ints

    def facts(self) -> ProfileFacts:
        seats: Floats = np.where(self.seats >= 0, self.seats, np.nan)
        return ProfileFacts(seats)

    def is_customer(self, day: date) -> Flags:
        return self.is_active & (self.since <= number(day))

    def days_of_history(self, day: date, *, first_day: int) -> Floats:
        """Days for which a source that began on `first_day` can know the accounts, to `day`."""
        since = np.maximum(self.since, first_day)
        return np.asarray(np.maximum(number(day) - since + 1, 0), dtype=np.float64)


def days_known(
    profiles: Profiles, *, first_days: Ints, connected_since: int | None, end: int
) -> Floats:
    """Days to `end` in which a source could see something of the accounts: since it delivers, and
    since they are customers, or began to use the product where that came first or is all we know.
    """
    if connected_since is None:
        return np.zeros(len(first_days))
    since = np.where(profiles.since > -NEVER, profiles.since, first_days)
    seen = np.maximum(np.minimum(since, first_days), connected_since)
    return np.asarray(np.maximum(end - seen + 1, 0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Past:
    """Rows of history, and of which attribute each account has any: on days that no row tells of
    it is unknown there."""

    rows: Table
    recorded: Table


@dataclass(frozen=True, slots=True)
class ProfileRows:
    present: dict[str, Ints]
    history: _Past | None

    def on(self, day: date) -> Profiles:
        values = {attribute: self.present[attribute.value].copy() for attribute in _ATTRIBUTES}
        if self.history is not None:
            _apply_history(values, self.history, number(day))
        return Profiles(
            seats=values[HistoryAttribute.SEATS],
            plan_id=values[HistoryAttribute.PLAN],
            stage=values[HistoryAttribute.STAGE],
            touch_tier=values[HistoryAttribute.TOUCH_TIER],
            segment=values[HistoryAttribute.SEGMENT],
            is_active=values[HistoryAttribute.STATUS] == 1,
            since=self.present["since"],
        )


def _apply_history(values: dict[HistoryAttribute, Ints], past: _Past, day: int) -> None:
    """What was known of the day in place of what is there today."""
    history, recorded = past.rows, past.recorded
    on_day = (history["start"] <= day) & (history["stop"] > day)
    in_force = on_day & (history["known"] <= day) & (history["superseded"] > day)
    status = _ATTRIBUTES.index(HistoryAttribute.STATUS)
    for position, attribute in enumerate(_ATTRIBUTES):
        values[attribute][recorded.position[recorded["attribute"] == position]] = _UNKNOWN
        rows = in_force & (history["attribute"] == position)
        if position == status:
            # Whom nobody knew yet is judged all the same, by what is there to judge.
            told = on_day & (history["attribute"] == position) & (history["superseded"] >= NEVER)
            values[attribute][history.position[told]] = history["value"][told]
        values[attribute][history.position[rows]] = history["value"][rows]


def load(scope: FactScope, *, with_history: bool) -> ProfileRows:
    """Without history the present is taken, which is right for a day that is today; so it is of an
    attribute of which no day was ever recorded."""
    vocabularies: dict[str, sql.Composable] = {
        "stages": sql.Literal([stage.value for stage in STAGES]),
        "tiers": _by_id(touch_tier_ids()),
        "segments": _by_id(segment_ids()),
        "never": sql.Literal(NEVER),
    }
    columns = ("id", "seats", "plan", "stage", "touch_tier", "segment", "status", "since")
    query = _PRESENT.format(
        contracts=scope.accounts("c.account_id"), accounts=scope.accounts("a.id"), **vocabularies
    )
    table = scope.fetch(query, columns)
    present = {name: _values_by_position(table, name, len(scope)) for name in columns[1:]}
    return ProfileRows(present, _load_history(scope, vocabularies) if with_history else None)


def _by_id(ids: Mapping[str, int]) -> sql.Composable:
    """An array in which each key stands one place after its id, as those of a vocabulary do."""
    keys: list[str | None] = [None] * (max(ids.values(), default=0) + 1)
    for key, place in ids.items():
        keys[place] = key
    return sql.SQL("{}::text[]").format(sql.Literal(keys))


def _load_history(scope: FactScope, vocabularies: dict[str, sql.Composable]) -> _Past:
    whose = {
        "accounts": scope.accounts("h.account_id"),
        "attributes": sql.Literal([attribute.value for attribute in _ATTRIBUTES]),
    }
    query = _HISTORY.format(
        known=scope.known("h.learned_at"),
        superseded=scope.superseded("h.superseded_at"),
        first=sql.Literal(scope.first_day),
        last=sql.Literal(scope.last_day),
        **whose,
        **vocabularies,
    )
    columns = ("id", "attribute", "value", "start", "stop", "known", "superseded")
    recorded = scope.fetch(_RECORDED.format(**whose), ("id", "attribute"))
    return _Past(scope.fetch(query, columns), recorded)


def _values_by_position(table: Table, name: str, accounts: int) -> Ints:
    values: npt.NDArray[np.int64] = np.full(accounts, -1, dtype=np.int64)
    values[table.position] = table[name]
    return values
