"""What came in: machine keys, accepted batches, imports, and the records that were refused."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import DIRECT_SOURCE
from accounts.models.people import User
from accounts.models.source import Source


class ApiKey(models.Model):
    """A machine key. Shown once; only its SHA-256 is stored."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, help_text=_("Its first letters, to recognise it."))
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="api_keys"
    )
    source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        default=DIRECT_SOURCE,
        related_name="api_keys",
        help_text=_("The system whose records it brings: their ids count within it."),
    )
    replaces = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="replaced_by",
        help_text=_("The key that was rolled into this one."),
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    latest_use_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(
                name="api_key_lives_a_year_at_most",
                condition=LessThanOrEqual(F("expires_at") - F("created_at"), timedelta(days=365)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class KeyWindow(models.Model):
    """How many requests a key has sent since its minute began: one row a key, counted in place."""

    key = models.OneToOneField(
        ApiKey, primary_key=True, on_delete=models.CASCADE, related_name="window"
    )
    began_at = models.DateTimeField()
    requests = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.requests} since {self.began_at}"


class InboxBatch(models.Model):
    """An accepted batch as it came, partitioned by month, until some days after it is in."""

    pk = models.CompositePrimaryKey("id", "received_on")
    id = models.BigIntegerField()
    received_on = models.DateField()
    received_at = models.DateTimeField()
    source = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    media_type = models.CharField(max_length=80)
    body = models.BinaryField(help_text=_("gzip"))

    def __str__(self) -> str:
        return f"{self.source} {self.id}"


class InboxReceipt(models.Model):
    """Makes a batch count once: (source, key) is unique for ever, unlike the batch itself.

    `source` is the credential, so that keys of two clients never meet. The answer is replayed
    to whoever sends the same key and body again; another body under the key is refused.
    """

    source = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the decompressed body."))
    batch_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(
        null=True, help_text=_("Empty while it is worked on.")
    )
    answer = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("source", "key", name="inbox_batch_counts_once")]
        indexes = [models.Index("received_at", name="inbox_receipt_age")]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"


class ImportRun(models.Model):
    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    class Via(models.TextChoices):
        COMMAND = "command", _("Command line")
        API = "api", _("API")
        PAGE = "page", _("Upload")

    kind = models.CharField(max_length=30)
    source = models.CharField(max_length=80, help_text=_("A file's name, or the key that sent it."))
    declared_source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        default=DIRECT_SOURCE,
        related_name="imports",
        help_text=_("The system whose ids the records carry."),
    )
    digest = models.CharField(max_length=64, blank=True)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="imports"
    )
    api_key = models.ForeignKey(
        ApiKey, null=True, blank=True, on_delete=models.SET_NULL, related_name="imports"
    )
    via = models.CharField(max_length=7, choices=Via, default=Via.COMMAND)
    file = models.OneToOneField(
        "accounts.ImportFile",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="run",
        help_text=_("The upload it reads."),
    )
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True)
    notices = models.JSONField(
        default=dict, help_text=_("What is said once of many records, added up batch by batch.")
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="import_end_is_dated",
                condition=Q(state="running", finished_at__isnull=True)
                | (~Q(state="running") & Q(finished_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.source}"


class RejectedRecord(models.Model):
    """A record that was refused (or accepted with a warning): row, field, reason, and itself."""

    class Level(models.TextChoices):
        REJECTED = "rejected", _("Rejected")
        WARNING = "warning", _("Warning")

    run = models.ForeignKey(
        ImportRun, on_delete=models.CASCADE, related_name="problems", db_index=False
    )
    level = models.CharField(max_length=8, choices=Level, default=Level.REJECTED)
    position = models.PositiveIntegerField(help_text=_("Line of a file, or index in a request."))
    field = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=500)
    record = models.JSONField(default=dict)
    is_whole = models.BooleanField(
        default=True, help_text=_("Nothing of it was cut off when it was kept.")
    )
    settled_at = models.DateTimeField(null=True, help_text=_("Since then the record is in."))
    settled_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            # The list of an import's refused rows, and those that are still to be mended.
            models.Index("run", "position", name="rejected_of_run")
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.field}: {self.message}"
