"""What `prepare`, `demo` and `restore` do to a database before it can be used."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts import clock
from accounts.loading.cycles import seldom_cycle_search
from accounts.loading.ledger_upgrade import upgrade_ledgers
from accounts.models import Installation, OutreachPolicy
from cs_platform.runtime import roles
from cs_platform.runtime.migration_history import history_of_database
from cs_platform.runtime.servers import is_named
from cs_platform.runtime.work_locks import preparing
from health import publishing as scorecards
from playbooks import publishing as playbooks
from surveys.models import SurveyBranding, SurveyPolicy
from surveys.publishing import install_surveys

# Written on the schema, which exists before any table: a killed restore leaves it there.
_RESTORE_UNFINISHED = "cs_platform: restore unfinished"


def prepare_database(*, app: str, on_wait: Callable[[str], object]) -> None:
    """Migrates, installs what is shipped and grants the rights of `app`, the role of the platform.

    As the owner. Safe to run at every start, by several machines at once, and after a run that was
    killed. Raises CommandError where a restore was cut off, the database is of an older layout or a
    role is missing.
    """
    with preparing(on_wait=on_wait):
        if is_restore_unfinished():
            raise CommandError(
                "A restore into this database was cut off before its end: run"
                " manage.py restore FILE --overwrite again."
            )
        _refuse_older_layout()
        with seldom_cycle_search():
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        Installation.objects.get_or_create(pk=1)
        for rules in (OutreachPolicy, SurveyPolicy, SurveyBranding):
            rules.objects.get_or_create(pk=1)
        scorecards.install_library(now=clock.now())
        playbooks.install_library(now=clock.now())
        install_surveys(now=clock.now())
        changes = upgrade_ledgers(day=clock.today(), now=clock.now())
        if changes is not None:
            on_wait(str(changes))
        _grant_to_roles(app=app)


def lacks_migrations() -> bool:
    """True for an empty database, too."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def is_restore_unfinished() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('public'::regnamespace)")
        return bool(cursor.fetchone()[0] == _RESTORE_UNFINISHED)


def mark_restore(*, unfinished: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "COMMENT ON SCHEMA public IS %s", [_RESTORE_UNFINISHED if unfinished else None]
        )


def _refuse_older_layout() -> None:
    if not history_of_database().is_of_an_older_layout:
        return
    if is_named("DATABASE_URL"):
        raise CommandError(
            f"The database “{connection.settings_dict['NAME']}” was made by an older layout that"
            " cannot be upgraded: keep a copy of it with pg_dump, and name an empty database in"
            " DATABASE_URL."
        )
    raise CommandError(
        f"The database in {settings.CS_HOME} was made by an older layout that cannot be upgraded:"
        " move this folder away to keep it, or delete it (make clean deletes .local), or name"
        " another one in CS_HOME, and start again."
    )


def _grant_to_roles(*, app: str) -> None:
    owner, reader = (
        roles.user_of(url) for url in (settings.DATABASE_OWNER_URL, settings.DATABASE_READER_URL)
    )
    if not owner or owner == app:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles")
        known = {name for (name,) in cursor.fetchall()}
    if missing := {app, reader} - known - {""}:
        raise CommandError(
            f"Make the missing database roles first: CREATE ROLE … LOGIN for {sorted(missing)}."
        )
    roles.grant(app=app, reader=reader)
