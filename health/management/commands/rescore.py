"""Scores again by hand: what pages show now, or the past as it was known then."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from accounts.models import Account
from health.recompute import CatchingUpError, refresh_feeds, rescore_now, score_history


class Command(BaseCommand):
    help = "Score today again, or every day since --since; closed days get revisions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", help="external id; without it all accounts")
        parser.add_argument("--since", type=date.fromisoformat, help="YYYY-MM-DD, in the past")

    def handle(self, *args: Any, **options: Any) -> None:
        ids, today = _account_ids(options["account"]), clock.today()
        first = options["since"] or today
        if first > today:
            raise CommandError(f"{first} has not come yet.")
        days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
        if len(days) > 1:
            self.stdout.write(f"Scoring {len(days)} days …")
            # What was imported since the last night may have moved when sources began.
            refresh_feeds()
        try:
            result = (
                rescore_now(account_ids=ids, now=clock.now())
                if len(days) == 1
                # A day closes for all accounts, so not before all have been scored.
                else score_history(days=days, account_ids=ids, now=clock.now(), closes=ids is None)
            )
        except CatchingUpError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{result.scored:,} scores, {result.unscored:,} without enough data,"
            f" {result.crossings:,} crossings."
        )


def _account_ids(external_id: str | None) -> list[int] | None:
    if external_id is None:
        return None
    ids = list(Account.objects.filter(external_id=external_id).values_list("pk", flat=True))
    if not ids:
        raise CommandError(f"There is no account {external_id!r}.")
    return ids
