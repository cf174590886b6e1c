"""Who may do what: the one place that answers it.

A right is what a page or an endpoint asks for; whose accounts it reaches is the queryset's answer
(`for_user`, `changeable_by`). Out of scope is 404, a missing right 403, not signed in a log-in.
tests/permissions.yaml lists every route with its right; a route missing from it fails the build.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods

from accounts.catalogue import Role, Visibility
from accounts.models import Account, Installation, Team, TeamMember, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

View = Callable[..., HttpResponseBase]


class Right(StrEnum):
    OPEN = "open"  # to everybody: probes, the log-in
    HOLD_KEY = "hold_key"  # machine keys; no person has it
    INGEST = "ingest"  # machine keys with the scope of what is sent
    READ_WORK = "read_work"  # machine keys with the scope work:read
    READ_HEALTH = "read_health"  # machine keys with the scope health:read
    READ_SURVEYS = "read_surveys"  # machine keys with the scope surveys:read
    DO_WORK = "do_work"  # machine keys of a person with the scope work:write
    SIGNED_IN = "signed_in"
    VIEW_ACCOUNTS = "view_accounts"
    WORK_ACCOUNTS = "work_accounts"
    WORK_TASKS = "work_tasks"  # those handed to them: an executive changes nothing else
    VIEW_EXECUTIVE = "view_executive"
    ADMINISTER = "administer"


class SignedOutError(Exception):
    """Nobody is signed in, or no longer: answered with the log-in, and a way back."""


_ALL = frozenset({Role.CSM, Role.MANAGER, Role.EXECUTIVE, Role.OPS})
GRANTED: dict[Right, frozenset[Role]] = {
    Right.HOLD_KEY: frozenset(),
    Right.INGEST: frozenset(),
    Right.READ_WORK: frozenset(),
    Right.READ_HEALTH: frozenset(),
    Right.READ_SURVEYS: frozenset(),
    Right.DO_WORK: frozenset(),
    Right.VIEW_ACCOUNTS: _ALL,
    Right.WORK_ACCOUNTS: _ALL - {Role.EXECUTIVE},
    Right.WORK_TASKS: _ALL,
    Right.VIEW_EXECUTIVE: _ALL - {Role.CSM},
    Right.ADMINISTER: frozenset({Role.OPS}),
}


def may(user: User | AnonymousUser, right: Right, *, account: Account | None = None) -> bool:
    """Whether this person has the right; with an account, also whether it reaches that one."""
    if right == Right.OPEN:
        return True
    if not isinstance(user, User) or not user.is_active:
        return False
    if right == Right.SIGNED_IN:
        return True
    if user.role not in GRANTED[right]:
        return False
    if account is None:
        return True
    if account.owner_id == user.pk and account.merged_into_id is None:
        return True  # everybody reaches their own: nothing to ask
    reachable = Account.objects.filter(pk=account.pk)
    if right == Right.WORK_ACCOUNTS:
        return reachable.changeable_by(user).exists()
    return reachable.for_user(user).exists()


def people_for(account: Account) -> QuerySet[User]:
    """Whom a task of this account can be given to: they may see it, and work on accounts; an
    executive only where they are on its team.

    `Account.objects.for_user` read the other way round; a test holds the two together.
    """
    installation = Installation.current()
    members = TeamMember.objects.on_day(installation.today()).filter(account=account)
    on_its_team = Q(pk__in=members.values("person"))
    able = User.objects.filter(
        Q(role__in=GRANTED[Right.WORK_ACCOUNTS]) | Q(role=Role.EXECUTIVE) & on_its_team,
        is_active=True,
    )
    visibility = Visibility(installation.visibility)
    if visibility == Visibility.ALL:
        return able
    own = User.objects.filter(
        Q(pk=account.owner_id) | Q(pools__isnull=False, pools=account.pool_id) | on_its_team
    )
    teams = own.filter(team__isnull=False).values("team")
    managers = Team.managers.through.objects.filter(team__in=teams).values("user")
    reached = Q(role=Role.OPS) | Q(pk__in=own.values("pk")) | Q(pk__in=managers)
    if visibility == Visibility.TEAM:
        reached |= Q(team__in=teams)
    return able.filter(reached)


def requires(right: Right, *, page: str = "") -> Callable[[View], View]:
    """Declare and check the right a page asks for. Without one, a page fails at start-up.

    With `page` it is an action: posted to only. Whoever opens its address is led to that page,
    named by its route; its arguments are the first ones of the action's.

    Endpoints of the machine API declare theirs by a permission class that has a `right`.
    """

    def declare(view: View) -> View:
        answer = _post_only_view(view, page) if page else view

        @functools.wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if right != Right.OPEN and not request.user.is_authenticated:
                raise SignedOutError
            if not may(request.user, right):
                raise PermissionDenied
            return answer(request, *args, **kwargs)

        checked.right = right  # type: ignore[attr-defined]
        checked.page = page  # type: ignore[attr-defined]
        return checked

    return declare


def _post_only_view(view: View, page: str) -> View:
    @require_http_methods(["GET", "HEAD", "POST"])
    def act(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            return view(request, *args, **kwargs)
        return redirect(address_of(page, kwargs))

    return act


def address_of(page: str, arguments: dict[str, Any]) -> str:
    """The address of a route that takes all, the first few or none of these arguments."""
    for taken in range(len(arguments), 0, -1):
        with contextlib.suppress(NoReverseMatch):
            return reverse(page, kwargs=dict(itertools.islice(arguments.items(), taken)))
    return reverse(page)


# Rooms of Django admin that the platform does not use: rights come from roles, not from groups.
_UNUSED_IN_ADMIN = frozenset({"auth", "account"})


class RoleBackend(BaseBackend):
    """Admin permissions follow the role: CS ops administers, nobody else does.

    What is append-only is refused by its admin class, and by the database in any case.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return self.has_module_perms(user_obj, perm.partition(".")[0])

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return app_label not in _UNUSED_IN_ADMIN and may(user_obj, Right.ADMINISTER)
