"""What becomes of an answer: collected, triaged, acted on, told. Each step is dated."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import choices
from accounts.models import Account, AccountScopedQuerySet, OutboxMessage, User
from surveys.catalogue import TriageCriterion
from surveys.models.response import Response


class FollowUp(models.Model):
    """Of an answer that somebody has to deal with: a detractor, a low checkpoint, or one that was
    picked by hand. It is due within a day of the answer."""

    class State(models.TextChoices):
        COLLECTED = "collected", _("Collected")
        TRIAGED = "triaged", _("Triaged")
        ACTED = "acted", _("Acted on")
        TOLD = "told", _("Told the customer")
        DROPPED = "dropped", _("Dropped")

    response = models.OneToOneField(Response, on_delete=models.PROTECT, related_name="follow_up")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=9, choices=State, default=State.COLLECTED)
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    collected_at = models.DateTimeField()
    due_at = models.DateTimeField()
    triaged_at = models.DateTimeField(null=True, blank=True)
    triaged_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    criterion = models.CharField(
        max_length=12,
        choices=choices(TriageCriterion),
        blank=True,
        help_text=_("What it is about."),
    )
    acted_at = models.DateTimeField(null=True, blank=True)
    acted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    what_changed = models.CharField(max_length=1000, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    told_in = models.ForeignKey(
        OutboxMessage, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    drop_reason = models.CharField(max_length=300, blank=True)

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="follow_up_steps_are_dated",
                condition=(
                    Q(state="collected", triaged_at__isnull=True)
                    | Q(state="triaged", triaged_at__isnull=False, acted_at__isnull=True)
                    | Q(state="acted", acted_at__isnull=False, told_at__isnull=True)
                    | Q(state="told", told_at__isnull=False)
                    | Q(state="dropped", dropped_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="follow_up_dropped_says_why",
                condition=~Q(state="dropped") | ~Q(drop_reason=""),
            ),
        ]
        indexes = [
            models.Index("state", "due_at", name="follow_up_due"),
            models.Index("owner", "state", "due_at", name="follow_up_of_owner"),
            models.Index("account", F("collected_at").desc(), name="follow_up_of_account"),
            models.Index("collected_at", name="follow_up_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.response_id} {self.state}"
