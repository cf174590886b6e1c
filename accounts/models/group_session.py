"""Sessions with people of many accounts: a webinar, a training, office hours, a group QBR."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account, external_id_validator
from accounts.models.contact import Contact
from accounts.models.learned import Learned
from accounts.models.people import User
from accounts.models.scope import AccountScopedQuerySet
from accounts.models.sourced import Sourced, once_a_source
from accounts.models.vocabulary import InteractionKind


class GroupSession(Sourced, Learned):
    """Belongs to no account: it shows on those whose people are among its attendances."""

    external_id = models.CharField(max_length=64, validators=[external_id_validator])
    kind = models.ForeignKey(
        InteractionKind,
        on_delete=models.PROTECT,
        related_name="+",
        db_column="kind",
        db_index=False,
    )
    starts_at = models.DateTimeField()
    minutes = models.PositiveIntegerField(null=True, blank=True, help_text=_("How long it was."))
    subject = models.CharField(max_length=300, blank=True)
    is_commercial = models.BooleanField(
        default=False,
        help_text=_("Business outcomes, ROI, growth plans or roadmap were talked about."),
    )
    host = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="group_sessions"
    )

    class Meta:
        constraints = [once_a_source("group_session")]
        indexes = [models.Index("starts_at", name="group_session_at")]

    def __str__(self) -> str:
        return self.subject or f"{self.kind_id} {self.starts_at:%Y-%m-%d}"


class Attendance(Learned):
    """One person at one session, or expected there. Counted for the person's account."""

    session = models.ForeignKey(
        GroupSession, on_delete=models.CASCADE, related_name="attendances", db_index=False
    )
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="attendances")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="attendances", db_index=False
    )
    attended = models.BooleanField(default=True, help_text=_("False: signed up and did not come."))
    minutes = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("How long they stayed.")
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("session", "contact", name="attendance_once_a_person")
        ]
        indexes = [models.Index("account", "session", name="attendance_account")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.contact_id}"
