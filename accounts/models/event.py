"""Business events (facts that measures read) and signals (which alone may start work elsewhere)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account, external_id_validator
from accounts.models.learned import Backfilled, Learned
from accounts.models.scope import AccountScopedQuerySet
from accounts.models.sourced import Sourced, once_a_source
from accounts.models.vocabulary import BusinessEventKind


class BusinessEvent(Sourced, Backfilled):
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    external_id = models.CharField(max_length=64, validators=[external_id_validator])
    kind = models.ForeignKey(
        BusinessEventKind,
        on_delete=models.PROTECT,
        related_name="+",
        db_column="kind",
        db_index=False,
    )
    occurred_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    learned_at = models.DateTimeField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [once_a_source("event")]
        indexes = [models.Index("account", "kind", "occurred_on", name="event_account_kind")]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.occurred_on}"


class OnboardingStep(Learned):
    """A step of an account's onboarding plan: done on time, late, or still due."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="onboarding_steps", db_index=False
    )
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("account", "key", name="onboarding_step_once_an_account")
        ]

    def __str__(self) -> str:
        return self.name


class Signal(models.Model):
    """Something that may start work, written in the transaction that made it true.

    (account, kind, key) is unique: re-running what emits it writes one. Never a fact itself.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="signals", db_index=False
    )
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    occurred_at = models.DateTimeField(help_text=_("When it became true, not when we noticed."))
    payload = models.JSONField(default=dict, help_text=_("What was seen: values, not pointers."))
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("account", "kind", "key", name="signal_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class SignalDelivery(models.Model):
    """One signal for one consumer: written with the signal, stamped once it is dealt with.

    Without `handled_at` it is pending. What happened too long ago is stamped as historic, what the
    consumer cannot read as refused, with the reason.
    """

    class Outcome(models.TextChoices):
        HANDLED = "handled", _("Handled")
        HISTORIC = "historic", _("Historic")
        REFUSED = "refused", _("Refused")

    signal = models.ForeignKey(
        Signal, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    # That of the signal, whose foreign key holds it: what is pending is found by account.
    account = models.ForeignKey(
        Account,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    consumer = models.CharField(max_length=30)
    outcome = models.CharField(max_length=8, choices=Outcome, null=True)
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("signal", "consumer", name="signal_delivered_once"),
            models.CheckConstraint(
                name="signal_handled_is_dated",
                condition=Q(outcome__isnull=True, handled_at__isnull=True)
                | Q(outcome__isnull=False, handled_at__isnull=False),
            ),
        ]
        indexes = [
            # Which accounts come first, and what waits longest.
            models.Index(
                "consumer", "signal", name="signal_pending", condition=Q(handled_at__isnull=True)
            ),
            # All that is pending of the accounts that were claimed. Its condition says the same in
            # another column: what asks by account cannot be planned on the index above, which
            # reads all that is pending where statistics are older than a large import.
            models.Index(
                "account",
                "consumer",
                name="signal_pending_of_account",
                condition=Q(outcome__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.outcome or 'pending'}"
