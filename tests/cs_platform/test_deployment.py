"""Each misconfiguration is named in words; a sound configuration is left alone."""

import pytest
from django.core.checks import Warning
from django.db import connection

from cs_platform.runtime.configuration import Configuration, networks
from cs_platform.runtime.deployment import ready_for_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def sound(settings):
    """As docker-compose.yml configures it; the database role is the tests' own."""
    settings.SECRET_KEY = "f3a91c07be52d846" * 4
    settings.ALLOWED_HOSTS = ["success.example.com", "web", "127.0.0.1"]
    settings.BASE_URL = "https://success.example.com"
    settings.SECURE_SSL_REDIRECT = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "success@example.com"
    with connection.cursor() as cursor:
        cursor.execute("REVOKE UPDATE ON accounts_revenuemovement FROM current_user")
    return settings


def says():
    found = ready_for_people()
    assert all(isinstance(warning, Warning) and warning.hint for warning in found)
    return [warning.msg for warning in found]


def test_nothing_is_wrong_with_a_sound_configuration(sound):
    assert says() == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY is weak"),
        ("SECRET_KEY", "a" * 64, "SECRET_KEY is weak"),
        ("DEBUG", True, "DEBUG is on"),
        ("DEMO", True, "CS_DEMO is on"),
        ("ALLOWED_HOSTS", ["*"], "ALLOWED_HOSTS lets any name through"),
        ("ALLOWED_HOSTS", ["localhost"], "ALLOWED_HOSTS names only this machine"),
        ("BASE_URL", "http://success.example.com", "CS_URL is http://success.example.com"),
        ("BASE_URL", "https://localhost", "CS_URL is https://localhost"),
        ("SECURE_SSL_REDIRECT", False, "CS_TLS is off"),
        ("PROXIES", networks("CS_PROXIES", ["0.0.0.0/0"]), "CS_PROXIES trusts everybody"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "Mail goes nowhere"),
        ("DEFAULT_FROM_EMAIL", "platform@localhost", "DEFAULT_FROM_EMAIL is not set"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "The broker does not answer (ConnectionError)"),
    ],
)
def test_what_is_wrong_is_said_in_words(sound, name, value, words):
    setattr(sound, name, value)
    (said,) = says()
    assert said.startswith(words)


def test_a_role_that_may_rewrite_the_ledger_is_named(sound):
    with connection.cursor() as cursor:
        cursor.execute("GRANT UPDATE ON accounts_revenuemovement TO current_user")
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
    assert says() == [f"The database role {role} may rewrite the ledger and the audit trail."]


def test_client_programs_older_than_the_server_are_named(sound, monkeypatch, tmp_path):
    monkeypatch.setattr("cs_platform.runtime.postgres_tools._candidate_folders", lambda: [tmp_path])
    (said,) = says()
    assert said.startswith("manage.py backup cannot work here: The server is Postgres 1")


def test_a_secret_may_stand_in_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "key"
    secret.write_text("from a file\n")
    monkeypatch.setenv("SOME_KEY_FILE", str(secret))
    assert Configuration().str("SOME_KEY") == "from a file"


def test_a_mistyped_network_refuses_the_start():
    with pytest.raises(Exception, match="CS_PROXIES has to be a comma list"):
        networks("CS_PROXIES", ["10.0.0.1/99"])
