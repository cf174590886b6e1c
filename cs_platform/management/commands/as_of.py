"""Chooses the day an installation of imported history lives on: `manage.py as_of 2024-12-31`."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from cs_platform.scheduling.as_of import TooLateToFreezeError, freeze


class Command(BaseCommand):
    help = "Freeze “today” on a day, before the first accounts come."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("day", type=date.fromisoformat, help="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            freeze(day=options["day"])
        except TooLateToFreezeError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"Today is {options['day']} here, for good.")
