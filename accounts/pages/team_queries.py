"""Our side of an account: who has which function today, and where the work of an empty one goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext, gettext_noop

from accounts.models import Account, Function, TeamMember, User

QUEUE_OF_OPS = gettext_noop("the queue of CS ops")


@dataclass(frozen=True, slots=True)
class TeamRow:
    """`person` is empty where nobody has the function; `falls_to` is then where its steps go."""

    function: str
    person: User | None
    since: date | None = None
    until: date | None = None
    falls_to: str = ""


def team_of(account: Account, *, day: date) -> list[TeamRow]:
    """The CSM first; then each function in its order, the empty ones too. One that was switched
    off is listed while somebody has it."""
    members = {
        member.function_id: member
        for member in TeamMember.objects.on_day(day)
        .filter(account=account)
        .select_related("person")
    }
    functions = Function.objects.select_related("pool").order_by("position", "name")
    return [_csm_row(account)] + [
        _team_row(function, members.get(function.pk), account)
        for function in functions
        if function.is_active or function.pk in members
    ]


def _csm_row(account: Account) -> TeamRow:
    falls_to = (
        gettext("the pool “%(pool)s”") % {"pool": account.pool}
        if account.pool
        else gettext(QUEUE_OF_OPS)
    )
    return TeamRow("CSM", account.owner, falls_to=falls_to)


def _team_row(function: Function, member: TeamMember | None, account: Account) -> TeamRow:
    if member is not None:
        return TeamRow(function.name, member.person, member.since, member.until)
    pool = function.pool or account.pool
    return TeamRow(
        function.name,
        None,
        falls_to=gettext("the pool “%(pool)s”") % {"pool": pool} if pool else gettext(QUEUE_OF_OPS),
    )


def is_on_team(user: User, account: Account, *, day: date) -> bool:
    return TeamMember.objects.on_day(day).filter(account=account, person=user).exists()
