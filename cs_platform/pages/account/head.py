"""What every tab of an account shows on top: who, how healthy, what it pays, when, what next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from accounts import clock
from accounts.access import Right, may
from accounts.catalogue import AccountStatus
from accounts.models import Account, User
from accounts.pages.revenue_queries import arr_gaps
from accounts.ui.rate_gaps import RateGaps
from cs_platform.pages.account.merge_redirects import follow_merge
from cs_platform.pages.navigation import ACCOUNT_TABS
from health.models import CurrentHealth
from health.queries.assignment import lacks_rule
from health.scoring import UNSCORED
from playbooks.pages.tasks.queries import NextTask, next_task


@dataclass(frozen=True, slots=True)
class Tab:
    word: str
    href: str
    is_current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class AccountHead:
    """`gaps` are what the ARR leaves out, or has at an early rate; `is_parent`: others stand below
    it. `parent` is left out for whoever may not see it."""

    account: Account
    health: CurrentHealth | None
    band: str
    next_task: NextTask | None
    today: date
    may_change: bool
    gaps: RateGaps
    is_parent: bool
    parent: Account | None

    @property
    def owner(self) -> str:
        """The person, or the pool that owns it together; empty when nobody does."""
        return str(self.account.owner or self.account.pool or "")

    @property
    def open_tasks(self) -> int:
        return self.next_task.unfinished if self.next_task else 0

    @property
    def renews_in_days(self) -> int | None:
        renews_on = self.account.renews_on
        return None if renews_on is None else (renews_on - self.today).days

    @property
    def is_overridden(self) -> bool:
        return self.health is not None and self.health.band != self.health.effective_band


def account_head(request: HttpRequest, external_id: str) -> AccountHead:
    """404 for an account this person may not see, the same as for one that does not exist."""
    user = cast("User", request.user)
    visible = Account.objects.for_user(user).select_related(
        "owner", "pool", "plan", "parent", "health__scorecard"
    )
    above = Account.objects.for_user(user).filter(pk=OuterRef("parent"))
    below = Account.objects.filter(parent=OuterRef("pk"))
    family = {"is_parent": Exists(below), "sees_parent": Exists(above)}
    account = visible.filter(external_id=external_id).annotate(**family).first()
    if account is None:
        follow_merge(external_id, user=user)
        raise Http404
    health = getattr(account, "health", None)
    today = clock.today()
    return AccountHead(
        account=account,
        health=health,
        band=health.effective_band if health else UNSCORED,
        next_task=next_task(account),
        today=today,
        may_change=may(user, Right.WORK_ACCOUNTS, account=account),
        gaps=arr_gaps(account, today=today),
        is_parent=account.is_parent,
        parent=account.parent if account.sees_parent else None,
    )


def is_without_rule(head: AccountHead) -> bool:
    """Whether a customer cannot be scored, because no assignment rule gives it a scorecard."""
    is_customer = head.account.status == AccountStatus.ACTIVE
    return is_customer and lacks_rule(head.account.pk, today=head.today)


def tabs_of(head: AccountHead, *, current: str) -> list[Tab]:
    return [
        Tab(
            word=gettext(word),
            href=reverse(route, args=[head.account.external_id]),
            is_current=route == current,
            count=head.open_tasks if route == "account_tasks" else 0,
        )
        for route, word in ACCOUNT_TABS
    ]
