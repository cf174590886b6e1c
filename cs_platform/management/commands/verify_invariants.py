"""Proves that nothing was lost and nothing happened twice."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from cs_platform.scheduling import invariants


class Command(BaseCommand):
    help = "Ask the database whether everything that must hold does; exit 1 and name what does not."

    def handle(self, *args: Any, **options: Any) -> None:
        found = invariants.broken(day=clock.today())
        if found:
            raise CommandError("\n".join(str(result) for result in found))
        self.stdout.write(f"All {invariants.COUNT} invariants hold.")
