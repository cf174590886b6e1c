"""Product usage: folded on arrival, never raw events.

The three big tables have the account first in their key. UsageDay is partitioned by month
(accounts/migrations/0002_database.py); nothing points at it by foreign key.
"""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import ActorClass
from accounts.models.account import Account
from accounts.models.scope import AccountScopedQuerySet

ACTORS = [(actor.number, actor.value.capitalize()) for actor in ActorClass]


def _actor_field() -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(
        choices=ACTORS,
        db_default=ActorClass.PERSON.number,
        help_text=_("Who used it; a person where nobody says."),
    )


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="FeatureAudit",
    append_only=True,
)
class Feature(models.Model):
    """A feature of the catalogue, and the days on which it was (a core) part of the plans."""

    id = models.SmallAutoField(primary_key=True)
    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    is_core = models.BooleanField(default=False)
    plans = ArrayField(
        models.SlugField(max_length=40),
        default=list,
        blank=True,
        help_text=_("Keys of the plans it belongs to. Empty: all of them."),
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class UsageDay(models.Model):
    """Events of a feature on a day, by class of actor. What is learned after the day closed is a
    row of its own."""

    pk = models.CompositePrimaryKey("account_id", "day", "feature_id", "actor", "learned_on")
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    day = models.DateField()
    feature = models.ForeignKey(
        Feature, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    actor = _actor_field()
    learned_on = models.DateField(help_text=_("The day itself, unless learned later."))
    events = models.IntegerField()
    value = models.BigIntegerField(
        null=True,
        help_text=_("Ten-thousandths of what the events are worth together; empty: nobody told."),
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="usage_not_negative", condition=Q(events__gte=0))
        ]
        indexes = [
            # Since when a feature has values: an empty index where no source tells any.
            models.Index(
                "feature",
                "day",
                "learned_on",
                name="usage_with_a_value",
                condition=Q(value__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.feature_id}"


class UsageWeek(models.Model):
    """The events of this feature on that day are those of the seven days that end on it: a source
    told the sum of a week."""

    pk = models.CompositePrimaryKey("account_id", "day", "feature_id", "actor")
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    day = models.DateField(help_text=_("The last one of the week."))
    feature = models.ForeignKey(
        Feature, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    actor = _actor_field()

    objects = AccountScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.feature_id}"


class UsageSeal(models.Model):
    """One row: usage learned on or before `sealed_until` stays as it is (None: nothing is sealed).

    Whoever keeps something made of sealed usage keeps the `number` with it: history that is
    rewritten breaks the seal, and the next one has another number.
    """

    sealed_until = models.DateField(null=True)
    number = models.IntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(name="one_usage_seal", condition=Q(pk=1))]

    def __str__(self) -> str:
        return f"{self.number}: {self.sealed_until}"


class SessionDay(models.Model):
    pk = models.CompositePrimaryKey("account_id", "day", "learned_on")
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    day = models.DateField()
    learned_on = models.DateField()
    sessions = models.IntegerField()
    minutes = models.IntegerField()

    objects = AccountScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class ActiveUsersDay(models.Model):
    """How many people used the product on a day (or in the week that ends on it), of a source that
    does not say who: the largest of these counts is the least that were active in a window."""

    pk = models.CompositePrimaryKey("account_id", "day", "learned_on")
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    day = models.DateField()
    learned_on = models.DateField()
    users = models.IntegerField()

    objects = AccountScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class UserMonth(models.Model):
    """Active days of one product user in one month: bit 0 of `days` is the 1st.

    Distinct active users over any window, on any past day, are exact and small this way.
    """

    pk = models.CompositePrimaryKey("account_id", "month", "user_key", "actor")
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    month = models.DateField(help_text=_("Its first day."))
    user_key = models.CharField(max_length=64, help_text=_("The product's own id of the user."))
    actor = _actor_field()
    days = models.IntegerField()

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_month_starts_on_the_first", condition=Q(month__day=1))
        ]
        indexes = [
            # Which accounts agents use now: few, among many people.
            models.Index("month", "account", name="user_month_of_agents", condition=Q(actor=2))
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.user_key} {self.month}"


class ErasedUser(models.Model):
    """By which id of an erased person usage may still come, and which user of nobody it counts as.

    The id is not kept: only its hash, with a salt of the row.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="erased_users")
    salt = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)
    user_key = models.CharField(max_length=64)

    objects = AccountScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.user_key
