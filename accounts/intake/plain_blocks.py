"""CSV in which nothing is quoted, as blocks of whole lines: most machines write it so.

Whether a file is of that kind is seen by reading it once to its end; every other one is read by
the csv module.
"""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from accounts.intake.streams import Limits, opened

_BLOCK = 1_048_576
_UNUSUAL = (b'"', b"\x00")


@dataclass(frozen=True, slots=True)
class PlainBlock:
    """Whole lines, the last one ended as well; `line` is the number of the first."""

    data: bytes
    line: int
    delimiter: str

    def rows(self, which: Sequence[int] | None = None) -> list[tuple[int, list[str]]]:
        """Lines as rows of cells, without empty ones; all, or those counted from 0."""
        if which is not None and not which:
            return []
        lines = self.data.decode().split("\n")[:-1]
        numbers = range(len(lines)) if which is None else which
        texts = [lines[n].removesuffix("\r") for n in numbers]
        cells = csv.reader(texts, delimiter=self.delimiter)
        return [(self.line + n, row) for n, row in zip(numbers, cells, strict=True) if row]


def count_plain(source: BinaryIO, *, limits: Limits) -> int | None:
    """Rows below the header; None when the file needs the csv module, or its words of refusal."""
    decoder, records, max_length = codecs.getincrementaldecoder("utf-8")(), -1, 0
    rest = b""
    for piece in _byte_pieces(source, limits=limits):
        if any(mark in piece for mark in _UNUSUAL):
            return None
        if not piece.isascii() or decoder.getstate()[0]:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                return None
        whole, rest = _split_at_last_line(rest + piece)
        if whole.count(b"\r") != whole.count(b"\r\n"):
            return None
        filled, max_value = _line_count_and_longest(whole)
        records, max_length = records + filled, max(max_length, max_value, len(rest))
        if max_length > csv.field_size_limit():
            return None
    if decoder.getstate()[0] or b"\r" in rest:
        return None
    return records + bool(rest)


def _line_count_and_longest(whole: bytes) -> tuple[int, int]:
    """How many lines hold something, and how long the longest is."""
    if not whole:
        return 0, 0
    ends = np.flatnonzero(np.frombuffer(whole, np.uint8) == 10)
    lengths = np.diff(ends, prepend=-1) - 1
    empty = int((lengths == 0).sum()) + whole.count(b"\n\r\n") + whole.startswith(b"\r\n")
    return len(ends) - empty, int(lengths.max())


def plain_blocks(source: BinaryIO, *, limits: Limits, delimiter: str) -> Iterator[PlainBlock]:
    """The lines below the first that is not empty: the header."""
    line, rest, is_below = 1, b"", False
    for piece in _byte_pieces(source, limits=limits):
        whole, rest = _split_at_last_line(rest + piece)
        while whole and not is_below:
            first, _, whole = whole.partition(b"\n")
            line, is_below = line + 1, bool(first.strip(b"\r"))
        if whole:
            yield PlainBlock(whole, line, delimiter)
            line += whole.count(b"\n")
    if rest and is_below:
        yield PlainBlock(rest + b"\n", line, delimiter)


def _byte_pieces(source: BinaryIO, *, limits: Limits) -> Iterator[bytes]:
    """Without the mark that some programs put before UTF-8."""
    source.seek(0)
    stream = opened(source, limits=limits)  # left open: the file is the caller's
    piece = stream.read(_BLOCK).removeprefix(codecs.BOM_UTF8)
    while piece:
        yield piece
        piece = stream.read(_BLOCK)


def _split_at_last_line(data: bytes) -> tuple[bytes, bytes]:
    """Whole lines, and the beginning of the next one."""
    end = data.rfind(b"\n") + 1
    return data[:end], data[end:]
