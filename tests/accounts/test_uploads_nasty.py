"""Files that somebody will upload one day: each ends in words, none in a trace back."""

import gzip
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from accounts.intake import workbooks
from accounts.intake.errors import FileRefused
from accounts.intake.streams import Limits
from accounts.intake.texts import COSMETIC
from accounts.models import Account, FileChunk, ImportFile, RejectedRecord
from accounts.uploads import parse, read_upload, storage
from tests.accounts.uploads import checked, imported, uploaded, workbook
from tests.nasty import NASTY_FILES, NASTY_NAMES

pytestmark = pytest.mark.django_db
HEADER = b"external_id,name,seats\n"


@pytest.mark.parametrize("name", NASTY_FILES)
def test_a_nasty_file_is_refused_in_words(name):
    file = uploaded("nasty.csv", NASTY_FILES[name])
    assert file.state == "refused", name
    code, _, words = file.reason.partition(": ")
    assert code.isidentifier(), code
    assert len(words) > 10, words
    assert not FileChunk.objects.filter(stage="rows").exists()


def test_a_refused_file_is_read_again_in_another_encoding():
    file = uploaded("latin.csv", "ID,Name\nÄ-1,Ärzte\n".encode("cp1252"))
    assert file.reason.startswith("encoding: ")
    storage.move_on(file, ImportFile.State.REFUSED, state="reading", encoding="cp1252")
    read_upload(file, on_progress=lambda rows: None)
    assert storage.rows_of(file, number=0) == [(2, ["Ä-1", "Ärzte"])]


def test_201_columns_are_too_many():
    titles = ",".join(f"c{n}" for n in range(201))
    assert uploaded("wide.csv", f"{titles}\n".encode()).reason.startswith("too_many_columns")


def test_a_file_without_rows_says_so():
    assert uploaded("only-header.csv", HEADER).reason.startswith("empty: has column names")


def test_more_rows_than_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr(parse, "FILE_LIMITS", Limits(records=3, size=10_000))
    file = uploaded("long.csv", HEADER + b"a,A,1\n" * 4)
    assert file.reason.startswith("too_many_rows: has more than 3 rows")
    assert not FileChunk.objects.filter(stage="rows").exists()


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_a_nasty_cell_is_one_refused_row_or_cleaned(name):
    cell = NASTY_NAMES[name].encode("utf-8", "surrogatepass")
    body = HEADER + b'bad,"' + cell + b'",1\n' + b"good,Good Works,2\n"
    file = uploaded("accounts.csv", body)
    if name == "surrogate":
        assert file.reason.startswith("encoding: ")
        return
    run = imported(file)
    is_cleaned = name in COSMETIC
    assert (run.created, run.rejected) == ((2, 0) if is_cleaned else (1, 1))
    assert Account.objects.filter(external_id="bad").exists() == is_cleaned
    problem = RejectedRecord.objects.get(run=run)
    assert (problem.field, problem.code) == ("name", "required" if name == "blank" else name)


def test_ragged_rows_are_refused_one_by_one():
    run = imported(uploaded("accounts.csv", HEADER + b"a,A,1,extra\nb\nc,C,3\n"))
    assert (run.created, run.rejected) == (1, 2)
    assert set(RejectedRecord.objects.values_list("code", flat=True)) == {"ragged"}


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + HEADER + b"a,A,1\n",
        (HEADER + b"a,A,1\n").decode().encode("utf-16"),
        (HEADER + b"a,A,1\n").replace(b"\n", b"\r\n"),
        (HEADER + b"a,A,1\n").replace(b"\n", b"\r"),
        (HEADER + b"a,A,1\n").replace(b",", b";"),
        (HEADER + b"a,A,1\n").replace(b",", b"\t"),
        gzip.compress(HEADER + b"a,A,1\n"),
    ],
    ids=["utf-8 mark", "utf-16", "crlf", "cr", "semicolons", "tabs", "gzip"],
)
def test_files_as_people_save_them_are_read(content):
    file = uploaded("accounts.csv", content)
    assert (file.state, file.rows, file.header) == ("ready", 1, ("external_id", "name", "seats"))
    assert storage.rows_of(file, number=0)[0][1] == ["a", "A", "1"]


def test_a_workbook_is_read_as_it_shows():
    content = workbook(
        ["ID", "Name", "Customer since", "Opened", "Seats", "Price", "Strategic", None],
        [
            "a",
            "Acme",
            date(2024, 4, 3),
            datetime.fromisoformat("2024-04-03T09:30"),
            12,
            0.1 + 0.2,
            True,
        ],
        [],
        ["b", "Bolt", "2024-05-01", None, 7.0, 1e15, False],
    )
    file = uploaded("accounts.xlsx", content)
    assert (file.state, file.rows, len(file.titles)) == ("ready", 2, 7)
    assert storage.rows_of(file, number=0) == [
        (2, ["a", "Acme", "2024-04-03", "2024-04-03T09:30:00", "12", "0.3", "true"]),
        (4, ["b", "Bolt", "2024-05-01", "", "7", "1000000000000000", "false"]),
    ]


def test_the_sheet_that_is_read_is_named():
    file = uploaded("accounts.xlsx", workbook(["ID", "Name"], ["a", "A"], sheets=3))
    assert file.note == "The workbook has 3 sheets; “Sheet” is read."


def test_a_formula_without_a_result_never_clears_a_field():
    file = uploaded("accounts.xlsx", workbook(["ID", "Name", "Status"], ["a", "A", "=1+1"]))
    run = imported(file)
    problem = RejectedRecord.objects.get(run=run)
    assert (run.created, problem.field, problem.code) == (0, "status", "cell")
    assert "without a result" in problem.message


def test_the_error_of_a_formula_is_no_name():
    book = openpyxl.Workbook()
    book.active.append(["ID", "Name"])
    book.active.append(["a", "#N/A"])
    book.active["B2"].data_type = "e"
    target = io.BytesIO()
    book.save(target)
    run = imported(uploaded("accounts.xlsx", target.getvalue()))
    assert "#N/A" in RejectedRecord.objects.get(run=run).message


def test_a_day_number_says_what_to_do():
    content = workbook(["ID", "Name", "Customer since"], ["a", "A", 45_292])
    outcome = checked(uploaded("accounts.xlsx", content)).outcome
    assert outcome["codes"] == [["customer_since", "date", 1]]


def _zip(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def _bomb() -> bytes:
    """Eleven megabytes of nothing in eleven kilobytes, declared as a sheet."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(11):
                part.write(bytes(1024 * 1024))
    return target.getvalue()


_DOCTYPE = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_zip(**{"notes.txt": b"x"}), "not_text"),
        (_zip(**{"xl__workbook.bin": b"x"}), "not_text"),
        (_zip(**{"xl__workbook.xml": b"<a"}), "workbook"),
        (_zip(**{"xl__workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}), "workbook"),
        (_zip(**{"xl__workbook.xml": _DOCTYPE.encode("utf-16")}), "workbook"),
        (
            _zip(**{"xl__workbook.xml": b"<!--" + b"-a" * 9_000 + b"-->" + _DOCTYPE.encode()}),
            "workbook",
        ),
        (_zip(**{"xl__workbook.xml": b"<a/>", "xl__sheet.data": _DOCTYPE.encode()}), "workbook"),
        (workbook(["ID"])[:-100], "workbook"),
        (workbook(), "empty"),
        (workbook([f"c{n}" for n in range(201)]), "too_many_columns"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "not_text"),
    ],
    ids=[
        "zip",
        "xlsb",
        "broken",
        "entities",
        "UTF-16",
        "comment",
        "other name",
        "cut",
        "empty",
        "wide",
        "xls",
    ],
)
def test_workbooks_that_are_none_are_refused_in_words(content, code):
    file = uploaded("book.xlsx", content)
    assert (file.state, file.reason.partition(":")[0]) == ("refused", code), file.reason


def test_a_zip_bomb_is_never_unpacked(monkeypatch):
    monkeypatch.setattr(workbooks, "_MOST_UNPACKED", 10 * 1024 * 1024)
    with pytest.raises(FileRefused, match="unpacks to more than 1 GB"):
        workbooks.open_sheet(io.BytesIO(_bomb()), limits=storage.FILE_LIMITS)
