"""What we did together: conversations and support."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import (
    Sentiment,
    Severity,
    TicketCategory,
    choices,
)
from accounts.models.account import Account, external_id_validator
from accounts.models.contact import Contact
from accounts.models.learned import Learned
from accounts.models.people import User
from accounts.models.scope import AccountScopedQuerySet
from accounts.models.sourced import Sourced, once_a_source
from accounts.models.vocabulary import InteractionKind


class Ticket(Sourced, Learned):
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="tickets", db_index=False
    )
    external_id = models.CharField(max_length=64, validators=[external_id_validator])
    subject = models.CharField(max_length=300, blank=True)
    opened_at = models.DateTimeField()
    first_reply_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    category = models.CharField(max_length=7, choices=choices(TicketCategory))
    severity = models.CharField(max_length=6, choices=choices(Severity), default=Severity.NORMAL)
    topic = models.CharField(
        max_length=80, blank=True, help_text=_("Repeats of a problem share it.")
    )
    satisfaction = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("1 to 5."))
    sentiment = models.CharField(max_length=8, choices=choices(Sentiment), blank=True)

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            once_a_source("ticket"),
            models.CheckConstraint(
                name="ticket_solved_after_opened",
                condition=Q(solved_at__isnull=True) | Q(solved_at__gte=F("opened_at")),
            ),
            models.CheckConstraint(
                name="ticket_first_reply_after_opened",
                condition=Q(first_reply_at__isnull=True) | Q(first_reply_at__gte=F("opened_at")),
            ),
            models.CheckConstraint(
                name="ticket_satisfaction_is_1_to_5",
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__range=(1, 5)),
            ),
        ]
        indexes = [
            models.Index("account", "opened_at", name="ticket_account_opened"),
            # Since when a source tells first replies: an empty index where none does.
            models.Index(
                "opened_at", name="ticket_replied", condition=Q(first_reply_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.external_id


class Interaction(Sourced, Learned):
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="interactions", db_index=False
    )
    external_id = models.CharField(max_length=64, validators=[external_id_validator])
    occurred_at = models.DateTimeField()
    kind = models.ForeignKey(
        InteractionKind,
        on_delete=models.PROTECT,
        related_name="+",
        db_column="kind",
        db_index=False,
    )
    is_commercial = models.BooleanField(
        default=False,
        help_text=_("Business outcomes, ROI, growth plans or roadmap were talked about."),
    )
    host = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="interactions"
    )
    contacts = models.ManyToManyField(
        Contact, through="InteractionContact", related_name="interactions", blank=True
    )
    sentiment = models.CharField(max_length=8, choices=choices(Sentiment), blank=True)
    subject = models.CharField(max_length=300, blank=True)
    notes = models.TextField(max_length=20_000, blank=True)
    next_step = models.CharField(max_length=300, blank=True)

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [once_a_source("interaction")]
        indexes = [
            models.Index("account", "occurred_at", name="interaction_account_at"),
            # Promises of a book that nobody has come back to.
            models.Index(
                "account", "occurred_at", name="interaction_promise", condition=~Q(next_step="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.occurred_at:%Y-%m-%d}"


class InteractionContact(models.Model):
    """Who of the account took part."""

    interaction = models.ForeignKey(
        Interaction, on_delete=models.CASCADE, related_name="participations", db_index=False
    )
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="participations")

    class Meta:
        constraints = [
            models.UniqueConstraint("interaction", "contact", name="interaction_contact_once")
        ]

    def __str__(self) -> str:
        return f"{self.interaction_id} {self.contact_id}"
