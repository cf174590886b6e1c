"""What `manage.py check --deploy` tells a self-hoster: what is wrong, in words, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.db import DatabaseError, connection

from cs_platform.runtime.postgres_tools import ToolMissingError, tools_for_server
from cs_platform.runtime.roles import append_only_tables

Found = Iterator[tuple[str, str]]
NOWHERE = ("console", "dummy", "locmem", "filebased")
PING_SECONDS = 2


def _secret_key() -> Found:
    key = settings.SECRET_KEY
    if len(key) < 50 or len(set(key)) < 10:
        yield (
            "SECRET_KEY is weak: whoever guesses it signs in as anybody.",
            "Make one with: openssl rand -hex 32",
        )


def _debug_findings() -> Found:
    if settings.DEBUG:
        yield "DEBUG is on: error pages show code and customers' data.", "Take DEBUG away."
    if settings.DEMO:
        yield (
            "CS_DEMO is on: people may sign in with the password “demo”.",
            "Set CS_DEMO=0 on an installation with real customers.",
        )


def _host_findings() -> Found:
    hosts = set(settings.ALLOWED_HOSTS) - {"localhost", "127.0.0.1", "[::1]", "web"}
    if "*" in hosts:
        yield (
            "ALLOWED_HOSTS lets any name through: links in mails may then lead elsewhere.",
            "Name the hosts people open, such as success.example.com.",
        )
    elif not hosts:
        yield (
            "ALLOWED_HOSTS names only this machine: nobody else can open a page.",
            "Name the hosts people open, such as success.example.com.",
        )
    url = urlsplit(settings.BASE_URL)
    if url.scheme != "https" or url.hostname in ("localhost", "127.0.0.1"):
        yield (
            f"CS_URL is {settings.BASE_URL}: links in mails lead there.",
            "Set it to the address people open, such as https://success.example.com.",
        )


def _transport_findings() -> Found:
    if not settings.SECURE_SSL_REDIRECT:
        yield (
            "CS_TLS is off: sign-in and sessions travel in clear text.",
            "Put a TLS proxy in front (docker-compose.yml has one) and set CS_TLS=1.",
        )
    if any(network.prefixlen == 0 for network in settings.PROXIES):
        yield (
            "CS_PROXIES trusts everybody: anyone may then pretend to come from anywhere.",
            "Name the address of the TLS proxy only.",
        )


def _mail_findings() -> Found:
    if settings.EMAIL_BACKEND.split(".")[-2] in NOWHERE:
        yield (
            "Mail goes nowhere: reminders, surveys and password resets reach nobody.",
            "Set EMAIL_URL, such as smtp+tls://user:password@mail.example.com:587.",
        )
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        yield (
            "DEFAULT_FROM_EMAIL is not set: most mail servers refuse mail from localhost.",
            "Set it to the sender people see, such as success@example.com.",
        )


def _broker_findings() -> Found:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=PING_SECONDS, socket_connect_timeout=PING_SECONDS
    )
    try:
        client.ping()
    except redis.RedisError as error:
        yield (
            f"The broker does not answer ({type(error).__name__}): work goes on, but slowly.",
            "Check REDIS_URL and that Redis runs.",
        )
    finally:
        client.close()


def _database_findings() -> Found:
    try:
        yield from _role_findings()
        yield from _tool_findings()
    except DatabaseError as error:
        yield (
            f"The database does not answer ({type(error).__name__}), so its role is unchecked.",
            "Check DATABASE_URL and that Postgres runs.",
        )


def _role_findings() -> Found:
    """The role that pages work with must not be able to change what is append-only."""
    ledger = append_only_tables()[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper OR rolbypassrls,"
            " coalesce(has_table_privilege(to_regclass(%s), 'UPDATE'), false)"
            " FROM pg_roles WHERE rolname = current_user",
            [ledger],
        )
        role, is_mighty, may_rewrite = cursor.fetchone()
    hint = (
        "Give DATABASE_URL a role of its own, DATABASE_OWNER_URL the one that owns the tables,"
        " and run manage.py prepare (deploy/postgres/roles.sh makes the roles)."
    )
    if is_mighty:
        yield f"The database role {role} is a superuser: it bypasses every protection.", hint
    elif may_rewrite:
        yield f"The database role {role} may rewrite the ledger and the audit trail.", hint


def _tool_findings() -> Found:
    try:
        tools_for_server()
    except ToolMissingError as error:
        yield f"manage.py backup cannot work here: {error}", "See docs/operations.md, Back up."


_QUESTIONS: tuple[Callable[[], Found], ...] = (
    _secret_key,
    _debug_findings,
    _host_findings,
    _transport_findings,
    _mail_findings,
    _broker_findings,
    _database_findings,
)


@register(deploy=True)
def ready_for_people(**_: Any) -> list[CheckMessage]:
    """Numbered by question, so that a finding keeps its id whatever else is wrong."""
    return [
        Warning(says, hint=hint, id=f"cs_platform.W{number}{letter}")
        for number, question in enumerate(_QUESTIONS, start=101)
        for letter, (says, hint) in zip("abc", question(), strict=False)
    ]
