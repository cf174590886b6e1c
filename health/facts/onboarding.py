"""Onboarding steps, and when the first value moment was due and reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from psycopg2 import sql

from health.facts.profiles import Profiles
from health.facts.relationship import Events
from health.facts.revenue import Contracts
from health.facts.scope import NEVER, FactScope, Table, number
from health.facts.windows import count
from health.measures.inputs import Floats, OnboardingFacts

_DEFAULT_FIRST_VALUE_DAYS = 30.0

_STEPS = sql.SQL("""
    SELECT s.account_id, (s.due_on - DATE '1970-01-01')::bigint, {known}::bigint,
        COALESCE(s.done_on - DATE '1970-01-01', {never})::bigint
    FROM accounts_onboardingstep s
    WHERE {accounts}
""")


@dataclass(frozen=True, slots=True)
class Onboarding:
    steps: Table
    first_value_days: dict[int, int]
    accounts: int

    def on(
        self, day: date, *, profiles: Profiles, contracts: Contracts, events: Events
    ) -> OnboardingFacts:
        today, start = number(day), contracts.started_on(day)
        known = self.steps["known"] <= today
        due = known & (self.steps["day"] <= today)
        done = due & (self.steps["done"] <= today)
        return OnboardingFacts(
            delivered=count(self.steps, known, accounts=self.accounts) > 0,
            steps_due=count(self.steps, due, accounts=self.accounts),
            steps_done_of_due=count(self.steps, done, accounts=self.accounts),
            days_since_start=today - start,
            first_value_day=events.first_value(day, start=start),
            first_value_due_day=self._due_days(profiles),
        )

    def first_due(self, day: date, start: Floats) -> Floats:
        """Day number on which the first step since `start` is due, of those known by `day`; NaN
        without one."""
        first = np.full(self.accounts, np.inf)
        rows = (self.steps["known"] <= number(day)) & ~(
            self.steps["day"] < start[self.steps.position]
        )
        np.minimum.at(first, self.steps.position[rows], self.steps["day"][rows].astype(np.float64))
        return np.where(np.isinf(first), np.nan, first)

    def _due_days(self, profiles: Profiles) -> Floats:
        days = np.full(self.accounts, _DEFAULT_FIRST_VALUE_DAYS)
        for plan_id, target in self.first_value_days.items():
            days[profiles.plan_id == plan_id] = target
        return days


def load(scope: FactScope, *, first_value_days: dict[int, int]) -> Onboarding:
    query = _STEPS.format(
        known=scope.known("s.learned_at"),
        never=sql.Literal(NEVER),
        accounts=scope.accounts("s.account_id"),
    )
    steps = scope.fetch(query, ("id", "day", "known", "done"))
    return Onboarding(steps, first_value_days, len(scope))
