"""Uploads in the database: web and workers see the same bytes, and a backup holds them.

Content is forgotten after KEPT_DAYS; the file's name, size and counts stay as a record.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.intake import kept_rows
from accounts.intake.errors import TooLarge
from accounts.intake.kept_rows import Row
from accounts.intake.streams import FILE_LIMITS
from accounts.models import FileChunk, ImportFile, ImportRun, PlannedChange, User

KEPT_DAYS = 30
_PIECE = 1024 * 1024
_RAW, _ROWS = FileChunk.Stage.RAW, FileChunk.Stage.ROWS


class FileMovedOn(ValueError):
    """Somebody was quicker: it was discarded, is imported, or is looked at in another way."""


def keep_upload(
    *,
    name: str,
    pieces: Iterable[bytes],
    user: User,
    now: datetime,
    fixes: ImportRun | None = None,
) -> ImportFile:
    """In one transaction: the whole file is there, or nothing of it.

    Raises:
        TooLarge: over the documented limit.
    """
    digest, size = hashlib.sha256(), 0
    with transaction.atomic():
        file = ImportFile.objects.create(
            name=name[:80], size=0, digest="", user=user, uploaded_at=now, fixes=fixes
        )
        for number, piece in enumerate(_of_one_size(pieces)):
            digest.update(piece)
            size += len(piece)
            if size > FILE_LIMITS.size:
                raise TooLarge("too_large", f"is over {FILE_LIMITS.megabytes} MB; split it")
            FileChunk.objects.create(file=file, stage=_RAW, number=number, body=piece)
        file.digest, file.size = digest.hexdigest(), size
        file.save(update_fields=["digest", "size"])
    return file


def _of_one_size(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """A place in the file is a place in a piece: each but the last has the same length."""
    rest = b""
    for piece in pieces:
        rest += piece
        while len(rest) >= _PIECE:
            yield rest[:_PIECE]
            rest = rest[_PIECE:]
    if rest:
        yield rest


class KeptBytes(io.RawIOBase):
    """The bytes of an upload, read and sought in like a file; one piece is in memory."""

    def __init__(self, file: ImportFile) -> None:
        self._file = file
        self._at = 0
        self._number = -1
        self._piece = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def on_progress(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        number, start = divmod(self._at, _PIECE)
        if number != self._number:
            self._piece, self._number = self._load_piece(number), number
        found = self._piece[start : start + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _load_piece(self, number: int) -> bytes:
        # Uses index: file_chunk_is_one
        piece = FileChunk.objects.filter(file=self._file, stage=_RAW, number=number)
        body = piece.values_list("body", flat=True).first()
        return b"" if body is None else bytes(body)


def bytes_of(file: ImportFile) -> io.BufferedReader:
    return io.BufferedReader(KeptBytes(file), buffer_size=_PIECE)  # type: ignore[arg-type]


def clear_rows(file: ImportFile) -> None:
    FileChunk.objects.filter(file=file, stage=_ROWS).delete()


def clear_bytes(file: ImportFile) -> None:
    FileChunk.objects.filter(file=file, stage=_RAW).delete()


def write_rows(file: ImportFile, rows: list[Row], *, number: int) -> None:
    FileChunk.objects.create(
        file=file, stage=_ROWS, number=number, rows=len(rows), body=kept_rows.pack(rows)
    )


def rows_of(file: ImportFile, *, number: int) -> list[Row]:
    """Of one piece; none where it is not there (any more)."""
    piece = FileChunk.objects.filter(file=file, stage=_ROWS, number=number)
    body = piece.values_list("body", flat=True).first()
    return [] if body is None else kept_rows.unpack(bytes(body))


def first_rows(file: ImportFile, *, pieces: int) -> Iterator[Row]:
    """Of that many pieces, one in memory at a time."""
    found = FileChunk.objects.filter(file=file, stage=_ROWS, number__lt=pieces).order_by("number")
    for body in found.values_list("body", flat=True).iterator(chunk_size=1):
        yield from kept_rows.unpack(bytes(body))


def move_on(file: ImportFile, *states: ImportFile.State, **changes: Any) -> None:
    """One conditional write: who looked at the file earlier undoes nothing that was done since.

    Raises:
        FileMovedOn: it is in none of these states any more, or was asked for anew.
    """
    found = ImportFile.objects.filter(pk=file.pk, version=file.version, state__in=states)
    if not found.update(**changes):
        raise FileMovedOn(file.name)
    for name, value in changes.items():
        setattr(file, name, value)


def hold(file: ImportFile, state: ImportFile.State) -> None:
    """In a transaction: until it ends nobody discards the file.

    Raises:
        FileMovedOn: it is not in that state any more.
    """
    found = ImportFile.objects.filter(pk=file.pk, version=file.version, state=state)
    if not found.select_for_update(no_key=True).exists():
        raise FileMovedOn(file.name)


def discard(file: ImportFile) -> bool:
    """False when it is imported, or about to be: then it is part of the record."""
    with transaction.atomic():
        mine = ImportFile.objects.select_for_update(of=("self",)).filter(pk=file.pk, run=None)
        kept = mine.first()  # locked: its state is the latest
        if kept is None or kept.state == ImportFile.State.STARTED:
            return False
        kept.delete()
    return True


def forget_old(*, now: datetime) -> int:
    """Content of uploads nobody needs any more; of one at work nothing is taken away."""
    # Uses index: import_file_kept
    due = ImportFile.objects.filter(
        forgotten_at=None, uploaded_at__lt=now - timedelta(days=KEPT_DAYS)
    ).exclude(run__state=ImportRun.State.RUNNING)
    ids = list(due.values_list("pk", flat=True))
    with transaction.atomic():
        FileChunk.objects.filter(file__in=ids).delete()
        PlannedChange.objects.filter(file__in=ids).delete()
        return ImportFile.objects.filter(pk__in=ids).update(forgotten_at=now)
