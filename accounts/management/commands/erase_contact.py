"""Erase a person at a customer (GDPR, article 17)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from accounts.erasure import erase_contact
from accounts.models import Contact


class Command(BaseCommand):
    help = "Erase a contact by external id: the person goes, the counts stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("external_id")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changed = erase_contact(external_id=options["external_id"], now=clock.now())
        except Contact.DoesNotExist:
            raise CommandError(
                f"No contact has the external id {options['external_id']!r}."
            ) from None
        for column, rows in sorted(changed.items()):
            self.stdout.write(f"{column}: {rows}")
