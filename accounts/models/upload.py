"""Files somebody uploaded, until they are imported: in the database, where every container sees
them and a backup holds them, for as long as they are needed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.intake import kept_rows
from accounts.models.intake import ImportRun
from accounts.models.people import User
from accounts.models.source import Source


class ImportFile(models.Model):
    class State(models.TextChoices):
        READING = "reading", _("Being read")
        REFUSED = "refused", _("Cannot be read")
        READY = "ready", _("Columns to match")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Ready to import")
        STARTED = "started", _("Imported")

    name = models.CharField(max_length=80)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the bytes as they came."))
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="uploads"
    )
    uploaded_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.READING)
    reason = models.CharField(max_length=500, blank=True, help_text=_("Why it cannot be read."))
    note = models.CharField(max_length=300, blank=True, help_text=_("What was read of it."))
    encoding = models.CharField(
        max_length=10, blank=True, help_text=_("Chosen; empty: recognised.")
    )
    titles = ArrayField(models.TextField(), default=list, help_text=_("The header as it stands."))
    sheets = ArrayField(models.TextField(), default=list, help_text=_("Of a workbook, with data."))
    sheet = models.CharField(max_length=100, blank=True, help_text=_("That is read."))
    heading = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Number of the row that names the columns.")
    )
    rows = models.PositiveIntegerField(default=0)
    chunks = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=30, blank=True)
    mapping = models.JSONField(default=dict, help_text=_("Columns, dates, decimals, time zone."))
    version = models.PositiveIntegerField(default=0, help_text=_("Grows with each check."))
    outcome = models.JSONField(default=dict, help_text=_("What the latest check found."))
    fixes = models.ForeignKey(
        ImportRun,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="fixed_files",
        help_text=_("The import whose refused rows this file brings again."),
    )
    forgotten_at = models.DateTimeField(null=True, help_text=_("Since then only this row is left."))

    class Meta:
        indexes = [
            # Files that wait for somebody, and those whose content is due to be forgotten.
            models.Index(
                "uploaded_at", name="import_file_kept", condition=models.Q(forgotten_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def header(self) -> tuple[str, ...]:
        """As columns are named in a mapping."""
        return tuple(title.lower() for title in self.titles)


class FileChunk(models.Model):
    """A piece of a file: its bytes as they came until it is read, then its rows, 5,000 a piece."""

    class Stage(models.TextChoices):
        RAW = "raw", _("Bytes")
        ROWS = "rows", _("Rows")

    file = models.ForeignKey(
        ImportFile, on_delete=models.CASCADE, related_name="pieces", db_index=False
    )
    stage = models.CharField(max_length=4, choices=Stage)
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField(default=0)
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint("file", "stage", "number", name="file_chunk_is_one")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.stage} {self.number}"

    def mentions(self, needles: list[str]) -> bool:
        """Whether a cell has one of these texts; of bytes nobody has read yet, always."""
        if self.stage == self.Stage.RAW:
            return True
        return kept_rows.quotes(bytes(self.body), needles=needles)


class PlannedChange(models.Model):
    """A sample of what a check found that an import would do: the record before and after."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="planned")
    position = models.PositiveIntegerField()
    status = models.CharField(max_length=9)
    record = models.JSONField(help_text=_("Key, fields before and after, problems."))

    def __str__(self) -> str:
        return f"{self.file_id} {self.position} {self.status}"


class SourceMapping(models.Model):
    """How records of a source are read: what its columns, words, empty cells and ends mean. Of a
    declared source, for files, commands and requests alike."""

    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, related_name="mappings", db_index=False
    )
    kind = models.CharField(max_length=30)
    mapping = models.JSONField()
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("source", "kind", name="source_mapping_once_a_kind")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind}"


class ImportMapping(models.Model):
    """How somebody read a file once; offered again for a file with the same header."""

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    header = models.CharField(max_length=64, help_text=_("SHA-256 of the column names in order."))
    mapping = models.JSONField()
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="mappings"
    )
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("name", name="import_mapping_name")]
        indexes = [models.Index("header", name="import_mapping_header")]

    def __str__(self) -> str:
        return self.name
