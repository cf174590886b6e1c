"""Answers about a file, kept for the next one of its source."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from accounts.catalogue import DIRECT_SOURCE
from accounts.intake.column_mapping import ColumnMapping, mapping_of
from accounts.loading.overlaps import ANSWER
from accounts.models import ImportFile, ImportMapping, SourceMapping, User
from accounts.uploads.suggestions import header_digest


def keep_for_source(mapping: ColumnMapping, *, kind: str, user: User, now: datetime) -> None:
    """Of *Direct* nothing is kept: several systems may stand behind it."""
    if mapping.source != DIRECT_SOURCE:
        SourceMapping.objects.update_or_create(
            source_id=mapping.source,
            kind=kind,
            defaults={"mapping": mapping.as_json(), "user": user, "saved_at": now},
        )


def answer_overlaps(file: ImportFile, *, replaces: bool, user: User, now: datetime) -> None:
    """Sets it on the file, to be checked again, and keeps it with the source and with what is saved
    by name for these columns."""
    said = "true" if replaces else "false"
    mapping = _with_overlap_answer(mapping_of(file.mapping), said)
    file.mapping = mapping.as_json()
    with transaction.atomic():
        keep_for_source(mapping, kind=file.kind, user=user, now=now)
        saved = ImportMapping.objects.filter(header=header_digest(file.header), kind=file.kind)
        for row in saved.select_for_update():
            row.mapping = _with_overlap_answer(mapping_of(row.mapping), said).as_json()
            row.save(update_fields=["mapping"])


def _with_overlap_answer(mapping: ColumnMapping, said: str) -> ColumnMapping:
    return replace(mapping, constants={**mapping.constants, ANSWER: said})
