"""Which of our migrations a database or a backup has behind it, against those of this version."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

APPS = ("accounts", "surveys", "health", "playbooks", "metrics", "cs_platform")


@dataclass(frozen=True, slots=True)
class MigrationHistory:
    """`applied` there, `known` here: app and name of each migration, of our apps alone."""

    applied: frozenset[tuple[str, str]]
    known: frozenset[tuple[str, str]]

    @property
    def unknown(self) -> list[str]:
        """What this version does not have, as "app.name" in order."""
        return sorted(f"{app}.{name}" for app, name in self.applied - self.known)

    @property
    def is_of_an_older_layout(self) -> bool:
        """The migrations of an app were written anew since: there is no way from those to these.

        What a newer version adds to an app comes after all that this one has; here some of these
        are missing, and others stand in their place.
        """
        return any(
            _names_of_app(self.applied - self.known, app)
            and _names_of_app(self.known - self.applied, app)
            for app in APPS
        )


def history_of(applied: frozenset[tuple[str, str]]) -> MigrationHistory:
    """`applied` may hold migrations of other apps, too."""
    known = frozenset(MigrationLoader(None).disk_migrations)
    return MigrationHistory(applied=_own_migrations(applied), known=_own_migrations(known))


def history_of_database() -> MigrationHistory:
    """Empty for a database without tables."""
    return history_of(frozenset(MigrationRecorder(connection).applied_migrations()))


def _own_migrations(migrations: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset((app, name) for app, name in migrations if app in APPS)


def _names_of_app(migrations: frozenset[tuple[str, str]], wanted: str) -> list[str]:
    return [name for app, name in migrations if app == wanted]
