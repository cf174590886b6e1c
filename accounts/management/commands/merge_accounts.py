"""Merge two accounts that are one customer, or list those that may be."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from accounts.loading.merge import MergeOutcome, MergeRefused
from accounts.merge import Merge
from accounts.models import Installation
from accounts.queries.doubles import likely_doubles

_MOST_LISTED = 200


class Command(BaseCommand):
    help = "Merge an account into another one with its records; without names: likely doubles."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("merged", nargs="?", help="External id of the account that ends.")
        parser.add_argument("into", nargs="?", help="External id of the account that goes on.")
        parser.add_argument("--dry-run", action="store_true", help="Say what it would do.")
        parser.add_argument(
            "--accept-change",
            action="store_true",
            help="Also where contracts of both together come to another ARR than apart.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["merged"]:
            self._list_likely_doubles()
            return
        if not options["into"]:
            raise CommandError("Name both: the account that ends, and the one that goes on.")
        now = clock.now()
        merge = Merge(
            options["merged"],
            options["into"],
            Installation.current().today(),
            now,
            accepts_change=options["accept_change"],
        )
        try:
            outcome = merge.preview() if options["dry_run"] else merge.run()
        except MergeRefused as refused:
            raise CommandError(str(refused)) from None
        self._print_outcome(outcome, is_dry=options["dry_run"])

    def _list_likely_doubles(self) -> None:
        for pair in likely_doubles(first=0, count=_MOST_LISTED):
            names = f"{pair.one_name} ({pair.one}) and {pair.other_name} ({pair.other})"
            self.stdout.write(f"{names}: {', '.join(pair.reasons)}")

    def _print_outcome(self, outcome: MergeOutcome, *, is_dry: bool) -> None:
        would = "would be" if is_dry else "was"
        merged, into = outcome.merged.external_id, outcome.into.external_id
        self.stdout.write(f"“{merged}” {would} merged into “{into}”")
        for name, number in sorted(outcome.moved.items()):
            self.stdout.write(f"  {name}: {number:,}")
        for (currency, on), change in sorted(outcome.differing.items(), key=lambda c: c[0][1]):
            self.stdout.write(f"  ARR of both from {on}: {change:+,} minor units of {currency}")
