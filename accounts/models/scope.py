"""Querysets that answer "what may this person see": the only way in for views.

Reads follow Installation.visibility; changes stay with the owner (a pool's members own its
accounts), the account's team, the managers of both and CS ops. Access rules live here and in
accounts.access only.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q

from accounts.catalogue import AccountStatus, Role, Visibility
from accounts.models.installation import Installation
from accounts.models.people import Pool, Team, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

# Primary keys: a subquery of one column, ids read before, or an array as Postgres writes it.
Keys: TypeAlias = models.QuerySet[Any] | Collection[int] | str


class AnyOf(Func):
    """`column = ANY (ARRAY (subquery))`: the subquery is read once and first, so that an index
    answers. `IN (subquery)` beside an OR reads the whole table. `keys` may also be ids read
    before."""

    arg_joiner = " = ANY ("
    template = "(%(expressions)s))"
    output_field = models.BooleanField()

    def __init__(self, column: str, keys: Keys) -> None:
        array = ArraySubquery(keys) if isinstance(keys, models.QuerySet) else _IdArray(keys)
        super().__init__(models.F(column), array)


def any_of_sql(keys: Keys) -> tuple[str, list[Any]]:
    """The same for a statement written by hand: what stands right of `column =`, and its values."""
    if isinstance(keys, models.QuerySet):
        subquery, values = keys.query.sql_with_params()
        return f"ANY (ARRAY ({subquery}))", list(values)
    return f"ANY ({_IdArray.ARRAY})", [_IdArray.as_text(keys)]


class _IdArray(Func):
    """Ids as one parameter. As a sub-select: of a constant array the planner estimates every
    element, which takes milliseconds for thousands."""

    ARRAY = "(SELECT %s::bigint[])::bigint[]"
    template = ARRAY % "%(expressions)s"
    output_field = ArrayField(models.BigIntegerField())

    def __init__(self, ids: Collection[int] | str) -> None:
        super().__init__(models.Value(self.as_text(ids), output_field=models.TextField()))

    @staticmethod
    def as_text(ids: Collection[int] | str) -> str:
        return ids if isinstance(ids, str) else "{" + ",".join(map(str, ids)) + "}"


def _colleagues_of(user: User, *, own_team: bool) -> models.QuerySet[Any]:
    """Ids of the person, of everyone in a team they manage, and (when asked) in their own team."""
    teams = Team.objects.filter(managers=user).values("pk")
    people = Q(pk=user.pk) | Q(team__in=teams)
    if own_team and user.team_id:
        people |= Q(team_id=user.team_id)
    return User.objects.filter(people).values("pk")


def on_team(day: date, *, prefix: str = "") -> Q:
    """Memberships that hold on that day; `prefix` is the path to them."""
    still = Q(**{f"{prefix}until__isnull": True}) | Q(**{f"{prefix}until__gte": day})
    return Q(**{f"{prefix}since__lte": day}) & still


def _accounts_of(people: Keys, *, prefix: str) -> Q:
    """Owned by one of these people or by a pool of theirs, or one of them is on its team today.

    No joins with owner, pool and team, so that somebody in several pools, or with several functions
    of an account, never sees it twice.
    """
    pools = Pool.members.through.objects.filter(AnyOf("user", people)).values("pool")
    today = Installation.current().today()
    # Uses index: team_member_reach
    teams = apps.get_model("accounts.TeamMember").objects.filter(
        AnyOf("person", people), on_team(today)
    )
    return (
        Q(AnyOf(f"{prefix}owner", people))
        | Q(AnyOf(f"{prefix}pool", pools))
        | Q(AnyOf(f"{prefix}pk", teams.values("account")))
    )


def account_condition(
    user: User | AnonymousUser, *, reach: Visibility, prefix: str = ""
) -> Q | None:
    """Which accounts this person reaches; None means all of them.

    `prefix` is the path to the account ("account__" for its facts).
    """
    if not isinstance(user, User) or not user.is_active or user.role is None:
        return Q(pk__in=[])
    if user.role in (Role.EXECUTIVE, Role.OPS) or reach == Visibility.ALL:
        return None
    return _accounts_of(_colleagues_of(user, own_team=reach == Visibility.TEAM), prefix=prefix)


def sees_all(user: User | AnonymousUser) -> bool:
    """Whether this person may see every account."""
    reach = Visibility(Installation.current().visibility)
    return account_condition(user, reach=reach) is None


class AccountScopedQuerySet(models.QuerySet[Any]):
    """For any model with an `account` foreign key."""

    account_path = "account__"

    def for_user(self, user: User | AnonymousUser) -> Self:
        """Rows of the accounts this person may see."""
        reach = Visibility(Installation.current().visibility)
        condition = account_condition(user, reach=reach, prefix=self.account_path)
        return self if condition is None else self.filter(condition)

    def changeable_by(self, user: User | AnonymousUser) -> Self:
        """Rows of the accounts this person may change; an executive changes nothing."""
        if isinstance(user, User) and user.role == Role.EXECUTIVE:
            return self.none()
        condition = account_condition(user, reach=Visibility.OWN, prefix=self.account_path)
        return self if condition is None else self.filter(condition)


class AccountQuerySet(AccountScopedQuerySet):
    """The accounts themselves, without those that were merged into others."""

    account_path = ""

    def for_user(self, user: User | AnonymousUser) -> Self:
        return super().for_user(user).filter(merged_into=None)

    def changeable_by(self, user: User | AnonymousUser) -> Self:
        return super().changeable_by(user).filter(merged_into=None)

    def owned_by(self, user: User | AnonymousUser) -> Self:
        """A person's own accounts: those they own, alone or through a pool, and those whose team
        they are on. Always part of what they may see."""
        if not isinstance(user, User) or not user.is_active or user.role is None:
            return self.none()
        return self.filter(_accounts_of([user.pk], prefix=""))

    def portfolio_of(self, user: User, *, scope: str) -> Self:
        """Active accounts: of "mine" the person's own, of "all" those they may see."""
        active = self.filter(status=AccountStatus.ACTIVE)
        return active.owned_by(user) if scope == "mine" else active.for_user(user)
