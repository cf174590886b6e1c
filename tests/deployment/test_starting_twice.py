"""Commands that prepare a database, several at once and killed half way."""

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.db import DatabaseError, connection, models
from django.db.migrations.state import ProjectState

from accounts import clock
from accounts.database import AddIndexOnline
from accounts.models import Job
from cs_platform.runtime.work_locks import PREPARING
from tests.deployment.databases import made_database, own_name, url_of
from tests.pipeline.processes import MANAGE, ROOT, environment, until

DATABASE = own_name("cs_twice")
DEMO = ("demo", "--if-empty", "--accounts", "14", "--years", "0.5", "--facts-only")
PATIENCE = 300
MIGRATIONS = sum(len(list(path.glob("0*.py"))) for path in ROOT.glob("*/migrations"))


@pytest.fixture
def empty_database(transactional_db) -> Iterator[str]:
    with made_database(DATABASE) as url:
        yield url


def start(*command: str) -> subprocess.Popen[str]:
    if command[0] == "prepare":
        command = (*command, "--without-files")
    return subprocess.Popen(
        [*MANAGE, *command], cwd=ROOT, env=environment() | {"DATABASE_URL": url_of(DATABASE)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip


def kill(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def ends(*processes: subprocess.Popen[str]) -> list[tuple[int, str]]:
    """Exit code and output of each, in order; all of them end."""
    found = []
    for process in processes:
        try:
            output, _ = process.communicate(timeout=PATIENCE)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        found.append((process.returncode, output))
    return found


def ask(query: str) -> tuple:
    other = psycopg2.connect(url_of(DATABASE))
    try:
        with other.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()
    finally:
        other.close()


def has_begun(query: str) -> bool:
    with contextlib.suppress(psycopg2.Error):
        return bool(ask(query)[0])
    return False


def nobody_is_connected() -> bool:
    """The server has noticed that the processes that were killed are gone."""
    (others,) = ask(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return others == 0


def is_whole() -> bool:
    """Every migration is noted, no index is left invalid, nobody holds the lock."""
    noted = ask(
        "SELECT count(*) FROM django_migrations WHERE app IN"
        " ('accounts', 'surveys', 'health', 'playbooks', 'metrics', 'cs_platform')"
    )
    invalid = ask("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
    held = ask(
        f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {PREPARING}"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return (noted, invalid, held) == ((MIGRATIONS,), (0,), (0,))


def begun_restore(file: Path) -> subprocess.Popen[str]:
    """One that is not through; another one where it was before anybody looked."""
    for _ in range(5):
        process = start("restore", str(file), "--overwrite")
        until(
            lambda process=process: is_restoring() or process.poll() is not None,
            seconds=PATIENCE,
        )
        if process.poll() is None:
            return process
        ((code, output),) = ends(process)
        assert code == 0, output
    raise AssertionError("every restore was through before it could be killed")


def is_restoring() -> bool:
    """Asked from another database: a restore refuses to begin while somebody is on its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = %s AND application_name = 'pg_restore')",
            [DATABASE],
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.faults
def test_any_number_may_start_at_once_on_an_empty_database_and_be_killed(empty_database):
    killed = start("prepare")
    until(lambda: has_begun("SELECT to_regclass('accounts_account') IS NOT NULL"), seconds=PATIENCE)
    kill(killed)

    first = [start("prepare"), start(*DEMO)]
    until(
        lambda: has_begun("SELECT to_regclass('health_healthscore') IS NOT NULL"), seconds=PATIENCE
    )
    kill(first[0])
    more = [start("prepare"), start("prepare"), start(*DEMO)]
    answers = ends(first[1], *more)
    assert [code for code, _ in answers] == [0, 0, 0, 0], answers
    assert any("waiting for its end" in output for _, output in answers)
    loaded = [output for _, output in (answers[0], answers[-1]) if "Making 14 accounts" in output]
    assert len(loaded) == 1, answers
    assert is_whole()
    accounts = ask("SELECT count(*) FROM accounts_account WHERE status = 'active'")
    assert accounts == (14,)

    killed = start("demo", "--reset", *DEMO[2:])
    until(lambda: has_begun("SELECT count(*) < 14 FROM accounts_account"), seconds=PATIENCE)
    kill(killed)
    again = [start("prepare"), start(*DEMO), start(*DEMO)]
    assert [code for code, _ in ends(*again)] == [0, 0, 0]
    assert is_whole()
    assert ask("SELECT count(*) FROM accounts_account WHERE status = 'active'") == accounts


@pytest.mark.faults
def test_restores_at_once_and_a_restore_that_was_killed(empty_database, tmp_path):
    file = tmp_path / "company.dump"
    backup = subprocess.run(
        [*MANAGE, "backup", str(file)], cwd=ROOT, env=environment(), check=False, timeout=120
    )
    assert backup.returncode == 0
    answers = ends(start("restore", str(file)), start("prepare"), start("restore", str(file)))
    codes = [code for code, _ in answers]
    assert codes[1] == 0, answers
    assert sorted(codes[::2]) in ([0, 1], [1, 1]), answers  # [1, 1]: prepare was the first
    assert all("not empty" in output for code, output in answers if code), answers
    assert is_whole()

    kill(begun_restore(file))
    until(nobody_is_connected, seconds=PATIENCE)
    for command in (("prepare",), DEMO):
        ((code, output),) = ends(start(*command))
        assert (code, "restore FILE --overwrite again" in output) == (1, True), output
        assert "Traceback" not in output
    ((code, output),) = ends(start("restore", str(file), "--overwrite"))
    assert code == 0, output
    assert is_whole()


def _state_of(name: str) -> bool | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
        found = cursor.fetchone()
    return found[0] if found else None


@pytest.fixture
def operation(transactional_db) -> Iterator[AddIndexOnline]:
    index = models.Index(fields=["kind", "key"], name="job_built_online")
    yield AddIndexOnline(model_name="job", index=index)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS job_built_online")


def build(operation: AddIndexOnline) -> None:
    before = ProjectState.from_apps(Job._meta.apps)
    after = before.clone()
    operation.state_forwards("accounts", after)
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("accounts", editor, before, after)


def test_an_index_that_a_killed_build_left_invalid_is_built_anew(operation):
    now = clock.now()
    Job.objects.bulk_create(Job(kind="a", key=str(n), next_at=now) for n in range(2))
    with connection.cursor() as cursor, pytest.raises(DatabaseError):
        cursor.execute("CREATE UNIQUE INDEX CONCURRENTLY job_built_online ON accounts_job (kind)")
    assert _state_of("job_built_online") is False
    build(operation)
    assert _state_of("job_built_online") is True
    build(operation)  # built, but not noted: the run was killed right after it
    assert _state_of("job_built_online") is True


def test_a_concurrent_index_is_built_by_the_one_operation_that_can_be_repeated():
    wrong = [
        str(path.relative_to(ROOT))
        for path in Path(ROOT).glob("*/migrations/*.py")
        if re.search(r"AddIndexConcurrently|INDEX\s+CONCURRENTLY", path.read_text(), re.IGNORECASE)
    ]
    assert wrong == []
