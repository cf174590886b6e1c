"""The same list of steps that beat has run at night, now and in this process."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Installation
from cs_platform import nights, work
from cs_platform.models import StepRun

WAIT_SECONDS = 0.3


class Command(BaseCommand):
    help = "Close every day that is over and not closed yet, or one day once more (--day)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="YYYY-MM-DD, a day that is over")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["day"] is not None:
            _refuse_unfinished(options["day"])
            nights.replan(day=options["day"])
            nights.retry(day=options["day"], now=datetime.now(UTC))
            self._carry_through(options["day"])
            return
        while (day := nights.resume(now=datetime.now(UTC))) is not None:
            self._carry_through(day)
        self.stdout.write(f"Closed up to {nights.latest_closed_day() or 'no day yet'}.")

    def _carry_through(self, day: date) -> None:
        """Works along with whoever else does; claims decide who takes which shard."""
        told: set[int] = set()
        while not nights.is_through(day=day):
            now = datetime.now(UTC)
            nights.ring_next_steps(day=day, now=now)
            own = [work.run_job(job) for job in nights.waiting_jobs(day=day, now=now)]
            told |= self._tell(day, told)
            if not any(own):
                _stop_when_dead(day)
                time.sleep(WAIT_SECONDS)
        self._tell(day, told)

    def _tell(self, day: date, told: set[int]) -> set[int]:
        rows = StepRun.objects.filter(day=day, finished_at__isnull=False).exclude(pk__in=told)
        for row in rows.order_by("position", "shard"):
            failed = f"  FAILED: {row.failure}" if row.failure else ""
            count = f"{row.count or 0:>9,}"
            self.stdout.write(f"{day}  {row.step:<14}{count}  {row.seconds or 0:7.2f} s{failed}")
            told.add(row.pk)
        return told


def _refuse_unfinished(day: date) -> None:
    installation = Installation.current()
    latest = installation.as_of or nights.day_to_close(
        now=datetime.now(UTC), installation=installation
    )
    if day > latest:
        raise CommandError(f"{day} is not over yet: the latest day that can be closed is {latest}.")


def _stop_when_dead(day: date) -> None:
    if deaths := nights.deaths(day=day):
        key, reason = min(deaths.items())
        raise CommandError(
            f"{key} was given up: {reason}. Remove the reason, then run"
            f" manage.py nightly --day {day}"
        )
