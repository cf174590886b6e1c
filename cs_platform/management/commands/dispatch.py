"""The dispatcher as a process."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cs_platform.scheduling.dispatcher import Dispatcher


class Command(BaseCommand):
    help = "Ring workers for due rows, and do the work here when nobody answers."

    def handle(self, *args: Any, **options: Any) -> None:
        Dispatcher().run()
