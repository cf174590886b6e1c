"""What a version would have done in days that are past: asked for by a person, filled by a job."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from playbooks.models.playbook import Playbook


class DryRun(models.Model):
    """`result` has what `playbooks.preview.job` writes: counts, and the occasions with their
    accounts by id."""

    playbook = models.OneToOneField(Playbook, on_delete=models.CASCADE, related_name="dry_run")
    revision = models.PositiveIntegerField(help_text=_("Of the draft it was asked for."))
    since = models.DateField()
    until = models.DateField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True, default="")
    result = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.playbook}, revision {self.revision}"
