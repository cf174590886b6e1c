"""Machine keys from the shell: `manage.py api_key create --name CRM --scope ingest:accounts`."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.catalogue import DIRECT_SOURCE
from accounts.keys import (
    A_DAY,
    LIFETIME,
    LONGEST_OVERLAP,
    SCOPES,
    CannotRollError,
    UnknownScopeError,
    create_key,
    revoke_key,
    roll_key,
)
from accounts.models import ApiKey
from accounts.models.source import UnknownSourceError, source_named

_HOUR = timedelta(hours=1)


class Command(BaseCommand):
    help = "Create, list, roll or revoke keys of the machine API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="prints the key once")
        create.add_argument("--name", required=True)
        create.add_argument(
            "--scope",
            action="append",
            required=True,
            help=f"one of {', '.join(SCOPES)}; repeatable",
        )
        create.add_argument("--days", type=int, default=LIFETIME.days, help="until it expires")
        create.add_argument(
            "--source",
            default=DIRECT_SOURCE,
            help="the source whose ids the records carry, by key or name (Admin, Sources)",
        )
        actions.add_parser("list")
        roll = actions.add_parser("roll", help="prints a new key for the same client, once")
        roll.add_argument("prefix", help="the first letters, as `list` shows them")
        roll.add_argument(
            "--overlap-hours",
            type=int,
            default=A_DAY // _HOUR,
            help="for so long the old key works beside the new one",
        )
        revoke = actions.add_parser("revoke")
        revoke.add_argument("prefix", help="the first letters, as `list` shows them")

    def handle(self, *args: Any, **options: Any) -> None:
        actions = {
            "create": self._create_api_key,
            "list": self._list_api_keys,
            "roll": self._roll_api_key,
            "revoke": self._revoke_api_key,
        }
        actions[options["action"]](options)

    def _create_api_key(self, options: dict[str, Any]) -> None:
        if not 1 <= options["days"] <= LIFETIME.days:
            raise CommandError(f"--days needs 1 to {LIFETIME.days}.")
        try:
            _key, token = create_key(
                name=options["name"][:80],
                scopes=options["scope"],
                now=datetime.now(UTC),
                lifetime=timedelta(days=options["days"]),
                source=source_named(options["source"]).key,
            )
        except (UnknownScopeError, UnknownSourceError) as error:
            raise CommandError(str(error)) from error
        self._print_token(token)

    def _roll_api_key(self, options: dict[str, Any]) -> None:
        most = LONGEST_OVERLAP // _HOUR
        if not 0 <= options["overlap_hours"] <= most:
            raise CommandError(f"--overlap-hours needs 0 to {most}.")
        old = _key_by_prefix(options["prefix"])
        overlap = timedelta(hours=options["overlap_hours"])
        try:
            key, token = roll_key(old, now=datetime.now(UTC), overlap=overlap)
        except CannotRollError as error:
            raise CommandError(str(error)) from error
        self._print_token(token)
        old.refresh_from_db()
        self.stderr.write(f"{old} works beside {key} until {old.expires_at:%Y-%m-%d %H:%M} UTC.")

    def _print_token(self, token: str) -> None:
        self.stdout.write(token)
        self.stderr.write("Keep it now: it is not shown again.")

    def _list_api_keys(self, options: dict[str, Any]) -> None:
        for key in ApiKey.objects.order_by("created_at"):
            state = "revoked" if key.revoked_at else f"until {key.expires_at:%Y-%m-%d}"
            used = f"{key.latest_use_at:%Y-%m-%d %H:%M}" if key.latest_use_at else "never"
            self.stdout.write(
                f"{key.prefix}…  {key.name}  {' '.join(key.scopes)}  {state}  used {used}"
            )

    def _revoke_api_key(self, options: dict[str, Any]) -> None:
        key = _key_by_prefix(options["prefix"])
        revoke_key(key, now=datetime.now(UTC))
        self.stdout.write(f"{key} is revoked.")


def _key_by_prefix(prefix: str) -> ApiKey:
    found = list(ApiKey.objects.filter(prefix=prefix.rstrip("…")))
    if len(found) != 1:
        raise CommandError(f"{len(found)} keys start with {prefix}.")
    return found[0]
