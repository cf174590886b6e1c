"""The restore drill: a backup counts once it has been restored and every invariant was asked."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from accounts.models import Account, DirtyAccount, User
from cs_platform.runtime import postgres_tools
from tests.deployment.databases import made_database, own_name
from tests.permission_house import everything_stored
from tests.pipeline.conftest import ACCOUNTS, company  # noqa: F401 -- a fixture
from tests.pipeline.processes import MANAGE, ROOT, environment, manage

pytestmark = pytest.mark.faults
RTO_SECONDS = 120  # of a company this small, on any machine


@pytest.fixture
def empty_database(transactional_db) -> Iterator[str]:
    """Its address; it goes with the test."""
    with made_database(own_name("cs_restored")) as url:
        yield url


def restore(file: Path, database: str, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MANAGE, "restore", str(file), *more], cwd=ROOT,
        env=environment() | {"DATABASE_URL": database},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def stored_in(database: str) -> dict[str, tuple]:
    """As everything_stored, of another database."""
    other = psycopg2.connect(database)
    stored = {}
    with other.cursor() as cursor:
        for table in everything_stored():
            cursor.execute(
                f'SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM "{table}" t'
            )
            stored[table] = cursor.fetchone()
    other.close()
    return stored


@pytest.fixture
def backup(company, tmp_path) -> Path:  # noqa: F811
    DirtyAccount.objects.create(account_id=company[0])
    file = tmp_path / "company.dump"
    answer = manage("backup", str(file))
    assert answer.returncode == 0, answer.stderr
    return file


def test_a_restored_backup_holds_every_row_and_proves_itself(backup, empty_database):
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in backup.parent.iterdir()] == ["company.dump"]
    begun = time.monotonic()
    answer = restore(backup, empty_database)
    assert answer.returncode == 0, answer.stderr
    assert time.monotonic() - begun < RTO_SECONDS
    assert f"Restored {Account.objects.count():,} accounts" in answer.stdout
    assert "invariants hold now" in answer.stdout
    assert Account.objects.count() >= ACCOUNTS
    here, there = everything_stored(), stored_in(empty_database)
    assert {table for table in here if here[table] != there[table]} == set()
    assert here["accounts_usageday"][0] > 100, "partitions came along"


def test_a_database_that_is_not_empty_is_left_alone_without_the_flag(backup, empty_database):
    assert restore(backup, empty_database).returncode == 0
    with psycopg2.connect(empty_database) as other, other.cursor() as cursor:
        cursor.execute("UPDATE accounts_account SET name = 'Newer than the backup'")
    other.close()
    refused = restore(backup, empty_database)
    assert refused.returncode == 1
    assert "The database is not empty." in refused.stderr
    before = stored_in(empty_database)["accounts_account"]

    busy = psycopg2.connect(empty_database)
    refused = restore(backup, empty_database, "--overwrite")
    assert "1 other connection is open: stop web" in refused.stderr
    busy.close()
    assert stored_in(empty_database)["accounts_account"] == before

    assert restore(backup, empty_database, "--overwrite").returncode == 0
    assert stored_in(empty_database)["accounts_account"] == everything_stored()["accounts_account"]


def test_a_backup_of_a_newer_version_is_refused_before_anything_is_touched(
    company,  # noqa: F811
    tmp_path,
    empty_database,
):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('accounts', '9999_from_the_future', now())"
        )
    try:
        assert manage("backup", str(tmp_path / "newer.dump")).returncode == 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_from_the_future'")
    answer = restore(tmp_path / "newer.dump", empty_database)
    assert answer.returncode == 1
    assert "made by a newer version (accounts.9999_from_the_future)" in answer.stderr
    with psycopg2.connect(empty_database) as other, other.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        assert cursor.fetchone() == (0,)
    other.close()


@pytest.mark.parametrize("lost", [100, 20_000])
def test_a_truncated_backup_is_refused_before_anything_is_thrown_away(backup, empty_database, lost):
    assert restore(backup, empty_database).returncode == 0
    before = stored_in(empty_database)
    backup.write_bytes(backup.read_bytes()[:-lost])
    refused = restore(backup, empty_database, "--overwrite")
    assert refused.returncode == 1
    assert "cannot be read as a backup" in refused.stderr
    assert stored_in(empty_database) == before


def test_what_is_no_backup_is_refused(transactional_db, tmp_path, empty_database):
    text = tmp_path / "notes.txt"
    text.write_text("not a dump")
    half = tmp_path / "half.dump"
    assert manage("backup", str(half)).returncode == 0
    half.write_bytes(half.read_bytes()[:2_000])
    for file, words in (
        (text, "cannot be read as a backup"),
        (half, "cannot be read"),
        (tmp_path / "none", "There is no file"),
    ):
        answer = restore(file, empty_database)
        assert (answer.returncode, words in answer.stderr) == (1, True), answer.stderr


def test_a_backup_overwrites_no_file_unasked(transactional_db, tmp_path):
    file = tmp_path / "kept.dump"
    file.write_text("precious")
    answer = manage("backup", str(file))
    assert (answer.returncode, "exists: choose another name" in answer.stderr) == (1, True)
    assert file.read_text() == "precious"
    assert manage("backup", str(file), "--replace").returncode == 0
    assert file.read_bytes()[:5] == b"PGDMP"


def test_neither_sessions_nor_the_password_leave_with_a_backup(client, transactional_db, tmp_path):
    User.objects.create_user("ops@demo.example", "demo", name="Ops", role="ops")
    client.post("/login/", {"login": "ops@demo.example", "password": "demo"})
    file = tmp_path / "b.dump"
    assert manage("backup", str(file)).returncode == 0
    tools = postgres_tools.tools_for_server()
    sessions = tools.run(
        "pg_restore", "--data-only", "--table=django_session", "--file=-", str(file)
    )
    assert client.session.session_key
    assert client.session.session_key not in sessions
    assert str(connection.settings_dict["PASSWORD"]) not in postgres_tools.address()
