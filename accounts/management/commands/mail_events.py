"""`manage.py mail_events` prints the address at which the mail provider tells of bounces."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.work.mail_events import events_path


class Command(BaseCommand):
    help = "Print the address to enter as webhook for bounces and complaints at the mail provider."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (path := events_path()):
            raise CommandError("EMAIL_URL names no provider: a mail server has no such webhook.")
        self.stdout.write(settings.BASE_URL + path)
