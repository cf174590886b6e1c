"""Facts that measures with parameters demand: one query a source, and none where nobody asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from django.db import connection
from psycopg2 import sql

from accounts.models import Feature, Installation, Plan
from health.facts.chosen_usage import UsageMeasure, Used, load_used
from health.facts.demanded_rows import DemandedRows, load_demanded
from health.facts.features import is_offered
from health.facts.given import Given
from health.facts.rates import whole_units
from health.facts.scope import FactScope, Table, number
from health.facts.sources import Feeds
from health.facts.usage_days import UsageDays
from health.facts.windows import count, total, within
from health.measures import FactSource
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
    SurveyScore,
    ValueHistory,
)
from health.measures.inputs import Floats, ratio
from surveys.catalogue import CHECKPOINTS, SurveyType

Kind = TypeVar("Kind")
_SCORED = [SurveyType.NPS.value, SurveyType.CSAT.value, SurveyType.CES.value]

# Uses index: event_account_kind
_EVENTS = sql.SQL("""
    SELECT e.account_id, (e.occurred_on - DATE '1970-01-01')::bigint, {known}::bigint,
        array_position({kinds}, e.kind::text)::bigint - 1
    FROM accounts_businessevent e
    WHERE {accounts} AND e.occurred_on <= {last}::date AND e.kind = ANY ({kinds})
""")


# Uses index: response_of_account
_ANSWERS = sql.SQL("""
    SELECT r.account_id, {day}::bigint, {known}::bigint,
        array_position({kinds}, r.kind::text)::bigint - 1, r.standing::bigint,
        (r.moment = ANY ({checkpoints}))::int::bigint
    FROM surveys_response r
    WHERE {accounts} AND {answered_by_then} AND r.kind = ANY ({kinds})
        AND r.moment <> 'after_ticket'
""")


# From when on events of a feature have a value, as it was known on each day.
# Uses index: usage_with_a_value
_VALUED = sql.SQL("""
    SELECT f.key, d.day::date, (SELECT u.day FROM accounts_usageday u
        WHERE u.feature_id = f.id AND u.value IS NOT NULL AND u.day <= d.day::date {known}
        ORDER BY u.day LIMIT 1)
    FROM unnest({keys}::text[], {ids}::smallint[]) f(key, id),
        generate_series({first}::date, {last}::date, '1 day') d(day)
""")


@dataclass(frozen=True, slots=True)
class ChosenRows:
    demands: frozenset[Demand]
    scope: FactScope
    used: Used | None
    events: Table | None
    answers: Table | None
    kinds: tuple[str, ...]
    events_since: int | None
    features: dict[str, Feature]
    valued_since: dict[tuple[str, date], date]
    plans: dict[int, str]
    currency: str
    sources: tuple[DemandedRows, ...]

    def on(self, day: date, given: Given) -> ChosenFacts:
        return ChosenFacts(
            {demand: self._answer_demand(demand, day, given) for demand in self.demands}
        )

    def _answer_demand(self, demand: Demand, day: date, given: Given) -> Floats:
        end, today = number(self.scope.window_end(day)), number(day)
        match demand:
            case FeatureHistory():
                return self._feature_history_days(demand.feature, day, given)
            case EventsOfKind() | SurveyScore():
                return self._of_dated_rows(demand, today)
            case EventHistory():
                return given.profiles.days_of_history(day, first_day=self.events_since or 0)
            case OwnSegment() | ArrInBase():
                return self._of_profile(demand, day, given)
            case ValueHistory():
                since = self.valued_since.get((demand.feature, day))
                return np.full(len(self.scope), _days_since(since, end=end))
            case ActivePeople():
                return given.activity.people(day, demand.days, newest=demand.newest)
            case FeatureEvents() | FeatureWeeks() if self.used is not None:
                return self.used.on(demand, end=end, known_by=today)
            case _:
                return self._of_source(demand, day, given)

    def _of_source(self, demand: Demand, day: date, given: Given) -> Floats:
        answers = (rows.answer(demand, day, given) for rows in self.sources)
        found = next((answer for answer in answers if answer is not None), None)
        if found is None:
            raise ValueError(f"{demand} was demanded and not read")
        return found

    def _of_dated_rows(self, demand: EventsOfKind | SurveyScore, today: int) -> Floats:
        if isinstance(demand, EventsOfKind) and self.events is not None:
            return self._events_of_kind(self.events, demand, today)
        if isinstance(demand, SurveyScore) and self.answers is not None:
            return self._survey_score(self.answers, demand, today)
        raise ValueError(f"{demand} was demanded and not read")

    def _events_of_kind(self, table: Table, demand: EventsOfKind, today: int) -> Floats:
        rows = within(table, day=today, window=demand.days)
        rows &= table["kind"] == self.kinds.index(demand.kind)
        return count(table, rows, accounts=len(self.scope))

    def _survey_score(self, table: Table, demand: SurveyScore, today: int) -> Floats:
        dated = table["day"]
        rows = (dated <= today - demand.newest) & (dated > today - demand.oldest)
        rows &= table["known"] <= today
        rows &= table["kind"] == _SCORED.index(demand.kind)
        if demand.at_checkpoints:
            rows &= table["at_checkpoint"] == 1
        standing = table["standing"]
        points = standing if demand.kind == SurveyType.NPS else np.maximum(standing, 0)
        accounts = len(self.scope)
        answered = count(table, rows, accounts=accounts)
        return 100 * ratio(total(table, rows, points, accounts=accounts), answered)

    def _feature_history_days(self, key: str, day: date, given: Given) -> Floats:
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

    def _of_profile(self, demand: OwnSegment | ArrInBase, day: date, given: Given) -> Floats:
        if isinstance(demand, OwnSegment):
            return given.profiles.segment.astype(np.float64)
        arr = given.revenue.arr
        known = np.nan_to_num(arr, nan=0.0)
        worth = whole_units(self.scope.account_ids, known, base=self.currency, day=day)
        return np.where(np.isnan(arr), np.nan, worth)


def _days_since(first: date | None, *, end: int) -> float:
    return np.nan if first is None else max(end - number(first) + 1, 0)


def people_windows(demands: Collection[Demand]) -> set[tuple[int, int]]:
    """Lengths, and how long before the last closed day they end."""
    return {(each.days, each.newest) for each in _demands_of_kind(demands, ActivePeople)}


def usage_measures(demands: Collection[Demand]) -> list[UsageMeasure]:
    return [*_demands_of_kind(demands, FeatureEvents), *_demands_of_kind(demands, FeatureWeeks)]


def load_chosen(
    scope: FactScope,
    *,
    demands: Collection[Demand],
    feeds: Feeds,
    days: UsageDays | None,
) -> ChosenRows:
    """`days`: use day by day, of a scope of several days."""
    keys = {d.feature for d in _demands_of_kind(demands, FeatureEvents) if d.feature is not None}
    keys |= {d.feature for d in _demands_of_kind(demands, FeatureWeeks)}
    keys |= {d.feature for d in _demands_of_kind(demands, FeatureHistory)}
    features = {row.key: row for row in Feature.objects.filter(key__in=keys)} if keys else {}
    used = usage_measures(demands)
    kinds = tuple(sorted({d.kind for d in _demands_of_kind(demands, EventsOfKind)}))
    ids = {key: row.pk for key, row in features.items()}
    valued = {
        d.feature: ids[d.feature]
        for d in _demands_of_kind(demands, ValueHistory)
        if d.feature in ids
    }
    return ChosenRows(
        demands=frozenset(demands),
        scope=scope,
        used=load_used(scope, used, ids=ids, days=days) if used else None,
        events=_load_events(scope, kinds) if kinds else None,
        answers=_load_answers(scope) if _demands_of_kind(demands, SurveyScore) else None,
        kinds=kinds,
        events_since=feeds.since(FactSource.EVENTS),
        features=features,
        valued_since=_load_valued(scope, valued) if valued else {},
        plans=dict(Plan.objects.values_list("pk", "key")) if features else {},
        currency=Installation.current().currency if ArrInBase() in demands else "",
        sources=load_demanded(scope, demands, feeds),
    )


def _load_valued(scope: FactScope, ids: Mapping[str, int]) -> dict[tuple[str, date], date]:
    known = sql.SQL("AND u.learned_on <= d.day::date" if scope.as_known else "")
    query = _VALUED.format(
        known=known,
        keys=sql.Literal(list(ids)),
        ids=sql.Literal(list(ids.values())),
        first=sql.Literal(scope.first_day),
        last=sql.Literal(scope.last_day),
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {(key, day): since for key, day, since in cursor if since is not None}


def _demands_of_kind(demands: Collection[Demand], kind: type[Kind]) -> list[Kind]:
    return [demand for demand in demands if isinstance(demand, kind)]


def _load_answers(scope: FactScope) -> Table:
    query = _ANSWERS.format(
        day=scope.day_of("r.answered_at"),
        known=scope.known("r.learned_at"),
        kinds=sql.SQL("{}::text[]").format(sql.Literal(_SCORED)),
        checkpoints=sql.SQL("{}::text[]").format(sql.Literal([str(each) for each in CHECKPOINTS])),
        accounts=scope.accounts("r.account_id"),
        answered_by_then=scope.before("r.answered_at", scope.last_day),
    )
    return scope.fetch(query, ("id", "day", "known", "kind", "standing", "at_checkpoint"))


def _load_events(scope: FactScope, kinds: tuple[str, ...]) -> Table:
    query = _EVENTS.format(
        known=scope.known("e.learned_at"),
        kinds=sql.SQL("{}::text[]").format(sql.Literal(list(kinds))),
        accounts=scope.accounts("e.account_id"),
        last=sql.Literal(scope.last_day),
    )
    return scope.fetch(query, ("id", "day", "known", "kind"))
