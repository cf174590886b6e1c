"""Brings a database up to date: may be run at every start, by several machines at once."""

from __future__ import annotations

import hashlib
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from cs_platform.runtime import roles
from cs_platform.runtime.preparation import prepare_database
from cs_platform.scheduling.as_of import TooLateToFreezeError, day_of, freeze

PATIENCE_SECONDS = 30


class Command(BaseCommand):
    help = "Migrate, install the shipped scorecards and playbooks, grant rights, collect files."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--without-files", action="store_true", help="static files are collected already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        app = roles.become_owner()
        _wait_for_database()
        prepare_database(app=app, on_wait=self.stdout.write)
        if settings.AS_OF:
            self._freeze_day(settings.AS_OF)
        if not options["without_files"]:
            _collect_static_files()
        self.stdout.write("The database is up to date.")

    def _freeze_day(self, text: str) -> None:
        """The variable usually stays set: later starts only say that it is not looked at."""
        try:
            freeze(day=day_of(text))
        except TooLateToFreezeError as error:
            self.stdout.write(f"AS_OF is not looked at. {error}")
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error


def _wait_for_database() -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            if time.monotonic() > end:
                raise CommandError(f"The database does not answer: {error}") from error
            time.sleep(0.5)
        else:
            return


def _collect_static_files() -> None:
    """Compressing takes seconds, so it is done only when a file changed."""
    sources = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            sources.update(f"{path}:{stat.st_size}:{stat.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / "collected"
    if stamp.exists() and stamp.read_text() == sources.hexdigest():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(sources.hexdigest())
