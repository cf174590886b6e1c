"""Imports that a worker does while somebody watches, and two people at one file."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import psycopg2
import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import ImportFile, ImportRun, Job
from accounts.uploads import jobs as uploads
from tests.accounts.pages.test_imports import match, send, text, work
from tests.page_house import sign_in
from tests.waiting import until_blocked


@pytest.fixture
def ops(client, house):
    sign_in(client, house.people["ops"])
    return client


def test_an_import_runs_in_a_worker_and_says_how_it_went(ops, house):
    send(ops)
    match(ops)
    file = ImportFile.objects.get()
    answer = ops.post(reverse("imports_start", args=[file.pk]))
    run = ImportRun.objects.get()
    assert answer.url == reverse("imports_run", args=[run.pk])
    waiting = ops.get(answer.url)
    assert "It goes on when you leave this page" in text(waiting)
    part = ops.get(answer.url, headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    work()
    done = ops.get(answer.url, headers={"HX-Request": "true"})
    assert done.headers["HX-Redirect"] == answer.url
    page = text(ops.get(answer.url))
    assert "1 account imported, 1 to fix" in page
    assert run.user == house.people["ops"]
    # The same button pressed twice starts nothing twice.
    ops.post(reverse("imports_start", args=[file.pk]))
    assert ImportRun.objects.count() == 1


def test_a_stopped_import_goes_on_where_it_stopped(ops):
    send(ops)
    match(ops)
    ops.post(reverse("imports_start", args=[ImportFile.objects.get().pk]))
    run = ImportRun.objects.get()
    Job.objects.update(state="dead", finished_at=datetime.now(UTC))
    ImportRun.objects.update(state="failed", finished_at=run.started_at, reason="The disk was full")
    page = text(ops.get(reverse("imports_run", args=[run.pk])))
    assert "The disk was full" in page
    ops.post(reverse("imports_go_on", args=[run.pk]))
    work()
    run.refresh_from_db()
    assert (run.state, run.updated, run.rejected, run.reason) == ("done", 1, 1, "")


def test_a_large_file_is_read_and_checked_by_a_worker(ops, monkeypatch):
    monkeypatch.setattr(uploads, "_SMALL_BYTES", 0)
    monkeypatch.setattr(uploads, "_SMALL_ROWS", 0)
    send(ops)
    file = ImportFile.objects.get()
    page = text(ops.get(reverse("imports_file", args=[file.pk])))
    assert "Reading the file" in page
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    work()
    match(ops)
    assert "Checking what would change" in text(ops.get(reverse("imports_file", args=[file.pk])))
    work()
    address = reverse("imports_check", args=[file.pk])
    part = ops.get(reverse("imports_file", args=[file.pk]), headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == address
    assert "This is what would change" in text(ops.get(address))


def test_a_discarded_file_is_gone(ops):
    send(ops)
    file = ImportFile.objects.get()
    answer = ops.post(reverse("imports_discard", args=[file.pk]), follow=True)
    assert "Discarded: companies.csv" in text(answer)
    assert not ImportFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_posts_columns_while_the_import_starts_is_told(ops):
    """The page looks at the file, waits for whoever starts its import, and comes too late."""
    send(ops)
    match(ops)
    answers = []

    def post_columns() -> None:
        answers.append(match(ops))
        connection.close()

    other = psycopg2.connect(**connection.get_connection_params())
    other.cursor().execute("UPDATE accounts_importfile SET state = 'started'")
    slow = threading.Thread(target=post_columns)
    slow.start()
    until_blocked(slow)
    other.commit()
    other.close()
    slow.join()
    assert answers[0].url == reverse("imports")
    page = text(ops.get(answers[0].url))
    assert "companies.csv has moved on: somebody else imports, checks or discarded it." in page
    assert (ImportFile.objects.get().state, ImportFile.objects.get().version) == ("started", 1)
