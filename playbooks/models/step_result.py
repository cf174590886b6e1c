"""What a step did that is no task: one row a play and step, whatever is retried or replayed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from playbooks.models.play import Play
from playbooks.models.playbook import PlaybookStep
from playbooks.triggers.kinds import StepEnding
from playbooks.triggers.vocabulary import choices


class StepResult(models.Model):
    """A row is written in the transaction of what its step does. A wait is begun, and ended later:
    `ends_at` is when its time is over."""

    play = models.ForeignKey(Play, on_delete=models.PROTECT, related_name="results", db_index=False)
    step = models.ForeignKey(
        PlaybookStep, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=10, choices=choices(StepEnding), blank=True)
    detail = models.CharField(max_length=200, blank=True, help_text=_("What it did, in words."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["play", "step"], name="result_once_a_step"),
            models.CheckConstraint(
                name="result_ended_says_how",
                condition=Q(ended_at__isnull=True, ending="")
                | (Q(ended_at__isnull=False) & ~Q(ending="")),
            ),
        ]

    def __str__(self) -> str:
        return f"step {self.step_id} of play {self.play_id}: {self.ending or 'waits'}"
