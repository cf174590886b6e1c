"""Lines carry ids, not people: sign-in, imports, API and failing jobs name nobody."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.keys import create_key
from accounts.models import Account, Contact, Job, OutboxMessage, User
from accounts.work import outbox
from cs_platform.runtime import logs
from cs_platform.runtime.routes import routes
from cs_platform.scheduling import job_runner

CANARY = ("canary", "quill", "hunter2-secret")


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Everything logged, as production writes it; at the finest level there is."""
    written: list[str] = []
    formatter = logs.JsonFormatter()

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(formatter.format(record))

    handler, root = Keep(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)  # off outside DEBUG
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def assert_nobody(lines: list[str]) -> None:
    assert lines, "nothing was logged, so nothing is proven"
    leaks = [line for line in lines if any(word in line.lower() for word in CANARY)]
    assert leaks == []


@pytest.fixture
def ada(db) -> User:
    return User.objects.create_user(
        "canary.quill@example.com", "hunter2-secret", name="Canary Quill"
    )


def test_signing_in_names_nobody(client, ada, lines):
    for password in ("hunter2-secret", "hunter2-secret-but-wrong"):
        form = {"login": "canary.quill@example.com", "password": password}
        client.post("/login/", form)
        client.post("/logout/")
    assert any('"route": "login"' in line for line in lines)
    assert_nobody(lines)


def test_a_refused_import_names_nobody(db, tmp_path, lines):
    file = tmp_path / "contacts.csv"
    file.write_text("external_id,account,name,email\nc1,none,Canary Quill,canary.quill@example\n")
    with pytest.raises((CommandError, SystemExit)):
        call_command("import", str(file))
    logging.getLogger("cs_platform").info("done")
    assert_nobody(lines)


def test_errors_of_the_api_name_nobody(client, db, lines):
    _key, token = create_key(name="k", scopes=["ingest:*"], now=datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}"}
    body = json.dumps({"records": [{"name": "Canary Quill", "email": "canary.quill@example.com"}]})
    for address in ("/api/v1/bulk/contacts/", "/api/v1/nowhere/canary.quill@example.com"):
        client.post(address, body, content_type="application/json", headers=headers)
    assert any('"status": 4' in line for line in lines)
    assert_nobody(lines)
    assert [line for line in lines if token in line] == []


def test_a_failing_job_says_where_and_not_whose(db, lines):
    job = Job.objects.create(
        kind="inbox.batch", key="canary.quill@example.com", next_at=datetime.now(UTC), payload={}
    )
    assert job_runner.run_job(job.pk) is True
    (failed,) = [json.loads(line) for line in lines if "failed" in line]
    assert (failed["job_id"], failed["kind"]) == (str(job.pk), "inbox.batch")
    assert failed["error"] == "builtins.KeyError"
    assert any("inbox.py" in place for place in failed["where"])
    assert_nobody(lines)


def test_a_message_that_cannot_go_out_names_nobody(db, settings, lines):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    account = Account.objects.create(external_id="a", name="Brass Lantern")
    contact = Contact.objects.create(
        account=account, external_id="c", name="Canary Quill", email="canary.quill@example.com",
        met_on=date(2025, 1, 1),
    )  # fmt: skip
    now = datetime(2025, 3, 14, 12, tzinfo=UTC)  # within the hours of a customer
    OutboxMessage.objects.create(
        key="m", channel="email", contact=contact, subject="Hello Canary Quill", next_at=now
    )
    assert outbox.send_due(now=now) == 1
    assert_nobody(lines)


def record(message: str, *arguments: object, error: BaseException | None = None):
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("x", logging.ERROR, "f.py", 1, message, arguments, info)


def test_what_looks_like_an_address_is_taken_out_of_any_line():
    said = record("mail to %s and <b.o@acme.co.uk> (c@d.example)", "ada@example.com")
    for formatter in (logs.JsonFormatter(), logs.PlainFormatter("%(message)s")):
        line = formatter.format(said)
        assert "@" not in line
        assert line.count("[address]") == 3


def test_the_words_of_an_error_stay_out_of_production_and_in_the_demo():
    try:
        try:
            raise ValueError("Key (email)=(ada@example.com) exists")
        except ValueError as cause:
            raise RuntimeError("Canary Quill is there twice") from cause
    except RuntimeError as error:
        failed = record("it failed", error=error)
    line = json.loads(logs.JsonFormatter().format(failed))
    assert line["error"] == "builtins.RuntimeError from builtins.ValueError"
    assert "test_logs.py" in line["where"][0]
    assert "Canary" not in json.dumps(line)
    plain = logs.PlainFormatter("%(message)s").format(failed)
    assert "Canary Quill is there twice" in plain
    assert "ada@example.com" not in plain


def test_a_failed_task_is_named_without_its_words():
    failed = record("Task %s raised: Canary Quill", error=ValueError("Canary Quill"))
    failed.name, failed.data = (
        "celery.app.trace",
        {"name": "cs_platform.scheduling.tasks.run_queue"},
    )
    assert json.loads(logs.JsonFormatter().format(failed))["says"] == (
        "task cs_platform.scheduling.tasks.run_queue failed"
    )


def test_lines_of_a_job_carry_its_id():
    with logs.doing(job=17):
        assert json.loads(logs.JsonFormatter().format(record("x")))["job_id"] == "17"
        assert logs.PlainFormatter("%(message)s").format(record("x")) == "x [17]"
    assert "job_id" not in json.loads(logs.JsonFormatter().format(record("x")))


SECRET = "Zq7-kV9xTokenOfALink0"
_ARGUMENT = re.compile(r"<[^>]+>|\(\?P<\w+>[^)]*\)")


def addresses_with_a_secret() -> list[str]:
    """Each route with an argument, filled with a secret, whether or not it takes such a one."""
    filled = [
        "/" + re.sub(r"[\^$]|\\Z", "", _ARGUMENT.sub(SECRET, address))
        for _name, address, _entry in routes()
    ]
    return sorted({address for address in filled if SECRET in address})


@pytest.fixture
def both_styles() -> Iterator[list[str]]:
    """Every line of django and of the platform, as production and as the demo write it."""
    written: list[str] = []
    formatters = (logs.JsonFormatter(), logs.PlainFormatter("%(levelname)s %(name)s %(message)s"))

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.extend(formatter.format(record) for formatter in formatters)

    handler, root = Keep(), logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


def test_no_refused_request_writes_the_secret_of_its_address(client, ada, both_styles):
    addresses = addresses_with_a_secret()
    assert any("/reset/key/" in address for address in addresses)
    strict, person = Client(enforce_csrf_checks=True), Client()
    User.objects.update(role="ops")
    person.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    for address in addresses:
        client.get(address)
        client.get(f"{address}x y/{SECRET}?key={SECRET}")
        strict.post(address)
        strict.post(address, headers={"referer": f"https://testserver{address}"}, secure=True)
        strict.post(address, headers={"referer": f"https://evil.test{address}"}, secure=True)
        person.get(address)
        person.delete(address)
    for _ in range(21):
        client.post(f"/auth/password/reset/key/1-{SECRET}/", {"password1": "x"})
    for refusal in ("Forbidden", "Not Found", "Method Not Allowed", "Too Many Requests"):
        assert any(refusal in line for line in both_styles), refusal
    assert [line for line in both_styles if SECRET in line] == []
    assert any("/auth/password/reset/key/…/" in line for line in both_styles)


@pytest.mark.parametrize("name", ["gunicorn.error", "django.server"])
def test_lines_of_the_servers_keep_the_words_of_an_address_and_no_secret(name):
    asked = record('"%s" failed: %s', f"GET /tasks/17/{SECRET}/ HTTP/1.1", f"/tasks/{SECRET}")
    asked.name = name
    line = logs.PlainFormatter("%(message)s").format(asked)
    assert line == '"GET /tasks/17/…/ HTTP/1.1" failed: /tasks/…'


def test_paths_of_files_are_left_as_they_are():
    said = record("wrote %s", "/var/backups/cs-2026.dump")
    assert logs.PlainFormatter("%(message)s").format(said) == "wrote /var/backups/cs-2026.dump"
