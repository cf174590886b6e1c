"""Business events (facts that measures read) and signals (the only bell that may start work)."""

from __future__ import annotations

from django.db import models

from accounts.models.account import Account, external_id_validator
from accounts.models.scope import AccountScopedQuerySet
from accounts.models.vocabulary import BusinessEventKind


class BusinessEvent(models.Model):
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    external_id = models.CharField(max_length=64, unique=True, validators=[external_id_validator])
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
        indexes = [models.Index("account", "kind", "occurred_on", name="event_account_kind")]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.occurred_on}"


class OnboardingStep(models.Model):
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

    (account, kind, key) is unique: re-running what wrote it rings once. Never a fact itself.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="signals", db_index=False
    )
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    occurred_at = models.DateTimeField(help_text="When it became true, not when we noticed.")
    payload = models.JSONField(default=dict, help_text="What was seen: values, not pointers.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("account", "kind", "key", name="signal_rings_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class SignalReceipt(models.Model):
    """A consumer has dealt with a signal. What happened too long ago is receipted as historic, what
    it cannot read as refused, with the reason."""

    class Outcome(models.TextChoices):
        HANDLED = "handled", "Handled"
        HISTORIC = "historic", "Historic"
        REFUSED = "refused", "Refused"

    signal = models.ForeignKey(
        Signal, on_delete=models.CASCADE, related_name="receipts", db_index=False
    )
    consumer = models.CharField(max_length=30)
    outcome = models.CharField(max_length=8, choices=Outcome)
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("signal", "consumer", name="signal_receipt_once_a_consumer")
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.outcome}"
