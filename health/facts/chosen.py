"""Facts that measures with parameters demand: one query a source, and none where nobody asks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from psycopg2 import sql

from accounts.models import Feature, Installation, Plan
from health.facts.features import is_offered
from health.facts.people import People, load_people
from health.facts.profiles import Profiles
from health.facts.rates import whole_units
from health.facts.scope import FactScope, Table, number
from health.facts.used import UsageMeasure, Used, load_used
from health.facts.windows import count, within
from health.measures.demands import (
    ActivePeople,
    ArrInBase,
    ChosenFacts,
    Demand,
    EventHistory,
    EventsOfKind,
    FeatureEvents,
    FeatureHistory,
    FeatureWeeks,
    OwnSegment,
)
from health.measures.inputs import Floats, RevenueFacts, UsageFacts

Kind = TypeVar("Kind")

# Uses index: event_account_kind
_EVENTS = sql.SQL("""
    SELECT e.account_id, (e.occurred_on - DATE '1970-01-01')::bigint, {known}::bigint,
        array_position({kinds}, e.kind::text)::bigint - 1
    FROM accounts_businessevent e
    WHERE {accounts} AND e.occurred_on <= {last}::date AND e.kind = ANY ({kinds})
""")


@dataclass(frozen=True, slots=True)
class Given:
    """What has been cut as of the day already."""

    profiles: Profiles
    usage: UsageFacts
    revenue: RevenueFacts


@dataclass(frozen=True, slots=True)
class ChosenRows:
    demands: frozenset[Demand]
    scope: FactScope
    used: Used | None
    people: People | None
    events: Table | None
    kinds: tuple[str, ...]
    events_since: int | None
    features: dict[str, Feature]
    plans: dict[int, str]
    currency: str

    def on(self, day: date, given: Given) -> ChosenFacts:
        return ChosenFacts({demand: self._answer(demand, day, given) for demand in self.demands})

    def _answer(self, demand: Demand, day: date, given: Given) -> Floats:
        end, today = number(self.scope.window_end(day)), number(day)
        match demand:
            case FeatureHistory():
                return self._history(demand.feature, day, given)
            case EventsOfKind() if self.events is not None:
                rows = within(self.events, day=today, window=demand.days)
                rows &= self.events["kind"] == self.kinds.index(demand.kind)
                return count(self.events, rows, accounts=len(self.scope))
            case EventHistory():
                return given.profiles.days_of_history(day, first_day=self.events_since or 0)
            case OwnSegment():
                return given.profiles.segment.astype(np.float64)
            case ArrInBase():
                return self._arr(day, given.revenue.arr)
            case ActivePeople() if self.people is not None:
                return self.people.on(end, demand.days, today)
            case FeatureEvents() | FeatureWeeks() if self.used is not None:
                return self.used.on(demand, end=end, known_by=today)
            case _:
                raise ValueError(f"{demand} was demanded and not read")

    def _history(self, key: str, day: date, given: Given) -> Floats:
        """From the feature's first day on, where that came later than the account's."""
        feature = self.features.get(key)
        if feature is None:
            return np.full(len(self.scope), np.nan)
        since = number(feature.valid_from)
        there = max(number(self.scope.window_end(day)) - since + 1, 0)
        offered = {
            plan: is_offered(feature, self.plans.get(plan), day)
            for plan in np.unique(given.profiles.plan_id).tolist()
        }
        has_it = np.array([offered[plan] for plan in given.profiles.plan_id.tolist()], dtype=bool)
        return np.where(has_it, np.minimum(given.usage.history, there), np.nan)

    def _arr(self, day: date, arr: Floats) -> Floats:
        known = np.nan_to_num(arr, nan=0.0)
        worth = whole_units(self.scope.account_ids, known, base=self.currency, day=day)
        return np.where(np.isnan(arr), np.nan, worth)


def load_chosen(
    scope: FactScope, *, demands: Collection[Demand], events_since: int | None
) -> ChosenRows:
    keys = {d.feature for d in _of(demands, FeatureEvents) if d.feature is not None}
    keys |= {d.feature for d in _of(demands, FeatureWeeks)}
    keys |= {d.feature for d in _of(demands, FeatureHistory)}
    features = {row.key: row for row in Feature.objects.filter(key__in=keys)} if keys else {}
    used: list[UsageMeasure] = [*_of(demands, FeatureEvents), *_of(demands, FeatureWeeks)]
    windows = sorted({d.days for d in _of(demands, ActivePeople)})
    kinds = tuple(sorted({d.kind for d in _of(demands, EventsOfKind)}))
    ids = {key: row.pk for key, row in features.items()}
    return ChosenRows(
        demands=frozenset(demands),
        scope=scope,
        used=load_used(scope, used, ids=ids) if used else None,
        people=load_people(scope, windows) if windows else None,
        events=_load_events(scope, kinds) if kinds else None,
        kinds=kinds,
        events_since=events_since,
        features=features,
        plans=dict(Plan.objects.values_list("pk", "key")) if features else {},
        currency=Installation.current().currency if ArrInBase() in demands else "",
    )


def _of(demands: Collection[Demand], kind: type[Kind]) -> list[Kind]:
    return [demand for demand in demands if isinstance(demand, kind)]


def _load_events(scope: FactScope, kinds: tuple[str, ...]) -> Table:
    query = _EVENTS.format(
        known=scope.known("e.learned_at"),
        kinds=sql.SQL("{}::text[]").format(sql.Literal(list(kinds))),
        accounts=scope.accounts("e.account_id"),
        last=sql.Literal(scope.last_day),
    )
    return scope.fetch(query, ("id", "day", "known", "kind"))
