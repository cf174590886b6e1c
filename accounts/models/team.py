"""The team of an account: who does what for it, and from when to when."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import ROLES_BY_RULE
from accounts.models.account import Account
from accounts.models.learned import Learned
from accounts.models.people import Pool, User
from accounts.models.scope import AccountScopedQuerySet, on_team


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="FunctionAudit",
    append_only=True,
)
class Function(models.Model):
    """What somebody does for an account: a kind of work that steps of playbooks name.

    The CSM is no row here: that is `Account.owner`, or one of the pool that owns the account.
    """

    key = models.SlugField(
        max_length=40,
        unique=True,
        help_text=_("What files and playbooks call it. It never changes."),
    )
    name = models.CharField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(
        default=100, help_text=_("The lower one stands first on an account's page.")
    )
    is_active = models.BooleanField(
        default=True, help_text=_("Off: nobody is added to it any more; what was stays.")
    )
    pool = models.ForeignKey(
        Pool,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="functions",
        help_text=_(
            "Takes the work of accounts that have nobody for it. Empty: the account's own"
            " pool, then the queue of CS ops."
        ),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="function_is_not_found_by_rule",
                condition=~Q(key__in=ROLES_BY_RULE),
                violation_error_message=_(
                    "CSM, manager, CS ops and system are no functions: they"
                    " follow from the account's owner. Choose another key."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name


class TeamMemberQuerySet(AccountScopedQuerySet):
    def on_day(self, day: date) -> Self:
        """Who was, is or will be on a team that day."""
        return self.filter(on_team(day))


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="TeamMemberAudit",
    exclude=["learned_at", "backfilled_at"],
    append_only=True,
)
class TeamMember(Learned):
    """A person in one function of one account. Today's rows let the person see and change the
    account, whatever their own team."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="team")
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="memberships", db_index=False
    )
    function = models.ForeignKey(
        Function, on_delete=models.PROTECT, related_name="members", db_index=False
    )
    since = models.DateField()
    until = models.DateField(null=True, blank=True, help_text=_("The last day. Empty: still."))

    objects: ClassVar[TeamMemberQuerySet] = TeamMemberQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("member of an account's team")
        verbose_name_plural = _("members of accounts' teams")
        constraints = [
            models.CheckConstraint(
                name="team_member_ends_after_it_starts",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                violation_error_message=_("The last day is before the first one."),
            ),
            ExclusionConstraint(
                name="team_member_one_a_function_and_day",
                expressions=[
                    (F("account"), RangeOperators.EQUAL),
                    (F("function"), RangeOperators.EQUAL),
                    (
                        Func(
                            F("since"),
                            F("until"),
                            Value("[]"),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_(
                    "Somebody else has this function of the account on some of"
                    " these days: end theirs first."
                ),
            ),
        ]
        indexes = [
            # Whose accounts somebody reaches.
            models.Index("person", "account", name="team_member_reach"),
        ]

    def __str__(self) -> str:
        return f"{self.person} on the team of {self.account}"

    def clean(self) -> None:
        super().clean()
        if self.pk is None and self.function_id and not self.function.is_active:
            raise ValidationError({"function": "This function is switched off: choose another."})
