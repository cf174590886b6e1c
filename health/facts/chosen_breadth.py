"""Which features people used in a window, and on how many days anybody was there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from psycopg2 import sql

from accounts.models import Feature, Plan
from health.facts.features import is_offered
from health.facts.given import Given
from health.facts.scope import FactScope, Ints, Table, number
from health.facts.sources import Feeds
from health.facts.windows import summed
from health.measures.demands import ActiveDays, Demand, FeaturesOffered, FeaturesUsed
from health.measures.inputs import Flags, Floats

# Of one day the latest use of each feature says in which windows it was used.
_LATEST = sql.SQL("""
    SELECT u.account_id, u.feature_id::bigint, (max(u.day) - DATE '1970-01-01')::bigint, 0::bigint
    FROM accounts_usageday u
    WHERE {accounts} AND u.day > {first}::date - {before} AND u.day <= {last}::date
        AND u.actor = 0 AND u.events > 0 AND ({known})
    GROUP BY 1, 2
""")
_EACH_DAY = sql.SQL("""
    SELECT u.account_id, u.feature_id::bigint, (u.day - DATE '1970-01-01')::bigint,
        CASE WHEN {as_known} THEN u.learned_on - DATE '1970-01-01' ELSE 0 END::bigint
    FROM accounts_usageday u
    WHERE {accounts} AND u.day > {first}::date - {before} AND u.day <= {last}::date
        AND u.actor = 0 AND u.events > 0
""")

# Days of a month on which any person was active, as bits.
_MONTHS = sql.SQL("""
    SELECT m.account_id, (m.month - DATE '1970-01-01')::bigint, bit_or(m.days)::bigint
    FROM accounts_usermonth m
    WHERE {accounts} AND m.month > {first}::date - {before} AND m.month <= {last}::date
        AND m.actor = 0 AND m.days <> 0
    GROUP BY 1, 2
""")
_MONTH = 31


@dataclass(frozen=True, slots=True)
class BreadthRows:
    """`features` are all there are, `plans` the key of each."""

    used: Table | None
    months: Table | None
    features: tuple[Feature, ...]
    plans: dict[int, str]
    scope: FactScope

    def answer(self, demand: Demand, day: date, given: Given) -> Floats | None:
        match demand:
            case ActiveDays() if self.months is not None:
                return self._active_days(self.months, demand, day, given)
            case FeaturesUsed() if self.used is not None:
                return self._features_used(self.used, demand, day, given.profiles.plan_id)
            case FeaturesOffered():
                offered = self._offered_features(day, given.profiles.plan_id)
                return np.asarray(offered.sum(axis=1), dtype=np.float64)
            case _:
                return None

    def _active_days(self, table: Table, asked: ActiveDays, day: date, given: Given) -> Floats:
        end = number(self.scope.window_end(day))
        month = table["month"]
        low = np.clip(end - asked.days + 1 - month, 0, _MONTH)
        high = np.clip(end - month + 1, 0, _MONTH)
        bits = (table["days"] >> low << low) & ((1 << high) - 1)
        found = summed(table.position, np.bitwise_count(bits), accounts=len(self.scope))
        counted = given.activity.counted.largest(end=end, window=asked.days, known_by=number(day))
        return np.where((found == 0) & (counted > 0), np.nan, found)

    def _features_used(self, table: Table, asked: FeaturesUsed, day: date, plan_id: Ints) -> Floats:
        end = number(self.scope.window_end(day))
        rows = (table["day"] <= end) & (table["day"] > end - asked.days)
        rows &= table["known"] <= number(day)
        pairs = np.unique(table.position[rows] << 16 | table["feature"][rows])
        position, feature = pairs >> 16, pairs & 0xFFFF
        if asked.of_plan:
            place = np.zeros(1 << 16, dtype=np.int64)
            place[[each.id for each in self.features]] = np.arange(len(self.features))
            position = position[self._offered_features(day, plan_id)[position, place[feature]]]
        return np.bincount(position, minlength=len(self.scope)).astype(np.float64)

    def _offered_features(self, day: date, plan_id: Ints) -> Flags:
        """accounts × features: True where the account's plan offers it on the day."""
        plans, places = np.unique(plan_id, return_inverse=True)
        offered = [
            [
                feature.valid_from <= day and is_offered(feature, self.plans.get(plan), day)
                for feature in self.features
            ]
            for plan in plans.tolist()
        ]
        table = np.array(offered, dtype=np.bool_).reshape(len(plans), len(self.features))
        return table[places]


def load_breadth(
    scope: FactScope, demands: Collection[Demand], _feeds: Feeds
) -> BreadthRows | None:
    used = [each.days for each in demands if isinstance(each, FeaturesUsed)]
    active = [each.days for each in demands if isinstance(each, ActiveDays)]
    about_features = bool(used) or FeaturesOffered() in demands
    if not active and not about_features:
        return None
    return BreadthRows(
        used=_load_used(scope, max(used)) if used else None,
        months=_load_months(scope, max(active)) if active else None,
        features=tuple(Feature.objects.order_by("id")) if about_features else (),
        plans=dict(Plan.objects.values_list("pk", "key")) if about_features else {},
        scope=scope,
    )


def _load_used(scope: FactScope, longest: int) -> Table:
    shared = {
        "accounts": scope.accounts("u.account_id"),
        "first": sql.Literal(scope.window_end(scope.first_day)),
        "last": sql.Literal(scope.window_end(scope.last_day)),
        # Windows as of the first day of a block end on the day before at the earliest.
        "before": sql.Literal(longest + (0 if scope.is_one_day else 1)),
    }
    if scope.is_one_day:
        known = sql.SQL("true")
        if scope.as_known:
            known = sql.SQL("u.learned_on <= {}").format(sql.Literal(scope.last_day))
        query = _LATEST.format(known=known, **shared)
    else:
        query = _EACH_DAY.format(as_known=sql.Literal(scope.as_known), **shared)
    return scope.fetch(query, ("id", "feature", "day", "known"))


def _load_months(scope: FactScope, longest: int) -> Table:
    query = _MONTHS.format(
        accounts=scope.accounts("m.account_id"),
        first=sql.Literal(scope.window_end(scope.first_day) - timedelta(days=1)),
        last=sql.Literal(scope.last_day),
        before=sql.Literal(longest + _MONTH),
    )
    return scope.fetch(query, ("id", "month", "days"))
