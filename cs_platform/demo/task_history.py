"""What our own people did with their tasks on past days: most in time, some late, a few skipped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from playbooks.actions import complete_task, skip_task
from playbooks.models import Task
from playbooks.triggers.vocabulary import TaskOutcome, TaskState, TaskWork, work_of

LATE, SKIPPED = 0.1, 0.06
LATEST_DAYS = 7
_SKIP_REASONS = (
    "Talked about it in another meeting already.",
    "They asked us to come back next month.",
    "Sorted out by support.",
)
# Outcomes of what is said to a customer, and how often each.
_ANSWERED = (
    (TaskOutcome.REACHED, 0.55),
    (TaskOutcome.NO_RESPONSE, 0.24),
    (TaskOutcome.MEETING_BOOKED, 0.18),
    (TaskOutcome.DECLINED, 0.03),
)
_INTERNAL = (
    (TaskOutcome.DOCUMENTED, 0.7),
    (TaskOutcome.DECIDED, 0.2),
    (TaskOutcome.NOTHING_TO_DO, 0.1),
)
_CHANCES = {
    TaskWork.OUTREACH: _ANSWERED,
    TaskWork.INTERNAL: _INTERNAL,
    TaskWork.OWN: ((TaskOutcome.DONE, 1.0),),
}


@dataclass(frozen=True, slots=True)
class Intention:
    """When somebody gets round to a task, and what comes of it."""

    at: datetime
    act: Callable[[Task, datetime], Task]


class WorkingDays:
    """How our people work off what plays ask of them."""

    def __init__(self, *, seed: int) -> None:
        self.seed = seed

    def work(self, *, day: date) -> None:
        """Everybody's tasks of a day whose time has come; nobody works at weekends."""
        if day.weekday() >= 5:
            return
        evening = datetime.combine(day, time(18), tzinfo=UTC)
        open_tasks = Task.objects.filter(state=TaskState.OPEN, owner__isnull=False)
        for task in open_tasks.filter(opened_at__lt=evening).order_by("pk").select_related("owner"):
            intention = self._intention_for(task)
            if intention.at <= evening:
                # Whatever was meant for a weekend is done on the Monday.
                morning = datetime.combine(day, time(9), tzinfo=UTC)
                intention.act(task, max(intention.at, morning, task.opened_at))

    def _intention_for(self, task: Task) -> Intention:
        """The same for a task on every day it is looked at."""
        opened = task.opened_at
        random = np.random.default_rng(
            [self.seed, task.account_id, task.step_id or 0, int(opened.timestamp()) // 3_600]
        )
        if random.random() < LATE:
            at = task.due_at + timedelta(days=1 + LATEST_DAYS * random.random() ** 2)
        else:
            at = opened + (task.due_at - opened) * random.uniform(0.7, 0.98)
            at = _before_weekend(at, opened=opened)
        at = datetime.combine(at.date(), time(9), tzinfo=UTC) + timedelta(
            minutes=int(random.integers(480))
        )
        if random.random() < SKIPPED:
            return Intention(
                at, _skip_with_reason(_SKIP_REASONS[int(random.integers(len(_SKIP_REASONS)))])
            )
        outcomes = _CHANCES[work_of(channel=task.channel, has_play=task.play_id is not None)]
        odds = np.cumsum([share for _, share in outcomes])
        chosen = int(np.searchsorted(odds, random.random() * odds[-1]))
        return Intention(at, _complete_with_outcome(outcomes[chosen][0]))


def _before_weekend(at: datetime, *, opened: datetime) -> datetime:
    """What falls due at a weekend is done on the Friday, where it was there by then."""
    friday = at - timedelta(days=max(0, at.weekday() - 4))
    return max(friday, opened) if friday.date() >= opened.date() else at


def _skip_with_reason(reason: str) -> Callable[[Task, datetime], Task]:
    def act(task: Task, now: datetime) -> Task:
        return skip_task(task_id=task.pk, reason=reason, by=task.owner, now=now)

    return act


def _complete_with_outcome(outcome: TaskOutcome) -> Callable[[Task, datetime], Task]:
    def act(task: Task, now: datetime) -> Task:
        return complete_task(task_id=task.pk, outcome=outcome, by=task.owner, now=now)

    return act
