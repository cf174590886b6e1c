"""XLSX as people save it: one sheet, row by row, every cell as the text it means.

A workbook is a zip of XML: what it would unpack to is known before any of it is read.
"""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import IO, Any, BinaryIO
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from accounts.intake.column_guesses import best_fit
from accounts.intake.errors import FileRefused, TooLarge
from accounts.intake.streams import Limits

MAGIC = b"PK\x03\x04"
# A cell that has no value of its own: the rest of the text says what to do about it.
UNREADABLE = "\x00\x01"
_MOST_UNPACKED = 1024 * 1024 * 1024
_MOST_STRINGS = 200 * 1024 * 1024
_MOST_PARTS = 5_000
_BLOCK = 1_000
_PIECE = 4_096
# Rows in which the names of the columns are looked for.
_LOOKED_AT = 30
# What zipfile, the XML parser and openpyxl raise over a file that is none, or a damaged one: the
# last ones come from openpyxl's own assumptions, and NotImplementedError from unknown compression.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ParseError, OSError, EOFError, NotImplementedError,
    KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError, RuntimeError,
)  # fmt: skip

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` starts with the header; numbers are those at the edge of the sheet. `names` are those
    of all sheets that have data."""

    name: str
    names: tuple[str, ...]
    rows: Iterator[Row]


def open_sheet(
    source: BinaryIO, *, limits: Limits, name: str = "", heading: int | None = None
) -> Sheet:
    """`name` and `heading`: the sheet and the number of the row that names the columns, as somebody
    chose them. Else those whose cells are best known as columns, or the first."""
    _refuse_bombs(source)
    try:
        return _open_chosen_sheet(source, limits=limits, name=name, heading=heading)
    except FileRefused:
        raise
    except _BROKEN as error:
        raise _damaged_workbook() from error


def _damaged_workbook() -> FileRefused:
    return FileRefused(
        "workbook", "cannot be read as an Excel workbook; open it, save it again, or save as CSV"
    )


def _refuse_bombs(source: BinaryIO) -> None:
    """By the sizes the archive declares: reading stops at those, whatever it really holds."""
    try:
        with zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
            _refuse_foreign({part.filename for part in parts})
            if len(parts) > _MOST_PARTS or sum(p.file_size for p in parts) > _MOST_UNPACKED:
                raise TooLarge(
                    "too_large", "unpacks to more than 1 GB; save it as CSV and split it"
                )
            for part in parts:
                _refuse_part(archive, part)
    except FileRefused:
        raise
    except _BROKEN as error:
        raise _damaged_workbook() from error


def _refuse_foreign(names: set[str]) -> None:
    if "xl/workbook.bin" in names:
        raise FileRefused("not_text", "is a binary workbook (.xlsb); save it as .xlsx or CSV")
    if "xl/workbook.xml" not in names:
        raise FileRefused("not_text", "is a zip archive; unpack it and upload the CSV file inside")


def _refuse_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if part.flag_bits & 1:
        raise FileRefused("protected", "is protected by a password; save it without one")
    if part.filename.endswith("sharedStrings.xml") and part.file_size > _MOST_STRINGS:
        raise TooLarge("too_large", "holds over 200 MB of text; save it as CSV and split it")
    with archive.open(part) as stream:
        _refuse_doctype(stream)


class _FirstElement(Exception):
    """Ends the parsing of a part: a document type stands before the first element or nowhere."""


def _refuse_doctype(stream: IO[bytes]) -> None:
    """As the parser that reads the workbook sees it: in any encoding, behind any comment."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_entities
    parser.StartElementHandler = _first_element
    try:
        while piece := stream.read(_PIECE):
            parser.Parse(piece)
    except (_FirstElement, expat.ExpatError):
        return  # what is no XML, such as a picture, is no part that is read


def _refuse_entities(*_: object) -> None:
    raise FileRefused("workbook", "declares XML entities, which no workbook needs")


def _first_element(*_: object) -> None:
    raise _FirstElement


def _open_chosen_sheet(
    source: BinaryIO, *, limits: Limits, name: str, heading: int | None
) -> Sheet:
    import openpyxl  # type: ignore[import-untyped]  # noqa: PLC0415 -- slow import

    source.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of extensions that hold no values
        book = openpyxl.load_workbook(source, read_only=True, data_only=True, keep_links=False)
        found = _with_data(book, limits=limits)
        if not found:
            raise FileRefused("empty", "is empty; the first row must name the columns")
        chosen = [sheet for sheet, _ in found if sheet.title == name]
        sheet, top = max(found, key=lambda one: _likeliest_heading(one[1])[0])
        if chosen:
            sheet, top = next(one for one in found if one[0] is chosen[0])
        row = heading or _likeliest_heading(top)[1]
        rows = _row_blocks(_parse_rows(book, sheet, limits=limits))
        names = tuple(one.title for one, _ in found)
        return Sheet(sheet.title, names, _rows_from_heading(row, rows))


def _with_data(book: Any, *, limits: Limits) -> list[tuple[Any, list[Row]]]:
    """Each sheet that holds something, with its first rows."""
    found = []
    for sheet in book.worksheets:
        top = next(_row_blocks(islice(_parse_rows(book, sheet, limits=limits), _LOOKED_AT)), None)
        if top is not None:
            found.append((sheet, top))
    return found


def _likeliest_heading(top: list[Row]) -> tuple[float, int]:
    """How well the likeliest row of names is known, and its number: a title above it, or a line of
    who exported when, has fewer cells."""
    widest = max(sum(map(bool, row)) for _, row in top)
    fitting = [
        (best_fit([cell for cell in row if cell]), -number)
        for number, row in top
        if sum(map(bool, row)) * 2 > widest
    ]
    fit, number = max(fitting)
    return fit, -number


def _rows_from_heading(heading: int, blocks: Iterator[list[Row]]) -> Iterator[Row]:
    for block in blocks:
        yield from (row for row in block if row[0] >= heading)


def _row_blocks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """The reader warns of odd dates; those are told row by row, so here it keeps quiet."""
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            try:
                block = list(islice(rows, _BLOCK))
            except FileRefused:
                raise
            except _BROKEN as error:
                raise _damaged_workbook() from error
        if not block:
            return
        yield block


def _parse_rows(book: Any, sheet: Any, *, limits: Limits) -> Iterator[Row]:
    from openpyxl.worksheet import (  # type: ignore[import-untyped]  # noqa: PLC0415 -- slow import
        _reader,
    )

    class Parser(_reader.WorkSheetParser):  # type: ignore[misc]
        """Tells a formula without a stored result from an empty cell: empty would clear a field."""

        def parse_cell(self, element: Any) -> Any:
            cell = super().parse_cell(element)
            if cell["value"] is None and element.find(_reader.FORMULA_TAG) is not None:
                cell["data_type"] = "f"
            return cell

    with sheet._get_source() as source:
        parser = Parser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            row = _row_texts(cells, limits=limits)
            if row:
                yield number, row


def _row_texts(cells: list[dict[str, Any]], *, limits: Limits) -> list[str]:
    """Up to the last cell with a value; none for an empty row."""
    found: list[str] = []
    for cell in cells:
        text = _cell_text(cell["value"], kind=cell["data_type"])
        if not text:
            continue
        place = cell["column"]
        if place > limits.columns:
            raise TooLarge("too_many_columns", f"has more than {limits.columns} columns")
        found.extend([""] * (place - len(found)))
        found[place - 1] = text
    return found


def _cell_text(value: Any, *, kind: str) -> str:
    if kind == "f":
        return f"{UNREADABLE}is a formula without a result; open the file, save it, upload it again"
    if kind == "e":
        return f"{UNREADABLE}is the error {value} of a formula; correct it in the workbook"
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # Fifteen digits, as the sheet shows it: 0.1 + 0.2 is 0.3 there.
        return f"{Decimal(f'{value:.15g}'):f}"
    if isinstance(value, datetime):
        return _datetime_text(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if not isinstance(value, timedelta) else f"{value}"


def _datetime_text(value: datetime) -> str:
    """A whole day is a date; seconds are rounded, because days are stored as fractions."""
    rounded = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    return rounded.date().isoformat() if rounded.time() == time() else rounded.isoformat()
