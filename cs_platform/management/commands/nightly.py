"""The same list of steps that beat has run at night, now and in this process."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Max, Min

from accounts.models import Installation
from cs_platform.models import InvariantRun, StepRun
from cs_platform.scheduling import invariants, job_runner, schedule
from health.models import ClosedDay

WAIT_SECONDS = 0.3
# So often in a row the database may go away before a step gets done, with rests that double up to
# thirty times the first one: about a minute in all.
MOST_LOSSES = 8
MOST_RESTS = 30

Answer = TypeVar("Answer")


class Command(BaseCommand):
    help = "Close every day that is over and not closed yet, or one day once more (--day)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="YYYY-MM-DD, a day that is over")

    def handle(self, *args: Any, **options: Any) -> None:
        self._told: set[int] = set()
        asked_before = self._ride_out(_latest_asked)
        day = options["day"]
        if day is not None:
            self._ride_out(partial(_refuse_day, day))
            self._ride_out(partial(schedule.replan, day=day))
            self._ride_out(lambda: schedule.retry(day=day, now=datetime.now(UTC)))
            self._ride_out(partial(self._carry_through, day))
        else:
            while (
                due := self._ride_out(lambda: schedule.resume(now=datetime.now(UTC)))
            ) is not None:
                self._ride_out(partial(self._carry_through, due))
            latest = self._ride_out(schedule.latest_closed_day)
            self.stdout.write(f"Closed up to {latest or 'no day yet'}.")
        self._ride_out(partial(self._fail_when_broken, asked_before))

    def _ride_out(self, work: Callable[[], Answer]) -> Answer:
        """Works again after the connection was lost, on a new one, with growing rests.

        Whatever is done here may be done twice. Raises CommandError once the connection was lost
        MOST_LOSSES times without a step done in between.
        """
        losses, told = 0, len(self._told)
        while True:
            try:
                return work()
            except (OperationalError, InterfaceError) as error:
                connection.close()
                losses = 1 if len(self._told) > told else losses + 1
                told = len(self._told)
                if losses > MOST_LOSSES:
                    raise CommandError(
                        f"The database went away {losses} times in a row ({type(error).__name__}):"
                        " look at its log, then run manage.py nightly again."
                    ) from error
                self.stderr.write("The database went away; going on with a new connection.")
                time.sleep(settings.NIGHTLY_REST * min(2 ** (losses - 1), MOST_RESTS))

    def _fail_when_broken(self, asked_before: int) -> None:
        """By what the last of these nights found; what waits for the processes is only told."""
        latest = InvariantRun.objects.filter(pk__gt=asked_before).order_by("-pk").first()
        found = [invariants.Broken.read(finding) for finding in latest.findings] if latest else []
        for result in found:
            if result.heals:
                self.stdout.write(f"Waits until the processes run: {result}")
        if lasting := [result for result in found if not result.heals]:
            raise CommandError("\n".join(str(result) for result in lasting))

    def _carry_through(self, day: date) -> None:
        """Works along with whoever else does; claims decide who takes which shard."""
        while not schedule.is_through(day=day):
            now = datetime.now(UTC)
            schedule.enqueue_next_steps(day=day, now=now)
            own = [job_runner.run_job(job) for job in schedule.waiting_jobs(day=day, now=now)]
            self._print_finished_steps(day)
            if not any(own):
                _stop_when_dead(day)
                time.sleep(WAIT_SECONDS)
        self._print_finished_steps(day)

    def _print_finished_steps(self, day: date) -> None:
        rows = StepRun.objects.filter(day=day, finished_at__isnull=False)
        rows = rows.exclude(pk__in=self._told)
        for row in rows.order_by("position", "shard"):
            failed = f"  FAILED: {row.failure}" if row.failure else ""
            count = f"{row.count or 0:>9,}"
            self.stdout.write(f"{day}  {row.step:<14}{count}  {row.seconds or 0:7.2f} s{failed}")
            self._told.add(row.pk)


def _latest_asked() -> int:
    return InvariantRun.objects.aggregate(latest=Max("pk"))["latest"] or 0


def _resume_night() -> date | None:
    return schedule.resume(now=datetime.now(UTC))


def _refuse_day(day: date) -> None:
    """A day that is not over, and one that would leave a gap among the closed days."""
    installation = Installation.current()
    latest = installation.as_of or schedule.day_to_close(
        now=datetime.now(UTC), installation=installation
    )
    if day > latest:
        raise CommandError(f"{day} is not over yet: the latest day that can be closed is {latest}.")
    closed = ClosedDay.objects.aggregate(first=Min("day"), latest=Max("day"))
    if closed["first"] is None:
        return
    if day < closed["first"] - timedelta(days=1):
        raise CommandError(
            f"{day} lies before the first closed day, {closed['first']}:"
            f" manage.py rescore --since {day} writes the past without a gap."
        )
    if day > closed["latest"] + timedelta(days=1):
        first = closed["latest"] + timedelta(days=1)
        command = f"rescore --since {first}" if installation.as_of else "nightly"
        raise CommandError(f"{first} is not closed yet: run manage.py {command} first.")


def _stop_when_dead(day: date) -> None:
    if deaths := schedule.deaths(day=day):
        key, reason = min(deaths.items())
        raise CommandError(
            f"{key} was given up: {reason}. Remove the reason, then run"
            f" manage.py nightly --day {day}"
        )
