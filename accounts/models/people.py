"""The people who log in, their teams, and the pools that own accounts together."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import Role, choices


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="TeamAudit",
    append_only=True,
)
class Team(models.Model):
    name = models.CharField(max_length=80, unique=True)
    managers = models.ManyToManyField("accounts.User", related_name="managed_teams", blank=True)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> User:
        """Break-glass access; made in the shell only."""
        return self.create_user(
            email, password, **{"is_superuser": True, "role": Role.OPS, "name": email, **fields}
        )

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="UserAudit",
    exclude=["password", "last_login"],
    append_only=True,
)
class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in with an e-mail address and has one role (docs/adr/0003)."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=120, blank=True)
    role = models.CharField(
        max_length=9,
        choices=choices(Role),
        null=True,
        blank=True,
        help_text=_("Without a role a person can log in but sees nothing."),
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="members"
    )
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    cover = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="covers_for",
        help_text=_("Gets the tasks of this person during an absence."),
    )
    absent_from = models.DateField(null=True, blank=True)
    absent_until = models.DateField(null=True, blank=True, help_text=_("The last day away."))

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_in_any_case"),
            models.CheckConstraint(
                name="user_absence_is_a_period",
                condition=Q(absent_from__isnull=True, absent_until__isnull=True)
                | Q(absent_until__gte=models.F("absent_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Django admin is the room of CS ops."""
        return self.role == Role.OPS or self.is_superuser

    @property
    def initials(self) -> str:
        words = (self.name or self.email).split()
        return "".join(word[0] for word in (words[0], words[-1]) if word).upper()[: len(words)]

    def is_away(self, *, day: date) -> bool:
        if self.absent_from is None or self.absent_until is None:
            return False
        return self.absent_from <= day <= self.absent_until

    def clean(self) -> None:
        super().clean()
        if self.cover_id is not None and self.cover_id == self.pk:
            raise ValidationError({"cover": "Choose somebody else: nobody covers for themselves."})


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="PoolAudit",
    append_only=True,
)
class Pool(models.Model):
    """Several CSMs who own accounts together; its members own what the pool owns."""

    class Rule(models.TextChoices):
        REGION = "region", _("By region")
        INDUSTRY = "industry", _("By industry")
        ROUND_ROBIN = "round_robin", _("Round robin by load")

    name = models.CharField(max_length=80, unique=True)
    rule = models.CharField(max_length=11, choices=Rule, default=Rule.ROUND_ROBIN)
    values = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        help_text=_("The regions or industries this pool takes."),
    )
    members = models.ManyToManyField(User, related_name="pools", blank=True)

    def __str__(self) -> str:
        return self.name


# Whom a team answers to and who shares a pool decides what they see and may change.
@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.DeleteEvent(),
    model_name="TeamManagerAudit",
    obj_field=None,
    append_only=True,
)
class TeamManager(Team.managers.through):  # type: ignore[name-defined,misc]
    class Meta:
        proxy = True


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.DeleteEvent(),
    model_name="PoolMemberAudit",
    obj_field=None,
    append_only=True,
)
class PoolMember(Pool.members.through):  # type: ignore[name-defined,misc]
    class Meta:
        proxy = True
