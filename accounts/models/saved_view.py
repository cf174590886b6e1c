"""Filters that somebody keeps under a name, and the accounts that shared ones hold by day."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account
from accounts.models.people import User
from accounts.models.scope import AccountScopedQuerySet


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def audiences(self) -> Self:
        """Those that are shared and in use, by name."""
        return self.filter(shared_on__isnull=False, retired_at__isnull=True).order_by("name")

    def own_of(self, user: User) -> Self:
        """What this person keeps for themselves, by name."""
        return self.filter(owner=user, shared_on__isnull=True).order_by("name")


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="SavedViewAudit",
    exclude=["counted_at"],
    append_only=True,
)
class SavedView(models.Model):
    """Filters of the portfolio under a name. Shared with the company it is an audience, which
    playbooks name by its key; then its filters never change, and a key is never given twice."""

    name = models.CharField(max_length=80)
    filters = models.JSONField(
        default=dict, help_text=_("As the address of the portfolio has them.")
    )
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_views")
    created_at = models.DateTimeField()
    key = models.SlugField(
        max_length=40, unique=True, null=True, help_text=_("What playbooks call an audience.")
    )
    shared_on = models.DateField(
        null=True, help_text=_("The day whose members are where it began: nobody entered that day.")
    )
    counted_at = models.DateTimeField(
        null=True, help_text=_("When its members were last looked for.")
    )
    retired_at = models.DateTimeField(null=True)

    objects: ClassVar[SavedViewQuerySet] = SavedViewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="saved_view_shared_has_key",
                condition=Q(key__isnull=True, shared_on__isnull=True)
                | Q(key__isnull=False, shared_on__isnull=False),
            ),
            models.UniqueConstraint(
                "owner", "name", name="saved_view_own_name", condition=Q(shared_on__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AudienceMemberQuerySet(AccountScopedQuerySet):
    def on_day(self, day: date) -> Self:
        still = Q(left_on__isnull=True) | Q(left_on__gt=day)
        return self.filter(still, since__lte=day)


class AudienceMember(models.Model):
    """An account in an audience, from `since` until before `left_on`; without one it still is."""

    audience = models.ForeignKey(
        SavedView, on_delete=models.PROTECT, related_name="members", db_index=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="audiences", db_index=False
    )
    since = models.DateField()
    left_on = models.DateField(null=True)

    objects: ClassVar[AudienceMemberQuerySet] = AudienceMemberQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="audience_member_leaves_later",
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("since")),
            ),
            models.UniqueConstraint(
                "audience",
                "account",
                name="audience_member_once",
                condition=Q(left_on__isnull=True),
            ),
        ]
        indexes = [
            # The audiences of an account, as playbooks ask.
            models.Index("account", name="audience_member_of_account"),
            # Who came lately, newest first; and what the night tells playbooks.
            models.Index("audience", F("since").desc(), "account", name="audience_member_since"),
            models.Index(
                "audience",
                F("left_on").desc(),
                "account",
                name="audience_member_left",
                condition=Q(left_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.audience_id} since {self.since}"
