"""What became of the low answers of the last weeks: some told, some acted on, some just in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from accounts.models import User
from cs_platform.demo.desk import DESK
from surveys.catalogue import Moment, TriageCriterion
from surveys.models import FollowUp, Response

LOOKED_BACK = timedelta(days=60)
DUE_WITHIN = timedelta(days=1)
# Hours after the step before, on average; one step in three takes eight times as long.
_TRIAGED_AFTER, _ACTED_AFTER, _TOLD_AFTER = 24.0, 220.0, 170.0
_SLOW, _SLOWER = 0.33, 8.0
# So many lie on the desk of the demo at least: answers in between are picked by hand.
ON_DESK = 4
# Of so many the newest one was looked at by nobody yet.
UNTOUCHED_OF = 5
_OFFICE = "ops@demo.example"
_CHANGES = {
    TriageCriterion.PRODUCT: "The way they worked before the release is back as a setting.",
    TriageCriterion.RELIABILITY: "The slow pages were traced to one report, which was rewritten.",
    TriageCriterion.SUPPORT: "Their tickets go to a named person, who calls back within a day.",
    TriageCriterion.ONBOARDING: "A second training for the people who joined later.",
    TriageCriterion.PRICE: "Unused seats leave the contract at the renewal.",
    TriageCriterion.RELATIONSHIP: "A monthly call with the owner, on a fixed day.",
}


@dataclass(frozen=True, slots=True)
class StepDays:
    """Of one loop: when each step was taken; None where it was not by the last day."""

    triaged: datetime | None
    acted: datetime | None
    told: datetime | None


def follow_past_answers(*, last_day: date, seed: int) -> int:
    """Opens a loop for each low answer of the last weeks, and for a few in between of the desk, of
    the account's owner, and takes it as far as its age allows; how many. Emits nothing: what it
    would start belongs to the past."""
    end = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=UTC)
    lately = Response.objects.filter(
        answered_at__gte=end - LOOKED_BACK, answered_at__lt=end, follow_up=None
    ).exclude(moment=Moment.AFTER_TICKET)
    lately = lately.select_related("account__owner").order_by("pk")
    found = [*lately.filter(standing=-1)]
    on_desk = FollowUp.objects.filter(owner__email=DESK).count()
    on_desk += sum(each.account.owner is not None and each.account.owner.email == DESK
                   for each in found)  # fmt: skip
    in_between = lately.filter(standing=0, account__owner__email=DESK)
    found += in_between.order_by("-answered_at", "pk")[: max(0, ON_DESK - on_desk)]
    office = User.objects.get(email=_OFFICE)
    newest = sorted(found, key=lambda each: each.answered_at)
    untouched = {each.pk for each in newest[len(newest) - len(newest) // UNTOUCHED_OF :]}
    rows = [
        _follow_up(
            each, office=office, seed=seed, end=each.answered_at if each.pk in untouched else end
        )
        for each in found
    ]
    FollowUp.objects.bulk_create(rows, batch_size=1_000)
    return len(rows)


def steps_of(random: np.random.Generator, *, since: datetime, end: datetime) -> StepDays:
    taken: list[datetime | None] = []
    at: datetime | None = since
    for hours in (_TRIAGED_AFTER, _ACTED_AFTER, _TOLD_AFTER):
        slower = _SLOWER if random.random() < _SLOW else 1.0
        waits = timedelta(hours=slower * float(random.gamma(1.6, hours / 1.6)))
        at = None if at is None or at + waits >= end else at + waits
        taken.append(at)
    return StepDays(*taken)


def _follow_up(response: Response, *, office: User, seed: int, end: datetime) -> FollowUp:
    random = np.random.default_rng([seed, response.account_id, response.pk])
    steps = steps_of(random, since=response.answered_at, end=end)
    criteria = list(_CHANGES)
    criterion = criteria[int(random.integers(len(criteria)))]
    owner = response.account.owner or (office if steps.triaged else None)
    row = FollowUp(
        response=response,
        account_id=response.account_id,
        owner=owner,
        collected_at=response.answered_at,
        due_at=response.answered_at + DUE_WITHIN,
    )
    state = FollowUp.State
    if steps.triaged:
        row.state, row.criterion = state.TRIAGED, criterion
        row.triaged_at, row.triaged_by = steps.triaged, owner
    if steps.acted:
        row.state, row.what_changed = state.ACTED, _CHANGES[criterion]
        row.acted_at, row.acted_by = steps.acted, owner
    if steps.told:
        row.state, row.told_at, row.told_by = state.TOLD, steps.told, owner
    return row
