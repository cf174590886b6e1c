"""What goes out to customers: its rules, how often each heard from us, who is not written to."""

from __future__ import annotations

from datetime import time

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account
from accounts.models.contact import Contact
from accounts.models.work import OutboxMessage


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    model_name="OutreachPolicyAudit",
    append_only=True,
)
class OutreachPolicy(models.Model):
    """The one row of rules that every message to a customer's people keeps."""

    writes_from = models.TimeField(
        default=time(8), help_text=_("In the customer's time zone, on working days.")
    )
    writes_until = models.TimeField(
        default=time(18), help_text=_("What comes later waits for the next morning.")
    )
    per_contact = models.PositiveSmallIntegerField(
        _("touches a person"),
        default=2,
        validators=[MinValueValidator(1)],
        help_text=_(
            "At most so many in any 7 days: mail of plays, sequences and surveys, messages in"
            " the product, and mail by hand."
        ),
    )
    per_account = models.PositiveSmallIntegerField(
        _("touches an account"),
        default=6,
        validators=[MinValueValidator(1)],
        help_text=_("At most so many in any 7 days, to all its people together."),
    )

    answers_to = models.EmailField(
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Where answers go to mail that is signed by nobody of us, as that of sequences: a"
            " mailbox that a person reads."
        ),
    )

    class Meta:
        verbose_name = _("rules for writing to customers")
        verbose_name_plural = _("rules for writing to customers")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="outreach_policy_is_one_row"),
            models.CheckConstraint(
                condition=Q(writes_until__gt=F("writes_from")),
                name="outreach_policy_begins_before_it_ends",
                violation_error_message=_("The hours end after they begin, on the same day."),
            ),
            models.CheckConstraint(
                condition=Q(per_contact__gte=1, per_account__gte=1),
                name="outreach_policy_allows_a_touch",
                violation_error_message=_("A cap is at least 1."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("rules for writing to customers"))

    @classmethod
    def current(cls) -> OutreachPolicy:
        """The row; the defaults where nobody has changed them."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class Touch(models.Model):
    """A message that was let out to a person of a customer, counted against the touch budget."""

    message = models.OneToOneField(
        OutboxMessage, on_delete=models.CASCADE, related_name="touch", primary_key=True
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = _("touches")
        indexes = [models.Index("account", "at", name="touch_of_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.at}"


class SuppressedAddress(models.Model):
    """An address nothing is sent to any more, whoever has it, whatever a later import says.

    Kept as a digest: it must outlive the erasure of the person, and need not name anybody.
    """

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("The address does not exist")
        COMPLAINED = "complained", _("Marked as unwanted mail")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")

    digest = models.CharField(max_length=64, primary_key=True)
    reason = models.CharField(max_length=12, choices=Reason)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = _("suppressed addresses")

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.at:%Y-%m-%d}"
