"""Refused rows come back: in a mended file, one by one, or as they are."""

import pytest

from accounts.erasure import erase_contact
from accounts.intake.column_mapping import NOTES
from accounts.intake.errors import RecordError
from accounts.loading import keep_problems, start_run
from accounts.models import (
    Account,
    ApiKey,
    Contact,
    FileChunk,
    ImportFile,
    ImportRun,
    PlannedChange,
    RejectedRecord,
    RevenueMovement,
    Source,
)
from accounts.pages.imports.refused_rows import refused_rows
from accounts.uploads import mend, retry_all
from accounts.uploads.retry_rows import Retry, as_text
from tests.accounts.loading import account, load_raw, movement
from tests.accounts.uploads import DAY, NOW, checked, imported, somebody, uploaded

pytestmark = pytest.mark.django_db
ROWS = b'ID,Name,Status,Remark\na,Acme,active,\nb,Bolt,many,-5\nc,"=cmd",none,x\n'


def _retry(run, **values):
    return mend(Retry(run, {int(k[1:]): v for k, v in values.items()}, somebody(), DAY, NOW))


def _open(run):
    rows = RejectedRecord.objects.filter(run=run, settled_at=None)
    return set(rows.values_list("position", "field", "code"))


def test_the_list_of_refused_rows_has_them_as_they_came_and_says_why():
    run = imported(uploaded("accounts.csv", ROWS))
    lines = "".join(refused_rows(run)).removeprefix("\ufeff").splitlines()
    assert lines[0] == "Import row,Import field,Import problem,ID,Name,Status,Remark"
    assert lines[1].startswith("3,Status,")
    assert lines[1].endswith(",b,Bolt,many,-5")  # a number stays one
    assert lines[2].endswith(",c,'=cmd,none,x")  # a formula does not
    assert len(lines) == 3


def test_a_mended_list_settles_the_rows_it_brings_back():
    first = imported(uploaded("accounts.csv", ROWS))
    text = (
        "".join(refused_rows(first)).replace(",many,", ",churned,").replace(",none,", ",none yet,")
    )
    file = uploaded("import-1-to-fix.csv", text.encode(), fixes=first)
    assert file.kind == "accounts"
    assert not NOTES & set(file.mapping["columns"])
    again = imported(file)
    assert (again.created, again.rejected) == (1, 1)
    assert _open(first) == {(4, "status", "choice")}
    settled = RejectedRecord.objects.get(run=first, position=3)
    assert (settled.settled_at, settled.settled_by) == (NOW, somebody())
    assert RejectedRecord.objects.get(run=again).record["name"] == "=cmd"


def test_a_file_without_the_row_numbers_settles_by_key():
    first = imported(uploaded("accounts.csv", ROWS))
    imported(uploaded("mine.csv", b"ID,Name,Status\nb,Bolt,active\nz,Zinc,active\n", fixes=first))
    assert {place for place, _, _ in _open(first)} == {4}


def test_a_record_is_mended_in_place():
    run = imported(uploaded("accounts.csv", ROWS))
    result = _retry(run, p3={"external_id": "b", "name": "Bolt", "status": "active"})
    assert result.statuses[3].value == "created"
    assert Account.objects.get(external_id="b").name == "Bolt"
    assert {place for place, _, _ in _open(run)} == {4}
    # Settled is settled: the same again finds nothing to do.
    assert _retry(run, p3={"external_id": "b", "name": "B", "status": "churned"}).statuses == {}
    assert Account.objects.get(external_id="b").name == "Bolt"


def test_what_is_still_wrong_is_kept_anew_with_what_was_typed():
    run = imported(uploaded("accounts.csv", ROWS))
    _retry(run, p3={"external_id": "b", "name": "", "status": "active"})
    assert _open(run) == {(3, "name", "required"), (4, "status", "choice")}
    assert RejectedRecord.objects.get(run=run, position=3).record["status"] == "active"


def test_rows_are_tried_again_once_their_account_is_here():
    file = uploaded(
        "tickets.csv",
        b"Ticket ID,Account ID,Created at,Type\n"
        b"t-1,late,2025-03-01 09:30,defect\nt-2,never,2025-03-01 09:30,defect\n",
    )
    run = imported(file)
    assert run.rejected == 2
    load_raw("accounts", account("late"))
    result = retry_all(run, user=somebody(), day=DAY, now=NOW)
    assert result.counts() == {"created": 1, "rejected": 1}
    assert {place for place, _, _ in _open(run)} == {3}


def test_a_refused_record_of_the_api_is_mended_under_its_own_source():
    load_raw("accounts", account("acme"))
    warehouse = Source.objects.create(key="warehouse", name="Warehouse")
    load_raw("movements", movement("m-1", "2025-01-01", "new", "100.00"), source="warehouse")
    key = ApiKey.objects.create(
        name="K", prefix="cs_", digest="d", scopes=[], created_at=NOW, expires_at=NOW
    )
    run = start_run(
        kind="movements", source="K", now=NOW, declared_source=warehouse.key, api_key=key
    )
    sent = movement("m-2", "2025-02-01", "expansion", "-5.00")
    problem = RecordError(0, "arr", "sign", "must be positive")
    keep_problems(run, [problem], raw={0: sent})
    record = RejectedRecord.objects.get(run=run).record
    _retry(run, p0={**as_text(record), "arr": "5.00"})
    assert set(RevenueMovement.objects.values_list("external_id", "source")) == {
        ("m-1", "warehouse"),
        ("m-2", "warehouse"),
    }
    assert _open(run) == set()


def test_a_record_that_had_to_be_cut_is_not_tried_again():
    run = start_run(kind="accounts", source="x", now=NOW)
    long = {"external_id": "a", "name": "A" * 50_000}
    keep_problems(run, [RecordError(2, "name", "too_long", "is too long")], raw={2: long})
    assert not RejectedRecord.objects.get(run=run).is_whole
    assert retry_all(run, user=somebody(), day=DAY, now=NOW).statuses == {}


def test_values_of_json_become_what_a_file_would_say():
    record = {"a": None, "b": True, "c": 5, "d": ["x", "y"], "e": "t"}
    assert as_text(record) == {"a": "", "b": "true", "c": "5", "d": "x|y", "e": "t"}


def test_an_erased_person_takes_the_content_of_the_file_along():
    load_raw("accounts", account("acme"))
    body = (
        b"Contact ID,Account ID,Name,E-mail\n"
        b"c-1,acme,Canary Quill,canary@example.com\nc-2,acme,Other Person,x@example.com\n"
    )
    other = uploaded("accounts.csv", b"ID,Name\nz,Zinc\n")
    imported(uploaded("contacts.csv", body))
    waiting = checked(uploaded("contacts-again.csv", body.replace(b"canary@", b"CANARY@")))
    assert PlannedChange.objects.filter(file=waiting).exists()
    erase_contact(external_id="c-1", now=NOW)
    assert set(FileChunk.objects.values_list("file_id", flat=True)) == {other.pk}
    assert not PlannedChange.objects.filter(file=waiting).exists()
    assert set(ImportFile.objects.filter(forgotten_at=None)) == {other}
    assert ImportRun.objects.get().created == 2
    assert not Contact.objects.filter(name="Canary Quill").exists()
