"""Which draft is looked at, what it is compared with, and by which card it would judge whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import QuerySet

from accounts.catalogue import AccountStatus
from accounts.models import Account
from health import models
from health.facts import FactScope, load_base
from health.facts.rates import read_currencies
from health.facts.scope import Ints
from health.facts.sources import Feeds, remembered_feeds
from health.measures.percentiles import Distributions
from health.publishing import line_owner
from health.queries.assignment import NO_CARD, Assignment, assignment, assignment_input
from health.queries.installation import InstallationDay, calendar
from health.queries.lines import lines_with, watch_lines
from health.queries.scorecards import Card, build_spec, in_force
from health.recompute.distributions import Spread, distributions_for
from health.scoring import TOO_NEW, BandSpec, WatchLineSpec


@dataclass(frozen=True, slots=True)
class PreviewPlan:
    """What is drafted is a scorecard (`draft`), or (None) the rules by which accounts get one.

    `in_force` is the version of the draft's key that counts now; None where none does. `assignment`
    is set where each account is asked which card it would get: for rules, and for a scorecard whose
    key is not in force yet. `lines` would be watched with the draft in force; raw values are the
    same under any card, so that lines of measures are left out.
    """

    draft: Card | None
    revision: int
    in_force: Card | None
    day: date
    calendar: InstallationDay
    account_ids: Ints
    assignment: Assignment | None
    lines: tuple[WatchLineSpec, ...]
    distributions: Mapping[date, Distributions]
    feeds: Feeds

    @property
    def bands_before(self) -> tuple[BandSpec, ...]:
        if self.draft is None:
            return self.bands_after
        return self.in_force.spec.bands if self.in_force else ()

    @property
    def bands_after(self) -> tuple[BandSpec, ...]:
        """Of the draft; of rules those of all cards that they may give, one of each key."""
        if self.draft is not None:
            return self.draft.spec.bands
        cards = self.assignment.cards if self.assignment else ()
        found = {band.key: band for card in cards for band in card.spec.bands}
        return tuple(sorted(found.values(), key=lambda band: (band.order, band.key)))

    def scope(self, account_ids: Ints) -> FactScope:
        """Their facts as of the day, which is not over: as publication judges them."""
        zone = self.calendar.zone
        return FactScope(account_ids, self.day, self.day, zone, False, open_day=self.day)


def prepare(
    draft: models.Scorecard | models.RuleSet, *, day: date, account_ids: Ints | None = None
) -> PreviewPlan:
    """Reads the draft as it stands, and spreads the night that its percentiles are of; of a
    scorecard the accounts may be given. Raises NotationError where it cannot be read."""
    if isinstance(draft, models.RuleSet):
        return _prepare_rules(draft, day=day)
    card = Card(draft.pk, build_spec(draft))
    current = in_force().get(draft.key)
    lines = lines_with(owner=line_owner(draft.key), lines=card.spec.watch_lines)
    if account_ids is None:
        account_ids = _account_ids(_judged_customers(draft.key if current else None))
    feeds = remembered_feeds()
    return PreviewPlan(
        draft=card,
        revision=draft.revision,
        in_force=current,
        day=day,
        calendar=calendar(),
        account_ids=account_ids,
        assignment=None if current else assignment(also=card),
        lines=_of_scores(lines),
        distributions=_distributions_of_cards([card], day=day, feeds=feeds),
        feeds=feeds,
    )


def _prepare_rules(draft: models.RuleSet, *, day: date) -> PreviewPlan:
    chosen, feeds = assignment(rules=draft), remembered_feeds()
    return PreviewPlan(
        draft=None,
        revision=draft.revision,
        in_force=None,
        day=day,
        calendar=calendar(),
        account_ids=_account_ids(_active_customers()),
        assignment=chosen,
        lines=_of_scores(watch_lines().specs),
        distributions=_distributions_of_cards(chosen.cards, day=day, feeds=feeds),
        feeds=feeds,
    )


def _of_scores(lines: Iterable[WatchLineSpec]) -> tuple[WatchLineSpec, ...]:
    return tuple(line for line in lines if not line.measure)


def _distributions_of_cards(
    cards: Iterable[Card], *, day: date, feeds: Feeds
) -> Mapping[date, Distributions]:
    names = dict.fromkeys(key for card in cards for key in card.spec.raw_keys)
    using = Spread(calendar().zone, day, feeds)
    return distributions_for([day], names=tuple(names), using=using)


def count_accounts(draft: models.Scorecard | models.RuleSet) -> int:
    """How many accounts a preview has to look at."""
    if isinstance(draft, models.RuleSet):
        return _active_customers().count()
    return _judged_customers(draft.key if draft.key in in_force() else None).count()


def _active_customers() -> QuerySet[Account]:
    """Rules decide about everybody, also about who was never judged or is too new."""
    return Account.objects.filter(status=AccountStatus.ACTIVE)


def _judged_customers(key: str | None) -> QuerySet[Account]:
    """Customers that are not too new and have been judged, by any version of this scorecard or
    (None) by any; none that no rule gives one any more."""
    judged = _active_customers().filter(health__lacks_rule=False).exclude(health__band=TOO_NEW)
    return judged if key is None else judged.filter(health__scorecard__key=key)


def _account_ids(accounts: QuerySet[Account]) -> Ints:
    return np.array(list(accounts.order_by("pk").values_list("pk", flat=True)), dtype=np.int64)


def cards_to(plan: PreviewPlan, account_ids: Ints) -> Iterator[tuple[Card, Ints]]:
    """Cards, and the accounts that they would judge; none twice."""
    if plan.assignment is None and plan.draft is not None:
        yield plan.draft, account_ids
        return
    if plan.assignment is None or not len(account_ids):
        return
    scope = plan.scope(account_ids)
    base = load_base(scope, with_history=False)
    currencies = read_currencies(scope.account_ids, base=plan.calendar.currency)
    standing = assignment_input(base, day=plan.day, currencies=currencies)
    is_customer = base.profiles.on(plan.day).is_customer(plan.day)
    chosen = np.where(is_customer, plan.assignment.choose(standing), NO_CARD)
    for place, card in enumerate(plan.assignment.cards):
        if plan.draft is None or card.spec.key == plan.draft.spec.key:
            yield card, np.asarray(account_ids[chosen == place], dtype=np.int64)
