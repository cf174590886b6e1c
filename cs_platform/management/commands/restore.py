"""Brings a backup back and proves it: `manage.py restore /backups/2026-11-22.dump`."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from accounts.models import Account
from cs_platform.runtime import roles
from cs_platform.runtime.backups import BackupRefusedError, restore
from cs_platform.runtime.postgres_tools import ToolFailedError, ToolMissingError
from cs_platform.scheduling import invariants


class Command(BaseCommand):
    help = "Restore a backup into an empty database, migrate it and ask every invariant."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--overwrite", action="store_true", help="throw away what is there")
        parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4))

    def handle(self, *args: Any, **options: Any) -> None:
        app = roles.become_owner()
        begun = time.monotonic()
        try:
            restore(
                file=options["file"].absolute(),
                overwrite=options["overwrite"],
                workers=max(options["jobs"], 1),
                app=app,
                on_wait=self.stdout.write,
            )
        except (BackupRefusedError, ToolMissingError, ToolFailedError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Restored {Account.objects.count():,} accounts in {time.monotonic() - begun:.1f} s."
        )
        self._prove_invariants()

    def _prove_invariants(self) -> None:
        """What waited when the backup was made waits again, and heals; anything else does not."""
        found = invariants.broken(day=clock.today())
        for result in found:
            if result.heals:
                self.stdout.write(f"Waits until the processes run: {result}")
        if lasting := [result for result in found if not result.heals]:
            raise CommandError(
                "Restored, but not sound:\n" + "\n".join(str(result) for result in lasting)
            )
        held = invariants.COUNT - len(found)
        self.stdout.write(f"{held} of {invariants.COUNT} invariants hold now. Start the processes.")
