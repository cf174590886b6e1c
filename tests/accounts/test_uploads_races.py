"""Two people, or a person and a worker, at the same upload: nobody undoes what the other did."""

from __future__ import annotations

import gzip
import threading
import time

import pytest
from django.db import connection

from accounts.models import FileChunk, ImportFile, ImportRun, Job
from accounts.uploads import FileMovedOn, discard, keep_upload, read_upload
from accounts.uploads import jobs as uploads
from accounts.work import leases
from cs_platform.scheduling.job_runner import run_job
from tests.accounts.uploads import NOW, matched, pieces, somebody, uploaded, workbook

CSV = b"ID,Name\nacme,Acme\nbolt,Bolt\n"


def seen(file: ImportFile) -> ImportFile:
    """As somebody else has it before them."""
    return ImportFile.objects.get(pk=file.pk)


@pytest.fixture
def file(db) -> ImportFile:
    return matched(uploaded("accounts.csv", CSV), "accounts")


def test_columns_posted_after_the_start_change_nothing_of_the_import(file):
    uploads.check_soon(file)
    early = seen(file)
    run = uploads.import_soon(seen(file), user=somebody())
    early.mapping = {**early.mapping, "date_order": "MM-DD-YYYY"}
    with pytest.raises(FileMovedOn):
        uploads.check_soon(early)
    after = seen(file)
    assert (after.state, after.version, after.mapping) == ("started", 1, file.mapping)
    with pytest.raises(FileMovedOn):
        uploads.import_soon(early, user=somebody())
    assert ImportRun.objects.get() == run


def test_of_two_who_ask_for_a_check_the_first_is_answered(file, monkeypatch):
    monkeypatch.setattr(uploads, "_SMALL_ROWS", 0)
    late = seen(file)
    uploads.check_soon(file)
    with pytest.raises(FileMovedOn):
        uploads.check_soon(late)
    assert Job.objects.filter(kind=uploads.CHECK).count() == 1


def test_a_check_that_fails_while_its_page_waits_leaves_the_file_as_it_was(file):
    """Nobody else works on a small file: it would be “being checked” for ever."""
    FileChunk.objects.filter(file=file).update(body=b"not what was written")
    with pytest.raises(gzip.BadGzipFile):
        uploads.check_soon(file)
    assert (seen(file).state, seen(file).version) == ("ready", 0)


def test_another_encoding_is_tried_once(db):
    refused = uploaded("latin.csv", "ID,Name\na,Bärenwerk\n".encode("cp1252"))
    late = seen(refused)
    uploads.read_again(refused, encoding="cp1252")
    with pytest.raises(FileMovedOn):
        uploads.read_again(late, encoding="utf-8")
    assert (seen(refused).state, seen(refused).encoding) == ("ready", "cp1252")


@pytest.mark.parametrize(
    "content",
    [CSV, b"a,a\n1,2\n", b"", gzip.compress(CSV)[:20]],
    ids=["readable", "two columns alike", "empty", "half a gzip"],
)
def test_a_file_discarded_before_its_reading_ends_stays_discarded(db, content):
    file = keep_upload(name="a.csv", pieces=pieces(content), user=somebody(), now=NOW)
    at_work = seen(file)
    assert discard(file)
    read_upload(at_work, on_progress=lambda rows: None)
    assert not ImportFile.objects.exists()
    assert not FileChunk.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_is_discarded_while_a_worker_reads_it(monkeypatch):
    monkeypatch.setattr("accounts.intake.kept_rows.MOST_ROWS", 1)
    rows = b"".join(b"a%d,Account\n" % n for n in range(40))
    file = keep_upload(name="a.csv", pieces=pieces(b"ID,Name\n" + rows), user=somebody(), now=NOW)
    reading, told = threading.Event(), []

    def on_progress(count: int) -> None:
        told.append(count)
        reading.set()
        time.sleep(0.02)

    def read() -> None:
        read_upload(seen(file), on_progress=on_progress)
        connection.close()

    worker = threading.Thread(target=read)
    worker.start()
    assert reading.wait(10)
    assert discard(file)
    worker.join()
    assert 0 < len(told) < 40
    assert not ImportFile.objects.exists()
    assert not FileChunk.objects.exists()


def test_who_lost_the_job_does_not_end_the_reading_of_another(db, monkeypatch):
    monkeypatch.setattr(uploads, "_SMALL_BYTES", 0)
    file = uploads.receive(name="a.csv", pieces=[CSV], user=somebody(), fixes=None)

    told: list[int] = []

    def lost_at_the_end(rows: int) -> None:
        """Another worker has begun anew since the last rows were kept."""
        if rows in told:
            raise leases.LeaseLostError("upload.read")
        told.append(rows)

    with pytest.raises(leases.LeaseLostError):
        read_upload(seen(file), on_progress=lost_at_the_end)
    assert (seen(file).state, told) == ("reading", [2])


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv.gz", gzip.compress(CSV)), ("a.xlsx", workbook(["ID", "Name"], ["a", "Acme"]))],
    ids=["gzip", "workbook"],
)
def test_a_packed_file_is_read_by_a_worker_however_small_it_is(db, name, content):
    file = uploads.receive(name=name, pieces=[content], user=somebody(), fixes=None)
    assert file.state == "reading"
    assert run_job(Job.objects.get(kind=uploads.READ).pk)
    assert (seen(file).state, seen(file).rows > 0) == ("ready", True)


def test_small_plain_text_is_read_at_once(db):
    file = uploads.receive(name="a.csv", pieces=[CSV], user=somebody(), fixes=None)
    assert (file.state, Job.objects.count()) == ("ready", 0)
