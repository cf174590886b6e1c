"""Erase a person at a customer (GDPR, article 17)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from psycopg2.errorcodes import INSUFFICIENT_PRIVILEGE

from accounts import clock
from accounts.erasure import erase_contact
from accounts.models import Contact


class Command(BaseCommand):
    help = "Erase a contact by external id: the person goes, the counts stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("external_id")
        parser.add_argument("--source", default="", help="Key of the source whose id this is.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changed = erase_contact(
                external_id=options["external_id"], source=options["source"], now=clock.now()
            )
        except Contact.DoesNotExist:
            raise CommandError(
                f"No contact has the external id {options['external_id']!r}."
            ) from None
        except Contact.MultipleObjectsReturned:
            raise CommandError(_several_sources_message(options["external_id"])) from None
        except ProgrammingError as error:
            if getattr(error.__cause__, "pgcode", "") != INSUFFICIENT_PRIVILEGE:
                raise
            raise CommandError(
                "The person stands in the ledger or the audit trail, which only the owner of the"
                " tables may change: run it with DATABASE_URL of the owner (Compose: `tools`)."
                " Nothing was changed."
            ) from None
        for column, rows in sorted(changed.items()):
            self.stdout.write(f"{column}: {rows}")


def _several_sources_message(external_id: str) -> str:
    named = Contact.objects.filter(external_id=external_id).order_by("source")
    sources = ", ".join(named.values_list("source", flat=True))
    return f"People of several sources have this id; say which with --source: {sources}."
