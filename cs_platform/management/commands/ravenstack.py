"""What `make ravenstack` runs: the example's own installation, imported at its first start."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cs_platform.runtime import supervisor


class Command(BaseCommand):
    help = "Import a RavenStack folder into CS_HOME and serve it, all in the foreground."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"].resolve()
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder; say where the export is.")

        class Example(supervisor.Supervisor):
            def _load_first_data(self) -> None:
                self._run_command_once("import_ravenstack", str(folder), "--if-empty")

        problem = supervisor.main(home=settings.CS_HOME, port=settings.CS_PORT, make=Example)
        if problem:
            raise CommandError(problem)
