"""Bytes within limits: gzip is opened as it is read, and never beyond what was promised."""

import gzip
import io
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from accounts.intake.errors import FileRefused, TooLarge

_MEGABYTE = 1024 * 1024
GZIP = b"\x1f\x8b"
_NOT_TEXT = {
    b"PK\x03\x04": "is a zip archive or an Excel workbook; save it as CSV, or use the import page",
    b"PK\x05\x06": "is an empty zip archive; send the CSV file itself",
    b"\xd0\xcf\x11\xe0": (
        "is an old Excel workbook or protected by a password; save it as .xlsx without one, or CSV"
    ),
    b"%PDF": "is a PDF; export the table as CSV",
    b"MZ": "is a program, not a table",
    b"\x7fELF": "is a program, not a table",
    b"\x89PNG": "is an image, not a table",
}


@dataclass(frozen=True, slots=True)
class Limits:
    records: int
    size: int
    columns: int = 200

    @property
    def megabytes(self) -> int:
        return self.size // _MEGABYTE


FILE_LIMITS = Limits(records=1_000_000, size=200 * _MEGABYTE)
# Read in pieces and written batch by batch, so that it may be of any length.
COMMAND_LIMITS = Limits(records=1_000_000_000, size=1 << 40)
BULK_LIMITS = Limits(records=5_000, size=32 * _MEGABYTE)


class BoundedReader(io.RawIOBase):
    """Reads through, and raises TooLarge as soon as more than `limits.size` bytes came out."""

    def __init__(self, source: BinaryIO, *, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        try:
            piece = self._source.read(len(buffer))
        except (OSError, EOFError, zlib.error) as error:
            raise FileRefused("gzip", "is damaged gzip; compress it again") from error
        self._read += len(piece)
        if self._read > self._limits.size:
            raise TooLarge("too_large", f"is over {self._limits.megabytes} MB; split it")
        buffer[: len(piece)] = piece
        return len(piece)


def opened(source: BinaryIO, *, limits: Limits) -> io.BufferedReader:
    """The plain bytes of a file, unpacked when it is gzip; other containers are refused."""
    start = source.read(8)
    source.seek(0)
    for magic, message in _NOT_TEXT.items():
        if start.startswith(magic):
            raise FileRefused("not_text", message)
    plain = gzip.GzipFile(fileobj=source) if start.startswith(GZIP) else source
    return io.BufferedReader(BoundedReader(plain, limits=limits), buffer_size=_MEGABYTE)  # type: ignore[arg-type]


def gunzip(body: bytes, *, limits: Limits) -> bytes:
    """The decompressed body of a request; refused above the limit before it is all unpacked."""
    with opened(io.BytesIO(body), limits=limits) as stream:
        return stream.read()
