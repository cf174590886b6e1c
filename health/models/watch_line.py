"""Which values health watches, and for whom."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from health.scoring import WatchLineSpec, plain


class WatchLine(models.Model):
    """A value of the score, a component or a measure whose passing is a crossing, by whichever
    account and scorecard. It is there as long as somebody watches it."""

    subject = models.CharField(
        max_length=160, help_text=_("“score”, “component:<key>” or “measure:<key>”.")
    )
    value = models.DecimalField(max_digits=14, decimal_places=4)
    registered_at = models.DateTimeField(help_text=_("Crossings are recorded from then on."))

    class Meta:
        constraints = [models.UniqueConstraint("subject", "value", name="watch_line_once")]

    def __str__(self) -> str:
        return self.spec.name

    @property
    def spec(self) -> WatchLineSpec:
        return WatchLineSpec(self.subject, Decimal(plain(self.value)))


class WatchLineUse(models.Model):
    """Somebody watches a line: `scorecard:<key>` in force, or a published `playbook:<key>`."""

    line = models.ForeignKey(WatchLine, on_delete=models.CASCADE, related_name="uses")
    owner = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint("line", "owner", name="watch_line_use_once")]

    def __str__(self) -> str:
        return f"{self.owner} watches {self.line}"
