"""What was asked of the machinery and what it answered; append-only."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Intervention(models.Model):
    """Somebody made the machinery do something by hand: who, what, on which row, what it said."""

    class Action(models.TextChoices):
        RETRY_JOB = "retry_job", _("Retried a job")
        RESEND_MESSAGE = "resend_message", _("Sent a message again")
        ASK_INVARIANTS = "ask_invariants", _("Asked the invariants")

    action = models.CharField(max_length=20, choices=Action)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    row_id = models.BigIntegerField(null=True, help_text=_("Of the job or the message."))
    subject = models.CharField(max_length=240, help_text=_("Kind and key of that row."))
    before = models.CharField(max_length=500, blank=True, help_text=_("What it said before."))

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="interventions_are_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class InvariantRun(models.Model):
    """What the invariants said when they were asked, by the night or by somebody."""

    asked_at = models.DateTimeField()
    day = models.DateField(help_text=_("The day that was open."))
    seconds = models.FloatField()
    asked = models.PositiveSmallIntegerField(help_text=_("How many invariants were asked."))
    broken = models.PositiveSmallIntegerField()
    findings = models.JSONField(
        default=list, help_text=_("Name, sentence, count, examples of each.")
    )
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            # The latest one, and the list of them.
            models.Index(
                models.F("asked_at").desc(), models.F("id").desc(), name="invariant_run_latest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M} {self.broken} broken"
