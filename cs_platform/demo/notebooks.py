"""Tasks that CSMs wrote for themselves: set-based, in the shape that `actions.add_task` leaves.

A CSM has some of them open on any day, the fewer the more plays ask: one or two overdue, something
for today and tomorrow, one or two written yesterday.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from accounts.catalogue import AccountStatus, Role
from accounts.models import Account, User
from playbooks.models import UNFINISHED, Task
from playbooks.triggers.vocabulary import Channel, OwnerRole, TaskOutcome, TaskState

DONE_A_DAY = 0.5
# Of all open tasks, those of plays included: nobody writes down more than can be done.
OVERDUE, OPEN = (2, 4), (12, 15)
UPCOMING_AT_LEAST, WRITTEN_YESTERDAY = 3, (1, 3)
_RENEWAL_DAYS = 90
_TITLES = (
    ("Prepare the renewal talk", Channel.INTERNAL, TaskOutcome.DONE),
    ("Send the usage summary of last month", Channel.EMAIL, TaskOutcome.REACHED),
    ("Book the next business review", Channel.EMAIL, TaskOutcome.MEETING_BOOKED),
    ("Ask who takes over from our contact", Channel.CALL, TaskOutcome.REACHED),
    ("Show the new reports to the team leads", Channel.VIDEO, TaskOutcome.REACHED),
)


def write_notebooks(*, seed: int, days: list[date]) -> int:
    """Tasks of the days, the last one being yesterday; how many were written."""
    portfolios: dict[int | None, list[Account]] = {}
    active = Account.objects.filter(status=AccountStatus.ACTIVE, owner__isnull=False)
    for account in active.order_by("pk"):
        portfolios.setdefault(account.owner_id, []).append(account)
    tasks: list[Task] = []
    for csm in User.objects.filter(role=Role.CSM, portfolio__in=active).distinct().order_by("pk"):
        random = np.random.default_rng([seed, csm.pk])
        tasks += _finished_tasks(random, csm=csm, portfolio=portfolios[csm.pk], days=days)
        tasks += _unfinished_tasks(
            random, csm=csm, portfolio=portfolios[csm.pk], yesterday=days[-1]
        )
    return len(Task.objects.bulk_create(tasks, batch_size=2_000))


def _finished_tasks(
    random: np.random.Generator, *, csm: User, portfolio: list[Account], days: list[date]
) -> Iterator[Task]:
    for day in days[:-10]:
        if day.weekday() >= 5 or random.random() >= DONE_A_DAY:
            continue
        written = _working_minute(random, day)
        due = written + timedelta(days=int(random.integers(4, 12)))
        closed = written + (due - written) * random.uniform(0.2, 1.15)
        task, outcome = _written_task(
            random, csm=csm, portfolio=portfolio, written=written, due=due
        )
        task.state, task.outcome = TaskState.DONE, outcome
        task.closed_at, task.closed_by = min(closed, _working_minute(random, days[-1])), csm
        yield task


def _unfinished_tasks(
    random: np.random.Generator, *, csm: User, portfolio: list[Account], yesterday: date
) -> Iterator[Task]:
    wanted, late, fresh = (int(random.integers(*r)) for r in (OPEN, OVERDUE, WRITTEN_YESTERDAY))
    asked = Task.objects.filter(owner=csm, state__in=UNFINISHED)
    morning = datetime.combine(yesterday + timedelta(days=1), time(), tzinfo=UTC)
    overdue = max(0, late - asked.filter(due_at__lt=morning).count())
    upcoming = max(UPCOMING_AT_LEAST, wanted - overdue - asked.count())
    for n in range(overdue + upcoming):
        due_in = -int(random.integers(0, 5)) if n < overdue else int(random.integers(1, 13))
        if overdue <= n < overdue + 2:
            due_in = 1 + n - overdue
        is_fresh = n >= overdue + upcoming - fresh
        ago = 0 if is_fresh else max(int(random.integers(2, 12)), 2 - due_in)
        written = _working_minute(random, yesterday - timedelta(days=ago))
        due = datetime.combine(yesterday + timedelta(days=due_in), time(17), tzinfo=UTC)
        yield _written_task(random, csm=csm, portfolio=portfolio, written=written, due=due)[0]


def _written_task(
    random: np.random.Generator,
    *,
    csm: User,
    portfolio: list[Account],
    written: datetime,
    due: datetime,
) -> tuple[Task, TaskOutcome]:
    """About an account that renews soon where there is one."""
    soon = [
        account
        for account in portfolio
        if account.renews_on and 0 < (account.renews_on - written.date()).days < _RENEWAL_DAYS
    ]
    account = (soon or portfolio)[int(random.integers(len(soon or portfolio)))]
    title, channel, outcome = _TITLES[int(random.integers(len(_TITLES)))]
    task = Task(
        account=account,
        title=title,
        channel=channel,
        owner=csm,
        owner_role=OwnerRole.CSM,
        opened_at=written,
        due_at=due,
        why=f"Added by {csm.name}.",
        created_by=csm,
    )
    return task, outcome


def _working_minute(random: np.random.Generator, day: date) -> datetime:
    """Some minute of that working day."""
    minutes = timedelta(minutes=int(random.integers(480)))
    return datetime.combine(day, time(9), tzinfo=UTC) + minutes
