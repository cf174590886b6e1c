"""What was seen each week of who is ready for an expansion."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountScopedQuerySet
from health.scoring.readiness import Readiness

LISTED = (
    Readiness.READY,
    Readiness.CONVERSATIONS_FIRST,
    Readiness.STAKEHOLDERS_FIRST,
    Readiness.GROWING,
)
"""What the weekly review lists, beside early signs."""


class ReadinessLook(models.Model):
    """One weekly look at one account, with the values it was judged from. Written once.

    Null is not known: history is too short, or its source does not deliver.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="readiness_looks", db_index=False
    )
    day = models.DateField(help_text=_("The last day of the latest of its weeks."))
    weeks = ArrayField(
        models.BigIntegerField(),
        help_text=_("Events of core features by people in each of 19 weeks, the oldest first."),
    )
    weeks_known = models.PositiveSmallIntegerField(
        help_text=_("Of so many of the latest weeks something could be seen.")
    )
    conversations = models.PositiveIntegerField(
        null=True, help_text=_("Commercial conversations in 90 days.")
    )
    stakeholders = models.PositiveIntegerField(
        null=True, help_text=_("People who took part in conversations in 180 days.")
    )
    functions = models.PositiveIntegerField(null=True, help_text=_("Job functions of theirs."))
    looks_above = models.PositiveSmallIntegerField(
        null=True, help_text=_("Looks in a row above the baseline, this one the last.")
    )
    met = models.PositiveSmallIntegerField(help_text=_("Signals of three."))
    readiness = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Readiness])
    is_early = models.BooleanField(help_text=_("Use rose by a fifth on the week before."))
    judged_at = models.DateTimeField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("account", "day", name="readiness_look_once_a_week")]
        indexes = [
            # The latest look there is.
            models.Index("day", name="readiness_look_day"),
            # The weekly review.
            models.Index(
                "day",
                "readiness",
                "account",
                name="readiness_look_listed",
                condition=Q(readiness__in=LISTED) | Q(is_early=True),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="readiness_looks_never_change", operation=pgtrigger.Update)
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.readiness}"
