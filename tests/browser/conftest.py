"""Chromium as Debian packages it; without one these tests are skipped with one line."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import Account, Installation, User
from health.queries.scorecards import in_force
from tests.cards import install_cards
from tests.fresh_sign_in import sign_in_freshly
from tests.page_house import DAY, GOOD, NOW, POOR, add_task, judge, show_present

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
    " --disable-default-apps"
).split()
AXE = Path(__file__).parent / "axe.min.js"
PASSWORD = "three brass lanterns"
# How long anything may take before a test gives up: a busy machine is slow, not wrong.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
# Playwright runs an event loop in this thread; Django would refuse its own queries there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = str(Path(__file__).parent)
    for item in items:
        if not str(item.path).startswith(here):
            continue
        item.add_marker(pytest.mark.browser)
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium: apt-get install chromium"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    rules = "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost"
    args = [*FLAGS, f"--host-resolver-rules={rules}"]
    return {"executable_path": CHROMIUM, "args": args, "timeout": PATIENCE_MS}


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Browser:
    """Its contexts, however a test makes them, wait as long as everything else here."""
    make_context = browser.new_context

    def make_patient_context(**options: Any) -> BrowserContext:
        context = make_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        return context

    browser.new_context = make_patient_context  # type: ignore[method-assign]
    return browser


@pytest.fixture(autouse=True)
def _connections_end_with_their_request(transactional_db: None) -> Iterator[None]:
    """The browser keeps sockets open, and with them threads of the server: they must not keep
    the database from being taken down."""
    kept = connection.settings_dict["CONN_MAX_AGE"]
    connection.settings_dict["CONN_MAX_AGE"] = 0
    yield
    connection.settings_dict["CONN_MAX_AGE"] = kept
    _wait_for_requests()


def _wait_for_requests() -> None:
    """A page reads parts again by itself: what it still asks for must be answered before the
    tables are emptied, or the two lock each other out."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                " AND state IN ('active', 'idle in transaction')"
            )
            if cursor.fetchone()[0] == 0:
                return
            time.sleep(0.02)


@pytest.fixture
def company(transactional_db: None) -> User:
    """A CSM with a poor, a middling and a fine account, and one task that is late."""
    cache.clear()
    Installation.objects.update_or_create(pk=1, defaults={"name": "Acme", "as_of": DAY})
    install_cards(now=NOW - timedelta(days=400))
    card = in_force()["four_inputs"]
    csm = User.objects.create_user("csm@demo.example", PASSWORD, name="Mira Quell", role="csm")
    for name, arr, raw in (("Poorly", 90, POOR), ("Finely", 40, GOOD), ("Mostly", 10, GOOD)):
        account = Account.objects.create(
            external_id=name.lower(),
            name=f"{name} Instruments",
            owner=csm,
            arr_minor=arr * 1_000_00,
            renews_on=DAY + timedelta(days=arr),
        )
        judge(account, card, raw=GOOD, day=DAY - timedelta(days=30))
        show_present(judge(account, card, raw=raw), week_change=Decimal("-3.50"))
        add_task(account, csm, title=f"Call {name}", due=NOW - timedelta(days=1))
    return csm


@pytest.fixture
def errors() -> list[str]:
    return []


def watched(context: BrowserContext, errors: list[str]) -> Page:
    """A page whose console errors (a refused style, a broken script) fail the test."""
    page = context.new_page()
    page.on("console", lambda message: errors.append(message.text) if _is_bad(message) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page


def _is_bad(message: Any) -> bool:
    return message.type in ("error", "warning")


@pytest.fixture
def desk(browser: Browser, company: User, live_server: Any, errors: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=live_server.url)
    page = watched(context, errors)
    sign_in(page)
    yield page
    context.close()
    assert errors == []


def sign_in(page: Page, name: str = "csm", *, lead_to: str = "/") -> None:
    """As if by the form a moment ago, without its two pages, and in a browser that is not known."""
    client = Client()
    sign_in_freshly(client, User.objects.get(email=f"{name}@demo.example"))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session}
    page.context.add_cookies([{**cookie, "domain": "localhost", "path": "/"}])
    page.goto(lead_to)


def sign_in_by_form(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("E-mail").fill("csm@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/login/" not in address)
