"""Reads facts for any accounts and days: one set-based query a source, then arrays per day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np

from accounts.models import Plan
from health.facts import activity, chosen_facts, onboarding, relationship, revenue, support, usage
from health.facts.chosen_usage import longest_window
from health.facts.features import load_catalogue
from health.facts.given import Given
from health.facts.profiles import ProfileRows
from health.facts.profiles import load as load_profiles
from health.facts.scope import NEVER, FactScope, number
from health.facts.sources import Feeds
from health.facts.usage_days import UsageDays, read_days
from health.facts.usage_sums import WINDOW
from health.measures import Facts, FactSource, demands_of
from health.measures.demands import Demand
from health.measures.inputs import Flags, Floats
from health.measures.percentiles import Distributions

__all__ = ["BaseRows", "FactRows", "FactScope", "load_base", "load_facts"]


@dataclass(frozen=True, slots=True)
class BaseRows:
    """What decides who is judged, and by which scorecard."""

    profiles: ProfileRows
    contracts: revenue.Contracts
    ledger: revenue.AccountLedger


@dataclass(frozen=True, slots=True)
class Ages:
    """Days since the relationship began, and since its first onboarding step was due (below 0: it
    is ahead); NaN where there is none."""

    since_start: Floats
    since_first_step: Floats


@dataclass(frozen=True, slots=True)
class FactRows:
    """The rows of every source for a scope; `on` turns them into facts as of a day of it."""

    base: BaseRows
    usage: usage.UsageRows
    activity: activity.Activity
    tickets: support.Tickets
    invoices: revenue.Invoices
    champions: relationship.Champions
    interactions: relationship.Interactions
    events: relationship.Events
    onboarding: onboarding.Onboarding
    chosen: chosen_facts.ChosenRows
    distributions: Mapping[date, Distributions]

    def on(self, day: date) -> Facts:
        profiles, contracts = self.base.profiles.on(day), self.base.contracts
        used, ledger = self.usage.on(day, profiles), self.base.ledger.on(day, contracts)
        return Facts(
            profile=profiles.facts(),
            usage=used,
            activity=self.activity.on(day, profiles),
            support=self.tickets.on(day, profiles),
            revenue=ledger,
            payment=self.invoices.on(day),
            contacts=self.champions.on(day),
            interactions=self.interactions.on(day, profiles),
            events=self.events.on(day),
            onboarding=self.onboarding.on(
                day, profiles=profiles, contracts=contracts, events=self.events
            ),
            chosen=self.chosen.on(
                day, Given(profiles, self.activity, used, ledger, contracts, self.invoices)
            ),
            distributions=self.distributions.get(day, Distributions()),
        )

    def ages_on(self, day: date) -> Ages:
        """How old the relationships are: since the present one began, without contracts since they
        are customers, without that since their first use."""
        today = number(day)
        started = self.base.contracts.started_on(day)
        since = self.base.profiles.on(day).since
        used = self.usage.rows.first_days
        known = np.where(since > -NEVER, since, np.where(used < NEVER, used, np.nan))
        start = np.where(np.isnan(started), known, started)
        return Ages(today - start, today - self.onboarding.first_due(day, start))


def load_base(scope: FactScope, *, with_history: bool) -> BaseRows:
    return BaseRows(
        load_profiles(scope, with_history=with_history),
        revenue.load_contracts(scope),
        revenue.load_ledger(scope),
    )


def load_facts(
    scope: FactScope,
    *,
    base: BaseRows,
    feeds: Feeds,
    since_start: Flags,
    names: Iterable[str] = (),
    distributions: Mapping[date, Distributions] = MappingProxyType({}),
) -> FactRows:
    """`since_start` marks accounts for which use since the contract began is read as well; `names`
    are the measures that will be computed: what those with parameters chose is read for them.
    `distributions` are what percentiles are of, by the day that is judged."""
    plans = list(Plan.objects.all())
    catalogue = load_catalogue(plans)
    start = base.contracts.started_on(scope.last_day)
    starts = np.where(since_start, start, np.nan) if since_start.any() else None
    demands = demands_of(names)
    days = None if scope.is_one_day else _usage_days(scope, demands)
    return FactRows(
        base=base,
        usage=usage.load(
            scope,
            catalogue=catalogue,
            connected_since=feeds.since(FactSource.USAGE),
            starts=starts,
            days=days,
        ),
        activity=activity.load(
            scope,
            connected_since=feeds.since(FactSource.ACTIVITY),
            starts=starts,
            windows=chosen_facts.people_windows(demands),
        ),
        tickets=support.load(scope, first_day=feeds.since(FactSource.SUPPORT)),
        invoices=revenue.load_invoices(scope),
        champions=relationship.load_champions(scope, first_day=feeds.since(FactSource.CONTACTS)),
        interactions=relationship.load_interactions(
            scope, first_day=feeds.since(FactSource.INTERACTIONS)
        ),
        events=relationship.load_events(scope, first_day=feeds.since(FactSource.EVENTS)),
        onboarding=onboarding.load(
            scope, first_value_days={plan.id: plan.first_value_days for plan in plans}
        ),
        chosen=chosen_facts.load_chosen(scope, demands=demands, feeds=feeds, days=days),
        distributions=distributions,
    )


def _usage_days(scope: FactScope, demands: Collection[Demand]) -> UsageDays:
    """One reading of usage for all measures."""
    asked = chosen_facts.usage_measures(demands)
    longest = max(WINDOW, longest_window(asked))
    return read_days(scope, longest=longest, of_all=bool(asked))
