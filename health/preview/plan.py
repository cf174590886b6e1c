"""Which draft is looked at, what it is compared with, and which accounts it would judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import QuerySet

from accounts.catalogue import AccountStatus
from health import models
from health.facts import BaseRows, FactScope, load_base
from health.facts.rates import whole_units
from health.facts.scope import Ints, number
from health.facts.sources import remembered_feeds
from health.measures.percentiles import Distributions
from health.publishing import line_owner
from health.queries.assignment import Assignment, AssignmentInput, assignment
from health.queries.installation import InstallationDay, calendar
from health.queries.lines import lines_with
from health.queries.scorecards import Card, build_spec, in_force
from health.recompute.distributions import Spread, distributions_for
from health.scoring import TOO_NEW, WatchLineSpec


@dataclass(frozen=True, slots=True)
class PreviewPlan:
    """`in_force` is the version of the draft's key that counts now; None where none does.

    `assignment` is set only where the draft's key is not in force yet: then every account is
    asked whether it would get the draft. `lines` would be watched with the draft in force; raw
    values are the same under any card, so that lines of measures are left out.
    """

    draft: Card
    revision: int
    in_force: Card | None
    day: date
    calendar: InstallationDay
    account_ids: Ints
    assignment: Assignment | None
    lines: tuple[WatchLineSpec, ...]
    distributions: Mapping[date, Distributions]

    def scope(self, account_ids: Ints) -> FactScope:
        """Their facts as of the day, which is not over: as publication judges them."""
        zone = self.calendar.zone
        return FactScope(account_ids, self.day, self.day, zone, False, open_day=self.day)


def prepare(scorecard: models.Scorecard, *, day: date) -> PreviewPlan:
    """Reads the draft as it stands, and spreads the night that its percentiles are of. Raises
    NotationError where it cannot be read."""
    draft = Card(scorecard.pk, build_spec(scorecard))
    current = in_force().get(scorecard.key)
    lines = lines_with(owner=line_owner(scorecard.key), lines=draft.spec.watch_lines)
    spread = Spread(calendar().zone, day, remembered_feeds())
    return PreviewPlan(
        draft=draft,
        revision=scorecard.revision,
        in_force=current,
        day=day,
        calendar=calendar(),
        account_ids=_judged_accounts(scorecard.key if current else None),
        assignment=None if current else assignment(also=draft),
        lines=tuple(line for line in lines if not line.measure),
        distributions=distributions_for([day], names=draft.spec.raw_keys, using=spread),
    )


def count_accounts(scorecard: models.Scorecard) -> int:
    """How many accounts a preview has to look at."""
    return _judged(scorecard.key if scorecard.key in in_force() else None).count()


def _judged(key: str | None) -> QuerySet[models.CurrentHealth]:
    """Customers that are not too new and have been judged, by any version of this scorecard or
    (None) by any."""
    customers = models.CurrentHealth.objects.filter(account__status=AccountStatus.ACTIVE)
    judged = customers.exclude(band=TOO_NEW)
    return judged if key is None else judged.filter(scorecard__key=key)


def _judged_accounts(key: str | None) -> Ints:
    ids = _judged(key).order_by("pk").values_list("pk", flat=True)
    return np.array(list(ids), dtype=np.int64)


def accounts_of_draft(plan: PreviewPlan, account_ids: Ints) -> Ints:
    """Those of the accounts that the draft would judge."""
    if plan.assignment is None or not len(account_ids):
        return account_ids
    scope = plan.scope(account_ids)
    chosen = plan.assignment.choose(_standing(plan, scope, load_base(scope, with_history=False)))
    keys = [card.spec.key for card in plan.assignment.cards]
    place = keys.index(plan.draft.spec.key)
    return np.asarray(account_ids[chosen == place], dtype=np.int64)


def _standing(plan: PreviewPlan, scope: FactScope, base: BaseRows) -> AssignmentInput:
    profiles, today = base.profiles.on(plan.day), number(plan.day)
    arr = base.ledger.arr(effective=today, today=today)
    arr = whole_units(scope.account_ids, arr, base=plan.calendar.currency, day=plan.day)
    return AssignmentInput(
        profiles.stage, profiles.touch_tier, profiles.segment, profiles.plan_id, arr
    )
