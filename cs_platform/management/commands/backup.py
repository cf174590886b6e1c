"""One file that holds everything: `manage.py backup /backups/2026-11-22.dump`."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cs_platform.runtime import roles
from cs_platform.runtime.backups import BackupRefusedError, back_up
from cs_platform.runtime.postgres_tools import ToolFailedError, ToolMissingError


class Command(BaseCommand):
    help = "Write the whole database into one file, while the platform goes on working."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="a file of that name")

    def handle(self, *args: Any, **options: Any) -> None:
        roles.become_owner()
        begun = time.monotonic()
        try:
            size = back_up(file=options["file"].absolute(), replace=options["replace"])
        except (BackupRefusedError, ToolMissingError, ToolFailedError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{options['file']}: {size / 1e6:.1f} MB in {time.monotonic() - begun:.1f} s."
            " It is a backup once it has been restored somewhere: manage.py restore."
        )
