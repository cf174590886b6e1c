"""What a version would do: in days that are past, and where it is true already. Asked for by a
person, filled while the page waits or by a job, and kept until it is asked for again."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, User
from accounts.models.size import LONGEST_KEY
from playbooks.models.playbook import Playbook


class AskedPreview(models.Model):
    """`turn` counts how often it was asked for: what an earlier turn still finds is not kept.
    `done` of `total` accounts are looked at."""

    playbook = models.OneToOneField(Playbook, on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField(help_text=_("Of the draft it was asked for."))
    turn = models.PositiveIntegerField(default=1, db_default=1)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True, default="")
    total = models.PositiveIntegerField(default=0, db_default=0)
    done = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.playbook}, revision {self.revision}"

    @property
    def is_awaited(self) -> bool:
        return self.finished_at is None and not self.failure


class DryRun(AskedPreview):
    """`result` has what `playbooks.preview.dry_runs` writes: counts, and the occasions with their
    accounts by id."""

    since = models.DateField()
    until = models.DateField()
    result = models.JSONField(default=dict)


class BulkStartList(AskedPreview):
    """Where a version in force was true on `day`. A person starts it on some of these accounts;
    `start_turn` counts how often."""

    day = models.DateField()
    started_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    start_turn = models.PositiveIntegerField(default=0)
    start_failure = models.CharField(max_length=300, blank=True, default="")


class BulkStartAccount(models.Model):
    """ARR in minor units of the installation's currency, as it was when the list was made."""

    class State(models.TextChoices):
        LISTED = "listed", _("Listed")
        WANTED = "wanted", _("To be started")
        STARTED = "started", _("Started")
        LEFT = "left", _("Left as it is: not true any more, or something holds it back")

    bulk_start_list = models.ForeignKey(
        BulkStartList, on_delete=models.CASCADE, related_name="accounts", db_index=False
    )
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    csm = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    segment = models.CharField(max_length=LONGEST_KEY)
    arr_minor = models.BigIntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.LISTED)

    class Meta:
        constraints = [
            models.UniqueConstraint("bulk_start_list", "account", name="bulk_start_account_once")
        ]
        indexes = [
            # The list, the largest first; and what a start has left to do.
            models.Index(
                F("bulk_start_list"), F("state"), F("arr_minor").desc(), F("id"),
                name="bulk_start_size",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.account_id} {self.state}"
