"""The import pages as somebody walks through them, and as nobody should."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import (
    Account,
    Contract,
    ImportFile,
    ImportMapping,
    ImportRun,
    Job,
    RejectedRecord,
)
from accounts.uploads import jobs as uploads
from cs_platform.scheduling.job_runner import run_job
from tests.nasty import NASTY_FILES
from tests.page_house import remove_accounts, sign_in

CRM = (
    b"Company ID,Company name,Website,Currency,Create Date\n"
    b"acc-own,Acme <b>Ltd</b>,https://www.acme.example/,USD,17/04/2024\n"
    b"bolt,Bolt Works,bolt.example,many,03/04/2024\n"
)


@pytest.fixture
def ops(client, house):
    sign_in(client, house.people["ops"])
    return client


def send(client, content=CRM, *, name="companies.csv", **rest):
    file = SimpleUploadedFile(name, content, "text/csv")
    return client.post(reverse("imports_upload"), {"file": file, **rest})


def columns(**changes):
    """What the browser sends of the mapping page for CRM."""
    return {
        "kind": "accounts",
        "c0": "external_id",
        "c1": "name",
        "c2": "domain",
        "c3": "currency",
        "c4": "customer_since",
        "date_order": "DD-MM-YYYY",
        "decimal_mark": ".",
        "zone": "UTC",
        **changes,
    }


def match(client, file=None, **changes):
    file = file or ImportFile.objects.latest("pk")
    return client.post(reverse("imports_file", args=[file.pk]), columns(**changes))


def work():
    """What the worker does when it is rung."""
    for job_id in Job.objects.filter(state="new").values_list("pk", flat=True):
        run_job(job_id)


def through(client, content=CRM, **changes):
    """From an upload to its finished run."""
    send(client, content)
    match(client, **changes)
    client.post(reverse("imports_start", args=[ImportFile.objects.latest("pk").pk]))
    work()
    return ImportRun.objects.latest("pk")


def text(response):
    return " ".join(response.content.decode().split())


def test_the_first_page_leads_to_data(ops):
    remove_accounts()
    page = text(ops.get(reverse("imports")))
    assert "Nothing has come in yet" in page
    for way in ("Upload a file", "manage.py api_key create", "manage.py demo"):
        assert way in page
    assert reverse("imports_example", args=["accounts"]) in page


@pytest.mark.parametrize("kind", ["accounts", "contacts", "usage", "tickets", "invoices"])
def test_an_example_goes_in_as_it_is(ops, kind):
    Account.objects.create(external_id="acme-1", name="Acme")
    example = ops.get(reverse("imports_example", args=[kind])).content
    send(ops, example, name=f"{kind}.csv")
    file = ImportFile.objects.latest("pk")
    assert (file.kind, file.mapping["date_order"]) == (kind, "YYYY-MM-DD")
    uploads.check_soon(file)
    file.refresh_from_db()
    assert (file.outcome.get("rejected", 0), file.outcome["codes"]) == (0, [])


def test_an_upload_leads_to_its_columns_with_values_and_guesses(ops):
    answer = send(ops)
    file = ImportFile.objects.get()
    assert answer.url == reverse("imports_file", args=[file.pk])
    page = text(ops.get(answer.url))
    assert "Acme &lt;b&gt;Ltd&lt;/b&gt;" in page
    assert "“17/04/2024” is 17 Apr 2024" in page
    assert '<option value="customer_since" selected>' in page


def test_no_file_is_no_upload(ops):
    answer = ops.post(reverse("imports_upload"), {}, follow=True)
    assert "Choose a CSV or XLSX file first." in text(answer)
    assert not ImportFile.objects.exists()


@pytest.mark.parametrize("name", NASTY_FILES)
def test_a_nasty_upload_ends_in_words(ops, name):
    send(ops, NASTY_FILES[name], name=f"../../{'x' * 300}.csv")
    work()  # a long one is left to a worker
    file = ImportFile.objects.get()
    assert "/" not in file.name
    page = ops.get(reverse("imports_file", args=[file.pk]))
    assert page.status_code == 200
    assert "Nothing of it was imported." in text(page)


def test_another_encoding_is_tried(ops):
    send(ops, "Company ID,Company name\nb,Bärenwerk\n".encode("cp1252"))
    file = ImportFile.objects.get()
    page = text(ops.get(reverse("imports_file", args=[file.pk])))
    assert "The letters in this file cannot be read" in page
    ops.post(reverse("imports_encoding", args=[file.pk]), {"encoding": "cp1252"})
    assert "Bärenwerk" in text(ops.get(reverse("imports_file", args=[file.pk])))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"c1": ""}, "Choose a column for “Name”: every record needs it."),
        ({"c2": "name"}, "Two columns go to “Name”: keep one of both."),
        ({"date_order": "soon"}, "soon is not one of the available choices."),
        ({"zone": "Mars/Base"}, None),
        ({"c0": "is_staff"}, None),
        ({"kind": "secrets"}, None),
    ],
)
def test_a_mapping_that_cannot_be_used_is_sent_back(ops, changes, words):
    send(ops)
    answer = match(ops, **changes)
    assert answer.status_code == 200
    assert words is None or words in text(answer)
    assert ImportFile.objects.get().state == "ready"


FOREIGN = (
    "Numéro;Raison sociale;Depuis;Prix;Genre;Devise\n"
    "C-1;Acme;{};1.234,56;new;EUR\n"
    "C-2;Bolt;03/04/2024;12.000,00;new;EUR\n"
)


def match_by_hand(ops, day, **said):
    """Columns nobody knows: the page had no dates or amounts to ask about when it was shown."""
    send(ops, FOREIGN.format(day).encode())
    file = ImportFile.objects.latest("pk")
    page = text(ops.get(reverse("imports_file", args=[file.pk]), {"kind": "movements"}))
    assert '<input type="hidden" name="date_order" value="">' in page
    columns = {
        "c0": "external_id",
        "c1": "account",
        "c2": "effective_on",
        "c3": "arr",
        "c4": "kind",
        "c5": "currency",
    }
    return match(ops, file, **columns, kind="movements", **said)


def test_dates_and_amounts_mapped_by_hand_are_read_as_they_show(ops):
    Account.objects.create(external_id="acme", name="Acme")
    answer = match_by_hand(ops, "17/04/2024", date_order="", decimal_mark="")
    file = ImportFile.objects.latest("pk")
    assert answer.url == reverse("imports_check", args=[file.pk])
    assert (file.mapping["date_order"], file.mapping["decimal_mark"]) == ("DD-MM-YYYY", ",")


def test_dates_mapped_by_hand_that_read_in_two_ways_are_asked_about(ops):
    answer = match_by_hand(ops, "02/04/2024", date_order="", decimal_mark="")
    page = text(answer)
    assert "Say how the dates in this file are written." in page
    assert "These dates read in two ways: choose one." in page
    assert "“02/04/2024” is 2 Apr 2024" in page
    answer = match_by_hand(ops, "02/04/2024", date_order="MM-DD-YYYY", decimal_mark=",")
    assert answer.status_code == 302
    assert ImportFile.objects.latest("pk").mapping["date_order"] == "MM-DD-YYYY"


def test_the_check_shows_before_and_after_and_writes_nothing(ops, house):
    send(ops)
    answer = match(ops)
    assert answer.url == reverse("imports_check", args=[ImportFile.objects.get().pk])
    page = text(ops.get(answer.url))
    assert "Import 1 account<" in page
    assert "<del>secret-own</del>" in page
    assert "<ins>Acme &lt;b&gt;Ltd&lt;/b&gt;</ins>" in page
    rejected = text(ops.get(answer.url, {"show": "rejected"}))
    assert "“many” is not an ISO 4217" in rejected
    assert not Account.objects.filter(external_id="bolt").exists()
    assert Account.objects.get(external_id="acc-own").name == "secret-own"


def test_a_refused_row_is_fixed_in_place(ops):
    run = through(ops)
    address = reverse("imports_record", args=[run.pk, 3])
    page = text(ops.get(address))
    assert 'aria-invalid="true"' in page
    wrong = ops.post(address, {"external_id": "bolt", "name": "Bolt", "currency": "still many"})
    assert "“still many” is not an ISO 4217" in text(wrong)
    right = ops.post(
        address, {"external_id": "bolt", "name": "Bolt", "currency": "EUR"}, follow=True
    )
    assert "Row 3 is in." in text(right)
    assert Account.objects.get(external_id="bolt").currency == "EUR"
    assert "Fixed since" in text(right)
    assert ops.get(address).status_code == 404


def test_the_rows_to_fix_are_downloaded_mended_and_brought_back(ops):
    run = through(ops)
    answer = ops.get(reverse("imports_errors", args=[run.pk]))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    body = b"".join(answer.streaming_content)
    send(ops, body.replace(b",many,", b",EUR,"), name="to-fix.csv", fixes=run.pk)
    file = ImportFile.objects.latest("pk")
    assert file.fixes == run
    page = text(ops.get(reverse("imports_file", args=[file.pk])))
    assert (
        f'This file brings back rows that <a href="{reverse("imports_run", args=[run.pk])}">'
        in page
    )
    changes = {f"c{n}": "" for n in range(3)}
    moved = {f"c{n + 3}": value for n, value in enumerate(list(columns().values())[1:6])}
    ops.post(reverse("imports_file", args=[file.pk]), {**columns(), **changes, **moved})
    ops.post(reverse("imports_start", args=[file.pk]))
    work()
    assert RejectedRecord.objects.filter(run=run, settled_at=None).count() == 0
    assert "Fixed since" in text(ops.get(reverse("imports_run", args=[run.pk])))


def test_all_rows_are_tried_again_as_they_are(ops):
    body = b"Ticket ID,Account ID,Created at,Type\nt-1,late,2025-03-01T09:30:00Z,defect\n"
    send(ops, body, name="tickets.csv")
    file = ImportFile.objects.latest("pk")
    uploads.check_soon(file)
    ops.post(reverse("imports_start", args=[file.pk]))
    work()
    run = ImportRun.objects.get()
    Account.objects.create(external_id="late", name="Late")
    answer = ops.post(reverse("imports_retry", args=[run.pk]), follow=True)
    assert "Tried 1 ticket again: 1 in now." in text(answer)


def test_a_saved_mapping_is_offered_for_the_same_header(ops):
    send(ops)
    match(ops, save_as="CRM export", c2="")
    assert ImportMapping.objects.get().name == "CRM export"
    send(ops, CRM.replace(b"bolt", b"nut"))
    page = text(ops.get(reverse("imports_file", args=[ImportFile.objects.latest("pk").pk])))
    assert 'value="CRM export"' in page
    assert ImportFile.objects.latest("pk").mapping["columns"]["website"] == ""


def test_what_has_rows_to_fix_needs_attention(ops):
    run = through(ops)
    assert "Rows to fix" in text(ops.get(reverse("imports"), {"view": "attention"}))
    RejectedRecord.objects.filter(run=run).update(settled_at=run.started_at)
    assert "Nothing needs you" in text(ops.get(reverse("imports"), {"view": "attention"}))
    assert "No import is running" in text(ops.get(reverse("imports"), {"view": "running"}))


def test_rows_to_fix_are_narrowed_down_to_a_reason(ops):
    run = through(ops, CRM + b"nut,,nut.example,x,17/04/2024\n")
    address = reverse("imports_run", args=[run.pk])
    page = text(ops.get(address, {"field": "name", "code": "required"}))
    assert "1–1 of 1 rows" in page
    assert "“many”" not in page


@pytest.mark.parametrize("rows", [1, 60])
def test_pages_ask_a_fixed_number_of_questions(ops, house, django_assert_num_queries, rows):
    bad = "".join(f"b{n},B,b.example,many,17/04/2024\n" for n in range(rows))
    run = through(ops, CRM + bad.encode())
    for n in range(rows):
        ImportRun.objects.create(
            kind="usage", source=f"k{n}", started_at=run.started_at, finished_at=run.started_at,
            state="done", user=house.people["ops"],
        )  # fmt: skip
    send(ops)
    match(ops)
    file = ImportFile.objects.latest("pk")
    asked = {}
    for name, address in (
        ("list", reverse("imports")),
        ("run", reverse("imports_run", args=[run.pk])),
        ("columns", reverse("imports_file", args=[file.pk])),
        ("check", reverse("imports_check", args=[file.pk])),
    ):
        with CaptureQueriesContext(connection) as captured:
            ops.get(address)
        asked[name] = len(captured)
    assert asked == QUERIES


QUERIES = {"list": 8, "run": 10, "columns": 9, "check": 7}


def test_more_than_a_file_may_have_is_refused_before_it_is_taken(ops):
    answer = ops.post(
        reverse("imports_upload"), CRM, content_type="text/csv", CONTENT_LENGTH=str(300 * 2**20)
    )
    assert (answer.status_code, b"Split it" in answer.content) == (413, True)


def test_nobody_who_is_not_signed_in_sends_a_file(client, house):
    answer = client.post(
        reverse("imports_upload"), CRM, content_type="text/csv", CONTENT_LENGTH=str(6 * 2**20)
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("role", ["csm", "manager", "executive"])
def test_others_are_told_politely_that_this_is_not_theirs(client, house, role):
    sign_in(client, house.people[role])
    answer = client.get(reverse("imports"))
    assert answer.status_code == 403
    assert reverse("imports").encode() not in client.get(reverse("portfolio")).content


def test_another_sheet_of_a_workbook_is_chosen(ops):
    book = openpyxl.Workbook()
    for row in (["Company ID", "Company name"], ["one", "One"]):
        book.active.append(row)
    for row in (["Exported by Kim"], ["Company ID", "Company name"], ["two", "Two"]):
        book.create_sheet("Other") if "Other" not in book.sheetnames else None
        book["Other"].append(row)
    target = io.BytesIO()
    book.save(target)
    send(ops, target.getvalue(), name="companies.xlsx")
    work()
    file = ImportFile.objects.get()
    address = reverse("imports_file", args=[file.pk])
    assert '<option value="Other">Other</option>' in text(ops.get(address))
    ops.post(reverse("imports_sheet", args=[file.pk]), {"sheet": "Other", "heading": file.heading})
    work()
    file.refresh_from_db()
    assert (file.sheet, file.heading, file.rows) == ("Other", 2, 1)
    answer = ops.post(reverse("imports_sheet", args=[file.pk]), {"sheet": "None", "heading": "x"})
    assert answer.url == address


def test_what_a_file_leaves_open_is_asked_and_answered(ops, house):
    """Case 22: a value of 240,000 over 24 months, whose unit nobody said."""
    body = (
        b"Contract ID,Account ID,Start Date,End Date,Contract Value,State\n"
        b"T-1,acc-own,2024-01-01,2025-12-31,240000.00,Active\n"
        b"T-2,acc-own,2026-01-01,2026-12-31,99.00,Signed by us\n"
    )
    send(ops, body, name="contracts.csv")
    file = ImportFile.objects.latest("pk")
    address = reverse("imports_file", args=[file.pk])
    sent = {
        "kind": "contracts", "date_order": "YYYY-MM-DD", "decimal_mark": ".", "zone": "UTC",
        "c0": "external_id", "c1": "account", "c2": "starts_on", "c3": "ends_on", "c4": "amount",
        "c5": "state",
    }  # fmt: skip
    page = text(ops.post(address, sent))
    assert "Choose one value of “Unit of the amount” for all rows" in page
    assert "Say what these words of “State” mean: “Signed by us”." in page
    assert "on the day after 1 times" in page
    answers = {"fixed-amount_per": "term", "word-5-state-signed by us": "active"}
    ops.post(address, {**sent, **answers})
    file.refresh_from_db()
    assert file.mapping["constants"] == {"amount_per": "term", "currency": "USD"}
    assert file.mapping["words"]["state"]["signed by us"] == "active"
    assert file.mapping["end_date"] == "last_day"
    ops.post(reverse("imports_start", args=[file.pk]))
    work()
    found = Contract.objects.filter(external_id="T-1").values_list("arr_minor", "ends_on")
    assert list(found) == [(120_000_00, date(2026, 1, 1))]


def test_other_columns_are_ignored_where_somebody_said_so(ops):
    send(ops)
    match(ops, ignores_rest="1")
    file = ImportFile.objects.latest("pk")
    assert file.mapping["ignores_rest"] is True
    page = text(ops.get(reverse("imports_file", args=[file.pk])))
    assert '<input type="checkbox" name="ignores_rest" value="1" checked>' in page
    match(ops)
    file.refresh_from_db()
    assert file.mapping["ignores_rest"] is False
