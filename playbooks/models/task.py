"""A piece of work for one person: from a step, from an escalation, or written by hand."""

from __future__ import annotations

from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import Role
from accounts.models import Account, AccountScopedQuerySet, User
from accounts.models.scope import AnyOf
from playbooks.models.play import Play
from playbooks.models.playbook import PlaybookStep
from playbooks.triggers.vocabulary import (
    Channel,
    Fallback,
    OwnerRole,
    TaskOutcome,
    TaskState,
    choices,
)

UNFINISHED = (TaskState.OPEN.value, TaskState.SNOOZED.value)


class TaskQuerySet(AccountScopedQuerySet):
    def workable_by(self, user: User) -> Self:
        """Tasks this person may finish: their own, and all of the accounts they may change."""
        accounts = Account.objects.changeable_by(user).values("pk")
        return self.filter(Q(owner=user) | Q(AnyOf("account", accounts)))

    def of_person(self, user: User, *, day: date) -> Self:
        """Theirs, and those of absent people they cover; for CS ops also the queue nobody owns.

        Asks at once who is covered: of ids the planner knows how few tasks they have, of a
        sub-query it does not, and would start parallel workers for forty rows.
        """
        covered = User.objects.filter(cover=user, absent_from__lte=day, absent_until__gte=day)
        mine = Q(owner__in=[user.pk, *covered.values_list("pk", flat=True)])
        if user.role == Role.OPS:
            mine |= Q(owner__isnull=True)
        return self.filter(mine)


@pghistory.track(
    pghistory.UpdateEvent(),
    model_name="TaskAudit",
    # Who did what to it. Words people wrote are not kept twice: an erasure must reach them.
    fields=["account", "owner", "state", "outcome", "due_at", "snoozed_until", "closed_by"],
    append_only=True,
)
class Task(models.Model):
    """Without an owner it lies in the queue of CS ops, who all see it.

    `escalate_at`: when silence draws a person in; `escalated_at`: when it did.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="tasks", db_index=False
    )
    play = models.ForeignKey(
        Play,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tasks",
        db_index=False,
        help_text=_("Empty for a task written by hand."),
    )
    step = models.ForeignKey(
        PlaybookStep,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    escalation = models.CharField(
        max_length=40, blank=True, help_text=_("The escalation rule that made it.")
    )
    title = models.CharField(max_length=160)
    guidance = models.TextField(max_length=2500, blank=True)
    channel = models.CharField(max_length=8, choices=choices(Channel), default=Channel.INTERNAL)
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks", db_index=False
    )
    owner_role = models.CharField(max_length=40, default=OwnerRole.CSM)
    fallback = models.CharField(
        max_length=11,
        choices=choices(Fallback),
        blank=True,
        help_text=_("Why it was not given to who has the role, and where it fell."),
    )
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=choices(TaskState), default=TaskState.OPEN)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=14, choices=choices(TaskOutcome), null=True, blank=True)
    reason = models.CharField(
        max_length=500, blank=True, help_text=_("Why it was skipped or closed.")
    )
    note = models.CharField(max_length=2000, blank=True)
    why = models.CharField(
        max_length=500, blank=True, help_text=_("Which rule, which values, what changed.")
    )
    closes_when = models.CharField(max_length=300, blank=True)
    escalate_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["play", "step"], name="task_once_a_step"),
            models.UniqueConstraint(
                fields=["play", "escalation"],
                name="task_once_an_escalation",
                condition=~Q(escalation=""),
            ),
            models.CheckConstraint(
                name="task_snoozed_is_dated",
                condition=Q(state="snoozed", snoozed_until__isnull=False)
                | (~Q(state="snoozed") & Q(snoozed_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="task_finished_is_dated",
                condition=Q(state__in=UNFINISHED, closed_at__isnull=True)
                | (~Q(state__in=UNFINISHED) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="task_done_has_an_outcome",
                condition=Q(state="done", outcome__isnull=False)
                | (~Q(state="done") & Q(outcome__isnull=True)),
            ),
            models.CheckConstraint(
                name="task_skipped_has_a_reason",
                condition=~Q(state__in=("skipped", "closed_by_itself")) | ~Q(reason=""),
            ),
        ]
        indexes = [
            # A person's day, by urgency; without an owner: the queue of CS ops.
            models.Index(
                "owner", "due_at", name="task_of_owner", condition=Q(state__in=UNFINISHED)
            ),
            # The account page: what is open, then what was done.
            models.Index("account", F("due_at").desc(), name="task_of_account"),
            # The tick: silence that draws a person in.
            models.Index(
                "escalate_at",
                name="task_silent",
                condition=Q(escalate_at__isnull=False, escalated_at__isnull=True),
            ),
            # The tick: snoozed tasks that come back.
            models.Index("snoozed_until", name="task_snoozed", condition=Q(state="snoozed")),
        ]

    def __str__(self) -> str:
        return self.title
