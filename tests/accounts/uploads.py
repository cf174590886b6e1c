"""Files on their way in, as the page and its workers take them."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

from accounts.intake.column_mapping import ColumnMapping
from accounts.intake.dates import DateOrder
from accounts.models import ImportFile, ImportRun, User
from accounts.uploads import (
    check_upload,
    import_upload,
    keep_upload,
    read_upload,
    start_import,
)

DAY = date(2025, 3, 14)
NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)


def somebody() -> User:
    user, _ = User.objects.get_or_create(
        email="ops@demo.example", defaults={"name": "Nia Ops", "role": "ops"}
    )
    return user


def pieces(content: bytes, *, size: int = 700) -> Any:
    stream = io.BytesIO(content)
    return iter(lambda: stream.read(size), b"")


def uploaded(name: str, content: bytes, *, fixes: ImportRun | None = None) -> ImportFile:
    """Kept and read."""
    file = keep_upload(name=name, pieces=pieces(content), user=somebody(), now=NOW, fixes=fixes)
    read_upload(file, on_progress=lambda rows: None)
    file.refresh_from_db()
    return file


def matched(file: ImportFile, kind: str, **columns: str) -> ImportFile:
    """With these columns, by their names in the file; the others as they were guessed."""
    mapping = ColumnMapping(columns={**file.mapping["columns"], **columns}, zone="Europe/Paris")
    file.kind, file.mapping = kind, mapping.as_json()
    file.save()
    return file


def day_first(file: ImportFile) -> ImportFile:
    file.mapping = {**file.mapping, "date_order": DateOrder.DAY_FIRST.value}
    file.save()
    return file


def checked(file: ImportFile) -> ImportFile:
    ImportFile.objects.filter(pk=file.pk).update(state="checking", version=file.version)
    file.refresh_from_db()
    check_upload(file, day=DAY, now=NOW, on_progress=lambda number: None)
    file.refresh_from_db()
    return file


def imported(file: ImportFile) -> ImportRun:
    """From a file that was read to a finished run."""
    run = start_import(checked(file), user=somebody(), now=NOW)
    run = ImportRun.objects.select_related("file", "file__fixes", "file__user").get(pk=run.pk)
    import_upload(run, piece=0, day=DAY, now=NOW, on_progress=lambda number: None)
    run.refresh_from_db()
    return run


def workbook(*rows: list[Any], sheets: int = 1) -> bytes:
    import openpyxl  # noqa: PLC0415 -- slow import

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for number in range(1, sheets):
        book.create_sheet(f"More {number}").append(["x"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
