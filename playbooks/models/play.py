"""What a signal did: a start record for every matching playbook, and the play that came of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountScopedQuerySet, Signal, User
from playbooks.models.playbook import Playbook
from playbooks.triggers.rules import Recovery
from playbooks.triggers.vocabulary import (
    PlayOutcome,
    PlayState,
    StartResult,
    Suppression,
    choices,
)


def mail_thread(play_id: int) -> str:
    """The conversation that mails of a play are."""
    return f"play:{play_id}"


class PlayStart(models.Model):
    """Each (signal, matching playbook) leaves exactly one, whatever is retried or replayed.

    `rank` is ARR × risk in the installation's currency: it orders the queue. A queued start
    becomes started or suppressed.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="play_starts")
    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="starts")
    playbook_key = models.CharField(max_length=40)
    signal = models.ForeignKey(
        Signal,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Empty when a person started it."),
    )
    trigger_key = models.CharField(max_length=40, blank=True)
    csm = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    result = models.CharField(max_length=10, choices=choices(StartResult))
    reason = models.CharField(max_length=14, choices=choices(Suppression), blank=True)
    why = models.CharField(max_length=500, blank=True)
    is_urgent = models.BooleanField(default=False)
    rank = models.DecimalField(max_digits=24, decimal_places=0, default=0)
    saw = models.JSONField(default=dict, help_text=_("What the trigger saw, as values."))
    decided_at = models.DateTimeField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            # By key, not by version: publishing a new version starts nothing again.
            models.UniqueConstraint(fields=["signal", "playbook_key"], name="start_once_a_signal"),
            models.CheckConstraint(
                name="start_suppressed_has_a_reason",
                condition=(Q(result="suppressed") & ~Q(reason=""))
                | (~Q(result="suppressed") & Q(reason="")),
            ),
        ]
        indexes = [
            # The queue, largest first, per CSM and playbook.
            models.Index(
                "playbook_key",
                "csm",
                F("is_urgent").desc(),
                F("rank").desc(),
                name="start_queue",
                condition=Q(result="queued"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.playbook_key} {self.account_id}: {self.result} {self.reason}".strip()


class Play(models.Model):
    """One run of a playbook version on one account.

    `recovers_bands`, `recovers_score` and `ends_on` are the exit criteria of its trigger, kept here
    so that a tick compares rows; they are emptied once the play must be ended by people.
    `next_position` is the step that opens at `next_step_at`; without a time it waits for the
    step before it, or there is none left. A play that waits for something to become true has
    `looked_at`: when that was looked at last. It is looked at again after each rescore.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="plays", db_index=False
    )
    playbook = models.ForeignKey(
        Playbook, on_delete=models.PROTECT, related_name="plays", db_index=False
    )
    playbook_key = models.CharField(max_length=40)
    family = models.CharField(max_length=40)
    severity = models.PositiveSmallIntegerField()
    start = models.OneToOneField(PlayStart, on_delete=models.PROTECT, related_name="play")
    csm = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text=_("Whose daily cap it counts in: the owner at the start."),
    )
    lead = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text=_("Who was handed the play: its steps for the CSM go to them."),
    )
    state = models.CharField(max_length=6, choices=choices(PlayState), default=PlayState.OPEN)
    outcome = models.CharField(max_length=10, choices=choices(PlayOutcome), null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    why = models.CharField(max_length=500)
    saw = models.JSONField(default=dict, help_text=_("What the trigger saw, as values."))
    opened_at = models.DateTimeField()
    opened_day = models.DateField(help_text=_("In the installation's zone."))
    closed_at = models.DateTimeField(null=True, blank=True)
    next_position = models.PositiveSmallIntegerField(null=True, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    recovers_bands = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    recovers_score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    ends_on = models.JSONField(
        default=dict, blank=True, db_default={}, help_text=_("Exit criteria beside the health.")
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "playbook_key"],
                name="play_one_open_an_account",
                condition=Q(state="open"),
            ),
            models.CheckConstraint(
                name="play_closed_has_an_outcome",
                condition=Q(state="open", outcome__isnull=True, closed_at__isnull=True)
                | Q(state="closed", outcome__isnull=False, closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="play_cancelled_has_a_reason",
                condition=Q(outcome__isnull=True) | ~Q(outcome="cancelled") | ~Q(reason=""),
            ),
        ]
        indexes = [
            # The tick: plays whose next step has come due, oldest first.
            models.Index(
                "next_step_at",
                name="play_step_due",
                condition=Q(state="open", next_step_at__isnull=False),
            ),
            # Which of them a score, a band or a return may end.
            models.Index(
                "account",
                name="play_recovers",
                condition=Q(state="open")
                & (
                    ~Q(recovers_bands=[])
                    | Q(recovers_score__isnull=False)
                    | Q(ends_on__has_key="came_back")
                ),
            ),
            # Exit criteria: open plays against the present health of their accounts.
            models.Index("account", name="play_open", condition=Q(state="open")),
            # What waits for something to become true, against the latest rescore.
            models.Index(
                "account",
                name="play_looks",
                condition=Q(state="open", looked_at__isnull=False),
            ),
            # Cooldown: the latest end of a playbook on an account.
            models.Index("account", "playbook_key", F("closed_at").desc(), name="play_latest_end"),
            # The cap: plays opened for a CSM on a day.
            models.Index("opened_day", "playbook_key", "csm", name="play_cap"),
            # The news of a week: recovered plays.
            models.Index("closed_at", name="play_recovered", condition=Q(outcome="recovered")),
            # What ended without having recovered: the next step is asked for.
            models.Index(
                "closed_at",
                name="play_unrecovered",
                condition=Q(outcome__in=("completed", "cancelled")),
            ),
            # The account page, newest first.
            models.Index("account", F("opened_at").desc(), name="play_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.playbook_key} {self.account_id} {self.outcome or self.state}"

    @property
    def recovery(self) -> Recovery:
        told = self.ends_on | {"signals": tuple(self.ends_on.get("signals", ()))}
        return Recovery(tuple(self.recovers_bands), self.recovers_score, **told)

    @property
    def is_watched(self) -> bool:
        """By an exit that no score and no signal tells of: it is looked at after a rescore."""
        told = self.recovery
        return any((told.contract_decided, told.contract_lost, told.used_again, told.left_audience))
