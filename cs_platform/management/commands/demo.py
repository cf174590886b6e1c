"""Loads, keeps or resets the demo company: an invented one with a history of years."""

from __future__ import annotations

import math
import os
import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts import clock
from accounts.demo.shape import Shape
from cs_platform.demo.answers.loops import follow_past_answers
from cs_platform.demo.fact_loader import Load, load_facts
from cs_platform.demo.history import (
    history_of,
    live_through,
    look_back,
    score_all,
    settle,
)
from cs_platform.demo.libraries import install_libraries, publish_surveys
from cs_platform.demo.reset import (
    ForeignDataError,
    Present,
    empty,
    keep_its_day,
    remember,
    what_is_there,
)
from cs_platform.runtime import roles
from cs_platform.runtime.preparation import lacks_migrations, prepare_database
from cs_platform.runtime.work_locks import preparing
from metrics.snapshots import take_snapshots
from playbooks.models import Play, Task


class Command(BaseCommand):
    help = "Load the demo company, or reset it to a fresh one that ends yesterday."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=19, help="same seed, same company")
        parser.add_argument("--accounts", type=int, default=340, help="active ones at the end")
        parser.add_argument("--years", type=float, default=3.0, help="of history, fractions too")
        parser.add_argument("--if-empty", action="store_true", help="keep a company that is there")
        parser.add_argument("--reset", action="store_true", help="replace the one that is there")
        parser.add_argument("--usage-days", type=int, help="daily usage of the last N days only")
        parser.add_argument("--facts-only", action="store_true", help="no scores, plays, snapshots")
        parser.add_argument("--history-days", type=int, help="score the last N days only")
        parser.add_argument("--play-days", type=int, default=90, help="days playbooks were in use")
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)

    def handle(self, *args: Any, **options: Any) -> None:
        _check_options(options)
        app = roles.become_owner()
        if lacks_migrations():
            prepare_database(app=app, on_wait=self.stdout.write)
        with preparing(on_wait=self.stdout.write):
            if self._has_to_load(if_empty=options["if_empty"], reset=options["reset"]):
                self._make_company(options)

    def _make_company(self, options: dict[str, Any]) -> None:
        with connection.cursor() as cursor:
            # Nobody waits for each row of a company that can be made again.
            cursor.execute("SET synchronous_commit = off")
        load = _load_from(options)
        if not options["facts_only"]:
            publish_surveys(day=load.shape.first_day)
        self._load_company_facts(load)
        if not options["facts_only"]:
            self._live_through_history(load.shape, options)
        remember(load, now=clock.now())

    def _has_to_load(self, *, if_empty: bool, reset: bool) -> bool:
        try:
            present = what_is_there()
        except ForeignDataError as error:
            raise CommandError(str(error)) from error
        if present == Present.COMPLETE and if_empty:
            self.stdout.write("The demo company is there already.")
            self._say_its_day()
            return False
        if present == Present.COMPLETE and not reset:
            raise CommandError("The demo company is there already; --reset replaces it.")
        if present != Present.NOTHING:
            empty()
            self.stdout.write("Took the old demo company away.")
        return True

    def _say_its_day(self) -> None:
        if day := keep_its_day(today=clock.today()):
            self.stdout.write(
                f"It lives on {day}; “manage.py demo --reset” makes one that ends yesterday."
            )

    def _load_company_facts(self, load: Load) -> None:
        begun = time.monotonic()
        self.stdout.write(
            f"Making {load.shape.accounts:,} accounts with {load.shape.years:g} years up to"
            f" {load.shape.last_day} (seed {load.shape.seed})."
        )
        rows = load_facts(load, on_progress=self.stdout.write)
        self.stdout.write(
            f"{rows['accounts_account']:,} accounts (churned ones included),"
            f" {sum(rows.values()):,} rows in {time.monotonic() - begun:.1f} s."
        )

    def _live_through_history(self, shape: Shape, options: dict[str, Any]) -> None:
        begun = time.monotonic()
        past = history_of(
            first_day=shape.first_day,
            last_day=shape.last_day,
            seed=shape.seed,
            processes=options["processes"],
            days=options["history_days"],
            play_days=options["play_days"],
        )
        install_libraries(day=shape.first_day)
        scored = score_all(past, now=clock.now())
        self.stdout.write(
            f"{scored:,} scores of {len(past.scored):,} nights after {_seconds_since(begun)}."
        )
        looks = look_back(past)
        self.stdout.write(f"{looks:,} weekly looks at readiness after {_seconds_since(begun)}.")
        live_through(past, on_progress=self.stdout.write)
        self.stdout.write(
            f"{Play.objects.count():,} plays, {Task.objects.count():,} tasks after"
            f" {_seconds_since(begun)}."
        )
        settle(past)
        follow_past_answers(last_day=shape.last_day, seed=shape.seed)
        months = take_snapshots(day=shape.last_day)
        self.stdout.write(f"{months} months of retention after {_seconds_since(begun)}.")


def _seconds_since(begun: float) -> str:
    return f"{time.monotonic() - begun:.1f} s"


def _check_options(options: dict[str, Any]) -> None:
    if options["accounts"] < 1 or options["processes"] < 1:
        raise CommandError("--accounts and --processes need at least 1.")
    if not math.isfinite(options["years"]) or not 0.25 <= options["years"] <= 10:
        raise CommandError("--years needs 0.25 to 10.")


def _load_from(options: dict[str, Any]) -> Load:
    shape = Shape(
        last_day=clock.today() - timedelta(days=1),
        seed=options["seed"],
        accounts=options["accounts"],
        years=options["years"],
    )
    return Load(shape=shape, usage_days=options["usage_days"], processes=options["processes"])
