"""Whom a survey asks, once a moment: planned, held back with the reason, sent, answered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountScopedQuerySet, Contact, OutboxMessage
from surveys.catalogue import MOMENT_WORDS, Moment
from surveys.models.survey import Survey


class Invitation(models.Model):
    """One survey for one person at one moment; `key` makes it once.

    Held back is decided when it is planned, or when its message is due: `reason` names why, for
    ever. A link made by hand has no message. `nonce` is in the link: another one revokes it.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        HELD_BACK = "held_back", _("Held back")
        WRITTEN = "written", _("On its way")
        SENT = "sent", _("Sent")
        ANSWERED = "answered", _("Answered")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Revoked")

    survey = models.ForeignKey(
        Survey, on_delete=models.PROTECT, related_name="invitations", db_index=False
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    key = models.CharField(max_length=160, unique=True)
    moment = models.CharField(max_length=17, choices=MOMENT_WORDS.choices(Moment))
    occasion = models.CharField(
        max_length=120,
        help_text=_("Which one: a contract's id with the day, a ticket's, the step of a play."),
    )
    state = models.CharField(max_length=9, choices=State, default=State.PLANNED)
    reason = models.CharField(
        max_length=40, blank=True, help_text=_("Why it was held back, revoked or not delivered.")
    )
    due_at = models.DateTimeField(help_text=_("Not sent before this."))
    planned_at = models.DateTimeField()
    language = models.CharField(max_length=12, blank=True)
    nonce = models.CharField(max_length=24, blank=True)
    message = models.OneToOneField(
        OutboxMessage, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.CharField(
        max_length=80,
        blank=True,
        help_text=_("The step of a play or the person that asked for it; empty: the moment."),
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invitation_held_back_says_why",
                condition=~Q(state="held_back") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="invitation_sent_is_dated",
                condition=~Q(state__in=("sent", "answered"))
                | Q(sent_at__isnull=False, expires_at__isnull=False),
            ),
            models.CheckConstraint(
                name="invitation_out_has_a_link",
                condition=Q(state__in=("planned", "held_back")) | ~Q(nonce=""),
            ),
        ]
        indexes = [
            # What is to be written, and what is on its way.
            models.Index("due_at", name="invitation_due", condition=Q(state="planned")),
            models.Index("message", name="invitation_on_its_way", condition=Q(state="written")),
            models.Index("expires_at", name="invitation_expiring", condition=Q(state="sent")),
            # What a person, and an account, was asked before; and their tab.
            models.Index("contact", models.F("planned_at").desc(), name="invitation_of_contact"),
            models.Index("account", models.F("planned_at").desc(), name="invitation_of_account"),
            # Of a survey by period: response rate, and what was held back.
            models.Index("survey", "planned_at", name="invitation_of_survey"),
        ]

    def __str__(self) -> str:
        return self.key
