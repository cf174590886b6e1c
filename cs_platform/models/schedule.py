"""What the machinery remembers: which nightly steps ran, and who was last seen alive."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StepRun(models.Model):
    """One nightly step of one closed day for one shard of accounts (an id range).

    All rows of a day are made when the day is planned, so "is it closed" is a query. A step may
    be run again at any time: what it writes is unique, this row only says that it is done.
    """

    step = models.CharField(max_length=30)
    day = models.DateField()
    shard = models.PositiveIntegerField(default=0)
    position = models.PositiveSmallIntegerField(help_text=_("Order of the step within its night."))
    first_account_id = models.BigIntegerField(null=True, help_text=_("Empty: not by account."))
    final_account_id = models.BigIntegerField(null=True)
    round = models.PositiveSmallIntegerField(
        default=1, help_text=_("Grows when a day is run again.")
    )
    planned_at = models.DateTimeField(db_default=models.functions.Now())
    finished_at = models.DateTimeField(null=True)
    count = models.BigIntegerField(null=True, help_text=_("What the step says it did."))
    seconds = models.FloatField(null=True)
    failure = models.CharField(max_length=500, blank=True, help_text=_("Why it was given up."))

    class Meta:
        constraints = [
            models.UniqueConstraint("step", "day", "shard", name="step_once_a_day_and_shard"),
        ]
        indexes = [
            # What is left of a night, and the first night that is not closed.
            models.Index("day", "position", name="step_open", condition=Q(finished_at=None)),
            # The newest planned day, closed or not.
            models.Index("day", name="step_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.step} {self.shard}"


class Pulse(models.Model):
    """When a background process was last alive, and what it thinks of the broker."""

    process = models.CharField(max_length=30, primary_key=True)
    beat_at = models.DateTimeField()
    broker_answers = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.process
