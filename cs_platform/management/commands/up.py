"""What `make demo` runs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cs_platform.runtime import supervisor


class Command(BaseCommand):
    help = "Run everything in the foreground: servers, web, dispatcher, worker, beat."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        problem = supervisor.main(home=settings.CS_HOME, port=settings.CS_PORT)
        if problem:
            raise CommandError(problem)
