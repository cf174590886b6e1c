"""`manage.py import`: files of every making, errors by line, good rows kept."""

import csv
import gzip
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from accounts.models import (
    Account,
    ImportRun,
    Installation,
    RejectedRecord,
    RevenueMovement,
    Ticket,
    UsageDay,
)
from tests.nasty import NASTY_FILES

pytestmark = pytest.mark.django_db

ACCOUNTS = "external_id,name,seats,customer_since\nacme,Acme,5,2024-01-01\nbolt,Bolt,,2024-02-01\n"


@pytest.fixture(autouse=True)
def as_of_a_known_day():
    Installation.objects.filter(pk=1).update(as_of=date(2025, 3, 14))


@pytest.fixture
def write(tmp_path):
    def file(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return file


def run_import(*files, code: int | None = None, **options) -> None:
    if code is None:
        call_command("import", *files, **options)
        return
    with pytest.raises(CommandError) as stopped:
        call_command("import", *files, **options)
    assert stopped.value.returncode == code


def counts(run: ImportRun) -> tuple[int, ...]:
    return (run.read, run.created, run.updated, run.unchanged, run.rejected, run.warnings)


def test_files_are_loaded_in_the_order_they_need(write, capsys):
    movements = (
        "external_id,account,effective_on,kind,mrr,currency\nm1,acme,2024-01-01,new,100.00,USD\n"
    )
    usage = "account,day,feature,events\nacme,2025-03-01,search,5\n"
    run_import(
        write("usage.csv.gz", gzip.compress(usage.encode())),
        write("movements.csv", movements),
        write("accounts.csv", ACCOUNTS),
    )
    assert Account.objects.get(external_id="acme").arr_minor == 1_200_00
    assert RevenueMovement.objects.count() == UsageDay.objects.count() == 1
    assert "2 accounts" in capsys.readouterr().out
    assert set(ImportRun.objects.values_list("kind", "state")) == {
        ("accounts", "done"),
        ("movements", "done"),
        ("usage", "done"),
    }


def test_the_same_file_twice_changes_nothing(write):
    path = write("accounts.csv", ACCOUNTS)
    run_import(path)
    run_import(path)
    first, second = ImportRun.objects.order_by("pk")
    assert counts(first) == (2, 2, 0, 0, 0, 0)
    assert counts(second) == (2, 0, 0, 2, 0, 0)
    assert first.digest == second.digest


def test_bad_rows_are_listed_and_good_rows_stay(write, tmp_path, capsys):
    content = (
        "external_id;account;opened_at;category\r\n"
        "t1;acme;2025-03-01T08:00:00Z;defect\r\n"
        "t2;acme;2025-03-01;defect\r\n"
        "t3;acme\r\n"
        "t4;ghost;2025-03-01T08:00:00Z;defect\r\n"
    )
    run_import(write("accounts.csv", ACCOUNTS))
    report = tmp_path / "errors.csv"
    run_import(write("tickets.csv", content), errors=report, code=1)
    assert list(Ticket.objects.values_list("external_id", flat=True)) == ["t1"]
    kept = RejectedRecord.objects.order_by("position")
    assert [(r.position, r.field, r.code) for r in kept] == [
        (3, "opened_at", "moment"),
        (4, "", "ragged"),
        (5, "account", "unknown"),
    ]
    assert kept[0].record["external_id"] == "t2"
    with report.open() as file:
        assert [row["line"] for row in csv.DictReader(file)] == ["3", "4", "5"]
    assert "line 3: opened_at" in capsys.readouterr().out


def test_a_dry_run_stores_nothing(write, capsys):
    run_import(write("accounts.csv", ACCOUNTS), dry_run=True)
    assert not Account.objects.exists()
    assert not ImportRun.objects.exists()
    assert "2 created" in capsys.readouterr().out


def test_a_mapping_reads_somebody_elses_export(write):
    content = "Id,Company Name,Since,Revenue\nacme,Acme,31-12-2023,12\n"
    run_import(
        write("export.csv", content),
        kind="accounts",
        date_format="DD-MM-YYYY",
        map=["id=external_id", "company name=name", "since=customer_since", "revenue="],
    )
    assert Account.objects.get().customer_since == date(2023, 12, 31)


def test_the_kind_is_told_by_the_columns(write):
    run_import(write("export.csv", ACCOUNTS))
    assert Account.objects.count() == 2


@pytest.mark.parametrize(
    "content",
    ["external_id,name,owner_score\n", "external_id\n", "what,ever\n"],
    ids=["unknown column", "missing column", "unknown kind"],
)
def test_a_header_that_does_not_fit_is_refused(write, content):
    name = "export.csv" if content.startswith("what") else "accounts.csv"
    run_import(write(name, content), code=2)
    assert not Account.objects.exists()


@pytest.mark.parametrize("content", NASTY_FILES.values(), ids=NASTY_FILES)
def test_a_file_that_cannot_be_read_stores_nothing(write, content):
    run_import(write("accounts.csv", ACCOUNTS))
    run_import(write("usage.csv", content), kind="usage", code=2)
    assert not UsageDay.objects.exists()
    assert ImportRun.objects.get(kind="usage").state == "failed"


def test_usage_rows_are_each_answered(write):
    run_import(write("accounts.csv", ACCOUNTS))
    rows = [
        "account,feature,events,day",
        "acme,search,5,2025-03-01",
        "acme,search,5,2025-03-01",
        "acme,search,6,2025-03-01",
        "acme,search,1_000,2025-03-02",
        "acme,search,٣,2025-03-01",
        "acme,检,1,2025-03-01",
        "ghost,search,1,2025-03-01",
        "acme,search,1",
        "bolt,search,7,2025-03-01",
        "bolt,search,7,2026-03-01",
    ]
    run_import(write("usage.csv", "\n".join(rows)), code=1)
    assert counts(ImportRun.objects.get(kind="usage")) == (10, 2, 0, 1, 7, 0)
    kept = RejectedRecord.objects.order_by("position").values_list("position", "field", "code")
    assert list(kept) == [
        (4, "feature", "duplicate"),
        (5, "events", "integer"),
        (6, "events", "integer"),
        (7, "feature", "key_alphabet"),
        (8, "account", "unknown"),
        (9, "", "ragged"),
        (11, "day", "future"),
    ]


def test_money_that_no_column_brings_is_asked_for_before_a_row_is_read(write):
    header = "external_id,account,starts_on,ends_on,currency,total value\n"
    path = write("contracts.csv", header + "c1,acme,2024-01-01,2025-01-01,USD,12000\n")
    with pytest.raises(
        CommandError, match=r"no column says arr or amount.*not used are total value"
    ):
        call_command("import", path, ignore_rest=True)
    run = ImportRun.objects.get()
    assert (run.state, run.read) == ("failed", 0)


def test_columns_that_are_left_out_are_named(write, capsys):
    path = write("accounts.csv", "external_id,name,favourite colour\nacme,Acme,green\n")
    run_import(path, ignore_rest=True)
    assert "left out, because no field is called so: favourite colour" in capsys.readouterr().out
    run_import(path, map=["favourite colour="])
    assert "left out" not in capsys.readouterr().out
