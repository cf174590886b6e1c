"""Whom surveys would ask in the days to come, and whom not; nothing is written."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts import clock
from surveys.catalogue import HELD_BACK_WORDS
from surveys.engine.forecasts import forecast


class Command(BaseCommand):
    help = "Whom surveys would ask in the days to come, and whom not: nothing is written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="from today on")

    def handle(self, *args: Any, **options: Any) -> None:
        found = forecast(clock.today(), now=clock.now(), days=options["days"])
        self.stdout.write(f"{found.sent():,} would be sent in {options['days']} days")
        for reason, count in found.held_back().most_common():
            self.stdout.write(f"{count:,} held back: {HELD_BACK_WORDS.label(reason)}")
