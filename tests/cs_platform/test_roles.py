"""What each database role cannot do, proven by becoming it."""

from collections.abc import Callable, Iterator

import pghistory
import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from accounts.models import Holiday
from cs_platform.runtime import roles

APP, READER = "cs_app", "cs_reader"
LEDGER = "accounts_revenuemovement"


@pytest.fixture
def execute(db) -> Iterator[Callable[[str, str], None]]:
    """Runs a statement as a role, in a transaction that is rolled back with the test."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles")
        for role in {APP, READER} - {name for (name,) in cursor.fetchall()}:
            cursor.execute(f"CREATE ROLE {role}")
            cursor.execute(f"GRANT {role} TO current_user")
    roles.grant(app=APP, reader=READER)

    def as_role(role: str, statement: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}")
            cursor.execute(statement)
            cursor.execute("RESET ROLE")

    return as_role


def refused(execute: Callable[[str, str], None], role: str, statement: str) -> bool:
    try:
        execute(role, statement)
    except ProgrammingError as error:
        return any(words in str(error) for words in ("permission denied", "must be owner"))
    return False


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {LEDGER} SET reason = 'never mind'",
        f"DELETE FROM {LEDGER}",
        f"TRUNCATE {LEDGER}",
        "DELETE FROM health_closedday",
        "DELETE FROM pghistory_context",
        "UPDATE pghistory_context SET created_at = now()",
        "UPDATE django_admin_log SET change_message = ''",
        "DELETE FROM django_admin_log",
        "UPDATE health_closedday SET day = day + 1",
        "CREATE TABLE mine (id int)",
        "DROP TABLE accounts_account",
        "ALTER TABLE accounts_account DISABLE TRIGGER ALL",
    ],
)
def test_app_role_is_refused(execute, statement: str):
    assert refused(execute, APP, statement)


@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT count(*) FROM {LEDGER}",
        "INSERT INTO health_closedday (day, closed_at) VALUES ('2031-01-01', now())",
        "UPDATE accounts_account SET name = name",
        "INSERT INTO accounts_team (name) VALUES ('West')",
        "CREATE TEMPORARY TABLE staging (id int)",
        "SELECT cs_ensure_partitions('accounts_usageday', '2031-01-01', '2031-01-01')",
    ],
)
def test_app_role_may_do_its_work(execute, statement: str):
    execute(APP, statement)


def test_the_app_role_leaves_who_did_it_and_cannot_change_it_later(execute):
    Holiday.objects.create(day="2031-01-01", name="New Year")
    with pghistory.context(user=1), pghistory.context(url="/first/"):
        execute(APP, "UPDATE accounts_holiday SET name = 'New Year’s Day'")
        pghistory.context(url="/second/")
        execute(APP, "UPDATE accounts_holiday SET name = 'The first'")
    said = Holiday.objects.get().audit.latest("pgh_id").pgh_context.metadata
    assert said == {"user": 1, "url": "/second/"}

    execute(
        APP,
        "INSERT INTO pghistory_context (id, created_at, updated_at, metadata)"
        " VALUES (gen_random_uuid(), now() - interval '1 second', now(), '{\"user\": 1}')",
    )
    with pytest.raises(InternalError, match="Cannot update"):
        execute(APP, "UPDATE pghistory_context SET metadata = '{\"user\": 2}'")


def test_app_role_writes_into_a_partition_made_later(execute):
    execute(APP, "SELECT cs_ensure_partitions('accounts_usageday', '2031-01-01', '2031-01-01')")
    execute(APP, "DELETE FROM accounts_usageday_203101")
    execute(READER, "SELECT * FROM accounts_usageday_203101")


def test_no_audit_table_can_be_rewritten_by_the_app_role(execute):
    audit = [table for table in roles.append_only_tables() if table not in roles.APPEND_ONLY]
    for table in audit:
        assert refused(execute, APP, f"DELETE FROM {table}"), table
        assert refused(execute, APP, f"UPDATE {table} SET pgh_label = 'x'"), table


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO accounts_team (name) VALUES ('West')",
        "UPDATE accounts_account SET name = name",
        "DELETE FROM accounts_account",
        "CREATE TABLE mine (id int)",
        "SELECT password FROM accounts_user",
        "SELECT * FROM django_session",
        "SELECT digest FROM accounts_apikey",
    ],
)
def test_reader_is_refused(execute, statement: str):
    assert refused(execute, READER, statement)


def test_reader_reads_what_reports_need(execute):
    execute(READER, "SELECT a.name, u.name FROM accounts_account a JOIN accounts_user u ON true")
    execute(READER, f"SELECT sum(amount_minor) FROM {LEDGER}")
