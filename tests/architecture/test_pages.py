"""Every page there is, read once as CS ops: titles, markup, and names of what can be pressed."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.test import override_settings

from accounts.models import Installation
from tests.html_faults import Page
from tests.permission_asking import Asker
from tests.permission_house import build_house, make_keys
from tests.permission_matrix import ROWS, Cell
from tests.undone import undone

# Pages that answer a form which was refused, and as whom.
REFUSED = (
    ("login", "anonymous"),
    ("account_change_password", "ops"),
    ("imports_file", "ops"),
    ("admin:health_scorecard_back", "ops"),
)


@contextmanager
def hushed() -> Iterator[None]:
    """No row of a session at each request, no line of a refusal."""
    logging.disable(logging.CRITICAL)
    with override_settings(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies"):
        yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def quiet(db):
    with hushed():
        yield


def is_ours(route: str) -> bool:
    """Django admin's own markup is Django's."""
    return ROWS[route]["room"] == "pages" and not route.startswith("admin")


def page_of(answer) -> str | None:
    """The document; None for parts, files and what leads elsewhere."""
    if answer.status_code != 200 or answer.streaming:
        return None
    html = answer.content.decode()
    return html if "<html" in html else None


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker) -> dict[str, Page]:
    """By route; CS ops sees every page, and lists with two and more accounts, tasks and rows."""
    with django_db_blocker.unblock(), hushed(), undone():
        return read_pages()


def read_pages() -> dict[str, Page]:
    asker, found = Asker(build_house(), "ops", tokens=make_keys()), {}
    for cell in asker.cells:
        if (cell.method, cell.place) == ("GET", "own") and ROWS[cell.route]["room"] != "api":
            html = page_of(asker.ask(cell))
            if html is not None:
                found[cell.route] = Page(html)
    return found


def test_no_two_pages_have_one_title(pages):
    assert len(pages) > 140
    titles = Counter(page.title for page in pages.values())
    shared = {
        title: [route for route, page in pages.items() if page.title == title]
        for title, count in titles.items()
        if count > 1 or not title
    }
    assert shared == {}


def test_the_markup_is_valid_and_no_name_stands_for_two_things(pages):
    ours = {route: page for route, page in pages.items() if is_ours(route)}
    assert len(ours) > 30
    wrong = {route: page.faults + page.repeated_names() for route, page in ours.items()}
    assert {route: faults for route, faults in wrong.items() if faults} == {}


@pytest.mark.parametrize(("route", "actor"), REFUSED)
def test_the_title_of_a_refused_form_begins_with_error(quiet, route, actor):
    asker = Asker(build_house(), actor, tokens=make_keys())
    html = page_of(asker.ask(Cell(route, "POST", actor)))
    assert Page(html).title.startswith("Error: ")


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/tasks/?view=overdue", "Tasks: overdue"),
        ("/tasks/?view=done&q=velo", "Tasks: finished, “velo”"),
        ("/portfolio/?band=watch&renewal=90", "Portfolio: Watch, In 90 days"),
        ("/ops/jobs/?view=dead", "Jobs: given up"),
        ("/imports/?view=running", "Imports: running"),
        ("/portfolio/?page=2", "Portfolio (page 2)"),
    ],
)
def test_a_title_names_what_was_chosen(quiet, client, address, title):
    client.force_login(build_house().people["ops"], settings.AUTHENTICATION_BACKENDS[0])
    whole = client.get(address).content.decode()
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    named = f"{title} · {Installation.current().name}"
    assert Page(whole).title == named
    assert "<title>" not in part or Page(part).title == named


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<span><form></form></span>", "<form> in <span>"),
        ("<ul><p>One</p></ul>", "<p> in <ul>"),
        ("<p id=a></p><p id=a></p>", "id a 2 times"),
        ("<input autofocus><input autofocus>", "autofocus twice"),
        (
            '<time datetime="2025-03-14T09:30:00.123456"></time>',
            "<time> of 2025-03-14T09:30:00.123456",
        ),
        ("<input type=search role=combobox>", "<input type=search> with the role combobox"),
        ("<select><option></option></select>", "<option> without a word"),
        ("<div><b></div>", "</div> closes <b>"),
        ('<label for="gone">Name</label>', "for of <label> names gone, which is not there"),
        ('<a class="x" class="y"></a>', "<a> says an attribute twice"),
        ("<html><h1></h1><h1></h1><main></main></html>", "2 <h1>"),
    ],
)
def test_a_fault_is_named(html, fault):
    assert fault in Page(html).faults


def test_a_name_that_stands_for_two_things_is_named():
    def repeated(links):
        return Page(f"<main>{links}</main>").repeated_names()

    two = '<a href="/1/">Open</a><a href="/2/" title="x">Open</a>'
    assert repeated(two) == ["a “Open” leads to 2 places"]
    named = '<a href="/1/" aria-label="Open Bolt">Open</a><a href="/2/">Open<b> Nut</b></a>'
    assert repeated(named) == []
    assert repeated('<a href="/1/">One</a><a href="/1/">One</a>') == []
