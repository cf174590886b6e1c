"""What a file leaves open is asked once, kept with its source, and read alike by every way in."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from accounts.intake.column_mapping import ColumnMapping, mapping_of
from accounts.intake.parse_options import EmptyCell, EndDate
from accounts.intake.questions import are_cancellations, end_evidence, findings
from accounts.intake.specs import Kind
from accounts.models import (
    ApiKey,
    Contract,
    FileChunk,
    ImportRun,
    RevenueMovement,
    Source,
    SourceMapping,
    Ticket,
)
from accounts.uploads import jobs, read_upload
from tests.accounts.bulk import make_key, post
from tests.accounts.loading import account, load_raw
from tests.accounts.uploads import NOW, imported, uploaded

pytestmark = pytest.mark.django_db
DESK = (
    "Id,Organization,Subject,Type,Priority,Created at,Solved at,Satisfaction,Channel\n"
    "9001,acme,Cannot export,Problem,High,2025-03-02 09:15,2025-03-03 10:00,Good,web\n"
    "9002,acme,How do I invite,Question,Normal,2025-03-02 09:15,,Unoffered,web\n"
    "9003,acme,Outage,Incident,Urgent,2025-03-05 09:15,2025-03-05 11:00,Bad,web\n"
    "9004,acme,,Odd thing,Medium,2025-03-05 09:15,,,web\n"
)
TERMS = (
    "Contract ID,Account ID,Start Date,End Date,Contract Value\n"
    "TCV-1,acme,2026-01-01,2027-12-31,240000.00\n"
    "TCV-2,acme,2028-01-01,2028-12-31,99.00\n"
)


@pytest.fixture
def desk():
    load_raw("accounts", account())
    return Source.objects.create(key="desk", name="Help desk")


def kept(source, kind, **parts):
    mapping = ColumnMapping(source=source.key, **parts)
    SourceMapping.objects.create(source=source, kind=kind, mapping=mapping.as_json(), saved_at=NOW)
    return mapping


def test_a_mapping_is_kept_whole():
    mapping = ColumnMapping(
        columns={"type": "category"},
        words={"category": {"odd thing": "request"}},
        constants={"currency": "EUR"},
        empty_cells=EmptyCell.CLEAR,
        empty={"solved_at": EmptyCell.HOLD},
        end_date=EndDate.LAST_DAY,
        ignores_rest=True,
    )
    assert mapping_of(mapping.as_json()) == mapping


@pytest.mark.parametrize(
    ("terms", "guess"),
    [
        # Linked terms: the next one starts on the day after the end …
        ([("a", date(2025, 1, 1), date(2025, 12, 31)), ("a", date(2026, 1, 1), date(2026, 12, 31))],
         EndDate.LAST_DAY),
        # … or on that day.
        ([("a", date(2025, 1, 1), date(2026, 1, 1)), ("a", date(2026, 1, 1), date(2027, 1, 1))],
         EndDate.RENEWAL),
        # Alone, by the length: twelve whole months if the last day is covered.
        ([("a", date(2025, 3, 15), date(2026, 3, 14))], EndDate.LAST_DAY),
        ([("a", date(2025, 3, 15), date(2026, 3, 15))], EndDate.RENEWAL),
        # One stray of a day among many does not decide.
        ([("a", date(2025, 1, 1), date(2025, 12, 31)), ("b", date(2025, 1, 1), date(2025, 12, 31)),
          ("c", date(2025, 1, 1), date(2026, 1, 1))], EndDate.LAST_DAY),
        ([("a", date(2025, 1, 1), date(2025, 5, 17))], None),
        ([], None),
    ],
)  # fmt: skip
def test_the_kind_of_end_is_seen_by_the_next_start_or_the_length(terms, guess):
    assert end_evidence(terms).guess == guess


@pytest.mark.parametrize(
    ("ends", "rows", "said"),
    [
        ([date(2025, 5, day) for day in range(1, 21)], 100, True),
        ([date(2025, 5, day) for day in range(1, 21)], 30, False),  # most have one
        ([*(date(2025, 5, day) for day in range(1, 21)), date(2026, 1, 1)], 100, False),
        ([date(2025, 5, 1)] * 3, 100, False),  # of three it says little
    ],
)
def test_ends_that_only_some_have_and_none_is_to_come_are_cancellations(ends, rows, said):
    terms = [("a", date(2024, 1, 1), end) for end in ends]
    assert are_cancellations(terms, rows=rows, today=date(2025, 6, 1)) == said


def test_the_day_of_a_cancellation_is_no_agreed_end(desk, tmp_path):
    """Without it the contract goes on; renewed by itself it would have gone on after its end."""
    file = tmp_path / "contracts.csv"
    file.write_text(
        "contract id,account id,start date,end date,arr,auto renew\n"
        "left,acme,2024-01-01,2024-06-05,1200.00,true\n"
        "runs,acme,2024-01-01,,600.00,true\n"
    )
    options = ["--set", "currency=USD", "--ends", "cancelled"]
    call_command("import", str(file), *options, stdout=io.StringIO())
    found = Contract.objects.values_list("external_id", "ends_on", "cancelled_on", "state")
    assert set(found) == {
        ("left", None, date(2024, 6, 5), "cancelled"),
        ("runs", None, None, "active"),
    }
    moved = RevenueMovement.objects.values_list("effective_on", "kind", "amount_minor")
    assert set(moved) == {
        (date(2024, 1, 1), "new", 1_800_00),
        (date(2024, 6, 5), "contraction", -1_200_00),
    }


def test_words_are_counted_with_what_they_mean():
    rows = [line.split(",") for line in DESK.splitlines()[1:]]
    places = {"category": 3, "severity": 4, "satisfaction": 7, "solved_at": 6}
    reading = ColumnMapping().reading(now=NOW)
    found = {
        f.field.name: f for f in findings(rows, places=places, kind=Kind.TICKETS, reading=reading)
    }
    words = {name: {w.text: (w.count, w.meaning) for w in f.words} for name, f in found.items()}
    assert words["category"] == {
        "Problem": (1, "defect"),
        "Question": (1, "how_to"),
        "Incident": (1, "defect"),
        "Odd thing": (1, None),
    }
    assert words["satisfaction"] == {"Good": (1, "5"), "Unoffered": (1, ""), "Bad": (1, "1")}
    assert found["solved_at"].empty == 2


def test_a_command_reads_as_it_is_kept_of_the_source(desk, tmp_path):
    kept(desk, "tickets", words={"category": {"odd thing": "request"}}, zone="Europe/Paris",
         columns={"channel": ""})  # fmt: skip
    file = tmp_path / "tickets.csv"
    file.write_text(DESK)
    call_command("import", str(file), source="desk", stdout=io.StringIO())
    rows = Ticket.objects.order_by("external_id")
    assert [(t.category, t.severity, t.satisfaction) for t in rows] == [
        ("defect", "high", 5),
        ("how_to", "normal", None),
        ("defect", "urgent", 1),
        ("request", "normal", None),
    ]
    assert rows[0].opened_at.hour == 8  # 09:15 in Paris


def test_a_command_is_told_the_same_by_options(desk, tmp_path):
    file = tmp_path / "contracts.csv"
    file.write_text(TERMS)
    options = ["--map", "Contract Value=amount", "--set", "amount_per=term", "--set",
               "currency=usd", "--ends", "last_day"]  # fmt: skip
    call_command("import", str(file), *options, stdout=io.StringIO())
    found = {c.external_id: (c.ends_on, c.arr_minor) for c in Contract.objects.all()}
    assert found == {
        "TCV-1": (date(2028, 1, 1), 120_000_00),  # 24 months
        "TCV-2": (date(2029, 1, 1), 99_00),
    }


@pytest.mark.parametrize(
    ("option", "value"), [("--set", "currency"), ("--set", "nonsense=1"), ("--word", "type:x=y")]
)
def test_an_option_that_names_nothing_is_refused(desk, tmp_path, option, value):
    file = tmp_path / "contracts.csv"
    file.write_text(TERMS)
    with pytest.raises(CommandError):
        call_command("import", str(file), option, value, stdout=io.StringIO())


def test_money_is_never_matched_by_another_name_without_a_person(desk, tmp_path):
    file = tmp_path / "contracts.csv"
    file.write_text(TERMS)
    with pytest.raises(CommandError, match="contract value"):
        call_command("import", str(file), stdout=io.StringIO())
    call_command(
        "import", str(file), "--ignore-rest", "--set", "currency=USD", "--set", "arr=10",
        stdout=io.StringIO(),
    )  # fmt: skip
    assert set(Contract.objects.values_list("arr_minor", flat=True)) == {10_00}


def test_a_request_reads_as_it_is_kept_of_the_keys_source(desk):
    token = make_key()
    ApiKey.objects.update(source=desk)
    kept(desk, "tickets", words={"category": {"odd thing": "request"}}, zone="Europe/Paris",
         ignores_rest=True)  # fmt: skip
    url = "/api/v1/bulk/tickets/"
    answer = post(url, DESK.encode(), token, content_type="text/csv").json()
    assert (answer["created"], answer["rejected"]) == (4, 0)
    sent = {"external_id": "j1", "account": "acme", "opened_at": "2025-03-02T09:15:00Z",
            "category": "Odd thing"}  # fmt: skip
    assert post(url, [sent], token).json()["created"] == 1
    assert set(Ticket.objects.filter(external_id__in=["9004", "j1"]).values_list(
        "category", flat=True
    )) == {"request"}  # fmt: skip


def test_a_json_request_names_fields_as_the_source_does(desk):
    token = make_key()
    ApiKey.objects.update(source=desk)
    kept(desk, "tickets", columns={"ticket id": "external_id", "company": "account",
                                   "made at": "opened_at", "kind": "category", "internal": ""},
         words={"category": {"odd thing": "request"}})  # fmt: skip
    url = "/api/v1/bulk/tickets/"
    theirs = {"Ticket ID": "j1", "company": "acme", "made at": "2025-03-02T09:15:00Z",
              "kind": "Odd thing", "internal": 7}  # fmt: skip
    ours = {"external_id": "j2", "account": "acme", "opened_at": "2025-03-02T09:15:00Z",
            "category": "billing"}  # fmt: skip
    twice = {**ours, "external_id": "j3", "company": "acme"}
    unknown = {**ours, "external_id": "j4", "colour": "red"}
    answer = post(url, [theirs, ours, twice, unknown], token).json()
    assert [one["status"] for one in answer["records"]] == [
        "created", "created", "rejected", "rejected",
    ]  # fmt: skip
    assert Ticket.objects.get(external_id="j1").category == "request"
    SourceMapping.objects.update(mapping=ColumnMapping(source="desk", ignores_rest=True).as_json())
    assert post(url, [unknown], token).json()["created"] == 1


def test_nothing_is_kept_of_direct(desk, tmp_path):
    kept(Source.objects.get(key="direct"), "tickets", words={"category": {"odd thing": "request"}})
    file = tmp_path / "tickets.csv"
    file.write_text(DESK)
    with pytest.raises(CommandError, match="1 rows"):
        call_command(
            "import", str(file), "--ignore-rest", "--time-zone", "UTC", stdout=io.StringIO()
        )


def test_a_file_of_a_declared_source_is_matched_as_it_was(desk):
    kept(desk, "tickets", columns={"id": "external_id", "organization": "account",
        "type": "category", "created at": "opened_at"},
        words={"category": {"odd thing": "billing"}})  # fmt: skip
    file = uploaded("zendesk-tickets.csv", DESK.encode())
    assert (file.mapping["source"], file.mapping["words"]) == (
        "desk",
        {"category": {"odd thing": "billing"}},
    )
    assert imported(file).created == 4


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (b"sep=;\nexternal_id;name\nSEP-1;Sep Ltd\n", ("external_id", "name")),
        (b",external_id,name\n0,PD-1,Pandas Ltd\n", ("column 1", "external_id", "name")),
        (b"external_id,name,\nTD-1,Trail Ltd,\n", ("external_id", "name", "column 3")),
        (b"external_id,name,Owner,Owner\nDH-1,Dup Head Ltd,a,b\n",
         ("external_id", "name", "owner (column 3)", "owner (column 4)")),
        (b"Accounts export\nMade on;2026-11-02\n\nexternal_id,name\nCV-1,Cover Ltd\n",
         ("external_id", "name")),
    ],
    ids=["sep=", "index column", "separator at the end", "a column twice", "cover lines"],
)  # fmt: skip
def test_headers_as_they_are_exported(content, header, tmp_path):
    file = uploaded("accounts.csv", content)
    assert file.header == header
    assert imported(file).created == 1
    path = tmp_path / "accounts.csv"
    path.write_bytes(content)
    call_command("import", str(path), stdout=io.StringIO())
    assert ImportRun.objects.latest("pk").unchanged == 1


COVER = {
    "Cover": [["Accounts export"], ["Made on", "2026-11-02"]],
    "Data": [["Accounts, November"], [], ["Account ID", "Account name", "Seats"], ["x1", "X", 5]],
    "Notes": [["anything"]],
}


def _book(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_the_sheet_and_the_row_of_names_are_recognised():
    file = uploaded("export.xlsx", _book(COVER))
    assert (file.sheet, file.heading, file.sheets) == ("Data", 3, ["Cover", "Data", "Notes"])
    assert (file.kind, file.header) == ("accounts", ("account id", "account name", "seats"))
    assert imported(file).created == 1
    assert not FileChunk.objects.filter(file=file, stage="raw").exists()


def test_another_sheet_or_row_is_read_on_demand():
    file = uploaded(
        "export.xlsx", _book(COVER | {"More": [["ID", "Name"], ["y", "Y"], ["z", "Z"]]})
    )
    jobs.read_sheet(file, sheet="More", heading=2)
    read_upload(file, on_progress=lambda rows: None)
    file.refresh_from_db()
    assert (file.sheet, file.heading, file.header, file.rows) == (
        "More",
        2,
        ("y (column 1)", "y (column 2)"),
        1,
    )
    jobs.read_sheet(file, sheet="More", heading=None)
    read_upload(file, on_progress=lambda rows: None)
    file.refresh_from_db()
    assert (file.heading, file.header, file.rows) == (1, ("id", "name"), 2)


def test_a_row_of_names_below_the_last_row_is_refused():
    file = uploaded("export.xlsx", _book(COVER))
    jobs.read_sheet(file, sheet="Data", heading=99)
    read_upload(file, on_progress=lambda rows: None)
    file.refresh_from_db()
    assert (file.state, file.reason.partition(":")[0]) == ("refused", "header")
