"""CSV as people export it: streamed, strictly read, refused as a whole before the first write.

`inspect` reads the file once to the end: what cannot be decoded or split into rows is found
there, with its line, so that `rows` meets no surprise while batches are being written.
"""

import codecs
import contextlib
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import BinaryIO

from accounts.intake.column_guesses import best_fit, names_required
from accounts.intake.errors import FileRefused, TooLarge
from accounts.intake.streams import Limits, opened

_LONGEST_LINE = 1_048_576
_COVER_LINES = 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a column is called that has no name of its own.
UNNAMED = re.compile(r"(?:.+ \()?column [0-9]+\)?")
# What a spreadsheet puts in front to say how values are apart.
_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)
ENCODINGS = ("utf-8", "utf-16", "latin-1", "cp1252")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written, found by `inspect`; `records` counts the rows below the header.

    `titles` are the names of the header as they stand there, `header` the same in lower case.
    `above` is the number of lines before the header.
    """

    header: tuple[str, ...]
    delimiter: str
    encoding: str
    records: int
    titles: tuple[str, ...] = ()
    above: int = 0


def inspect(source: BinaryIO, *, limits: Limits, encoding: str | None = None) -> Layout:
    layout, reader = _open_layout(source, limits=limits, encoding=encoding)
    header = checked_header(next(reader, (1, []))[1], limits=limits)
    records = 0
    for _line, _row in reader:
        records += 1
        if records > limits.records:
            raise TooLarge("too_many_rows", f"has more than {limits.records} rows; split it")
    return replace(layout, header=header, records=records)


def opened_rows(
    source: BinaryIO, *, limits: Limits, encoding: str | None = None
) -> tuple[Layout, Iterator[tuple[int, list[str]]]]:
    """The layout without its count, and the rows below the header, in one pass."""
    layout, reader = _open_layout(source, limits=limits, encoding=encoding)
    titles = titles_of(next(reader, (1, []))[1], limits=limits)
    header = tuple(title.lower() for title in titles)
    return replace(layout, header=header, titles=titles), reader


def header_of(source: BinaryIO, *, limits: Limits, encoding: str | None = None) -> tuple[str, ...]:
    """The column names alone, lower-cased; the rest of the file is not read."""
    _, reader = _open_layout(source, limits=limits, encoding=encoding)
    return checked_header(next(reader, (1, []))[1], limits=limits)


def _open_layout(
    source: BinaryIO, *, limits: Limits, encoding: str | None
) -> tuple[Layout, Iterator[tuple[int, list[str]]]]:
    """Encoding and separator as they are recognised, and the rows from the header on."""
    encoding = encoding or _encoding_by_mark(source)
    top = _first_lines(source, limits=limits, encoding=encoding)
    said = _SEPARATOR.fullmatch(top[0])
    above = 1 if said else _lines_above_header(top)
    delimiter = said[1] if said else _delimiter_of(top[above])
    layout = Layout((), delimiter, encoding, 0, above=above)
    return layout, _numbered_rows(source, layout=layout, limits=limits)


def _lines_above_header(top: list[str]) -> int:
    """How many lines stand above the names of the columns: a title, who exported when. None where
    the first line is known as names; where it is not, a later one has to name all that is required,
    or be twice as wide as what stands above it and be known, or read like names."""
    lines = [_filled_cells(line) for line in top]
    if best_fit(lines[0]):
        return 0
    for number, names in enumerate(lines):
        narrower = all(len(cells) * 2 <= len(names) for cells in lines[:number])
        is_wide = number > 0 and len(names) * 2 > max(map(len, lines))
        is_fitting = narrower and (best_fit(names) > 0 or (is_wide and _read_like_names(names)))
        if len(names) > 1 and (names_required(names) or is_fitting):
            return number
    return 0


def _read_like_names(cells: list[str]) -> bool:
    """In whatever language: words, each once, where rows below have a number or a day."""
    words = [cell.strip().lower() for cell in cells]
    return len(set(words)) == len(words) and all(word[0].isalpha() for word in words)


def _filled_cells(line: str) -> list[str]:
    """Those of one line that say something; none of one that is no row by itself."""
    try:
        cells = next(csv.reader([line], delimiter=_delimiter_of(line)), [])
    except csv.Error:
        return []
    return [cell for cell in cells if cell.strip()]


def rows(source: BinaryIO, *, layout: Layout, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Each row below the header with the line it starts on (the header is line 1)."""
    reader = _numbered_rows(source, layout=layout, limits=limits)
    next(reader, None)
    return reader


def as_mapping(row: list[str], *, header: tuple[str, ...]) -> dict[str, str] | None:
    """The row by column; None when it is ragged."""
    return dict(zip(header, row, strict=True)) if len(row) == len(header) else None


def ragged(row: list[str], *, header: tuple[str, ...]) -> str:
    return (
        f"has {len(row)} values where the header has {len(header)}; "
        "put values that contain the separator in double quotes"
    )


def _numbered_rows(
    source: BinaryIO, *, layout: Layout, limits: Limits
) -> Iterator[tuple[int, list[str]]]:
    lines = _text_lines(source, encoding=layout.encoding, limits=limits)
    for _ in range(layout.above):
        next(lines, None)
    reader = csv.reader(lines, delimiter=layout.delimiter, strict=True)
    line = 1 + layout.above
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + layout.above + 1
    except csv.Error as error:
        raise FileRefused("csv", _in_words(error), line=line) from error
    except UnicodeError as error:
        raise _not_in(layout.encoding, line=line) from error


def _not_in(encoding: str, *, line: int) -> FileRefused:
    message = f"is not {encoding}; save the file as UTF-8 or choose its encoding"
    return FileRefused("encoding", message, line=line)


def _in_words(error: csv.Error) -> str:
    words = str(error)
    if "end of data" in words:
        return "opens a double quote that is never closed"
    if "field larger" in words:
        return f"has a value of more than {csv.field_size_limit()} characters"
    if "expected after" in words:
        return "has text after a closing double quote; double the quotes inside a value"
    return f"is not CSV: {words}"


def _text_lines(source: BinaryIO, *, encoding: str, limits: Limits) -> Iterator[str]:
    """An endless line comes in pieces: memory stays bounded, and no piece is a good row."""
    source.seek(0)
    stream = opened(source, limits=limits)
    text = io.TextIOWrapper(stream, encoding=encoding, errors="strict", newline="")
    return iter(partial(text.readline, _LONGEST_LINE), "")


def _encoding_by_mark(source: BinaryIO) -> str:
    source.seek(0)
    start = opened(source, limits=Limits(records=1, size=1 << 60)).read(4)
    source.seek(0)
    return next((name for bom, name in _BOMS if start.startswith(bom)), "utf-8")


def _first_lines(source: BinaryIO, *, limits: Limits, encoding: str) -> list[str]:
    """The first lines, among which the names of the columns are looked for."""
    lines = _text_lines(source, encoding=encoding, limits=limits)
    try:
        first = next(lines, "")
    except UnicodeError as error:
        raise _not_in(encoding, line=1) from error
    if not first.strip():
        raise FileRefused("empty", "is empty; the first line must name the columns")
    if first.lstrip().startswith("<"):
        raise FileRefused("not_text", "is HTML or XML; export the table as CSV")
    if "\x00" in first:
        raise FileRefused("encoding", "contains NUL characters; save the file as UTF-8")
    top = [first]
    with contextlib.suppress(UnicodeError):  # told with its line, when its row is read
        top += islice(lines, _COVER_LINES)
    return top


def _delimiter_of(first: str) -> str:
    """The separator that occurs most often in the header; a single column counts as comma."""
    return max(",;\t|", key=lambda mark: (first.count(mark), mark == ","))


def checked_header(row: list[str], *, limits: Limits) -> tuple[str, ...]:
    return tuple(title.lower() for title in titles_of(row, limits=limits))


def titles_of(row: list[str], *, limits: Limits) -> tuple[str, ...]:
    """The names of the columns. One without a name is “column 3”; one that is there twice says
    which of both it is. Neither is a field by its name: it is left out unless somebody chose it."""
    if len(row) > limits.columns:
        raise TooLarge("too_many_columns", f"has {len(row)} columns; at most {limits.columns}")
    if not any(name.strip() for name in row):
        raise FileRefused("header", "has no column names; write them in the first row", line=1)
    names = [name.strip() for name in row]
    counts = Counter(name.lower() for name in names)
    titles = []
    for place, name in enumerate(names, start=1):
        twice = counts[name.lower()] > 1
        own = f"{name} (column {place})" if name and twice else name or f"column {place}"
        titles.append(own)
    return tuple(titles)
