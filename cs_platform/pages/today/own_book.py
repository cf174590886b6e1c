"""The accounts Today is about: a person's own are read once, those of everybody are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.catalogue import Role
from accounts.models import Account, User
from accounts.models.scope import AnyOf, Keys
from accounts.money.rates import DayRates
from accounts.money.sql import expression
from cs_platform.pages.today.items import (
    COLUMNS,
    READ_AT_MOST,
    RENEWAL_DAYS,
    AccountShown,
    renews_soon,
)
from cs_platform.pages.today.summary import PortfolioSummary, book_summary, summary_of
from playbooks.models import UNFINISHED, Task

KNOWN_AT_MOST = 10_000


def own_book(user: User) -> Portfolio:
    """A CSM's own accounts; a manager's teams; for CS ops all of them."""
    found = Account.objects.portfolio_of(user, scope="mine" if user.role == Role.CSM else "all")
    if user.role != Role.OPS:
        rows = list(found.values_list(*COLUMNS)[: KNOWN_AT_MOST + 1])
        if len(rows) <= KNOWN_AT_MOST:
            return LoadedPortfolio({row[0]: AccountShown._make(row) for row in rows})
    return QueriedPortfolio(found)


@dataclass(frozen=True, slots=True)
class LoadedPortfolio:
    """Up to KNOWN_AT_MOST accounts, by id: everything about them is found by their ids."""

    accounts: dict[int, AccountShown]

    @property
    def keys(self) -> Keys:
        return self.accounts.keys()

    def summary(self, *, today: date, rates: DayRates) -> PortfolioSummary:
        return summary_of(self.accounts.values(), today=today, rates=rates)

    def at_risk(self, *, rates: DayRates) -> list[AccountShown]:
        """Without an unfinished task, READ_AT_MOST of those worth most."""
        risky = [account for account in self.accounts.values() if account.at_risk]
        tasks = Task.objects.filter(
            AnyOf("account", [account.id for account in risky]), state__in=UNFINISHED
        )
        busy = set(tasks.values_list("account", flat=True))
        alone = [account for account in risky if account.id not in busy]
        alone.sort(key=lambda account: (*_by_worth(account, rates), account.id))
        return alone[:READ_AT_MOST]

    def renewing(self, *, today: date) -> list[AccountShown]:
        """Decided within RENEWAL_DAYS, READ_AT_MOST of those that are first."""
        near = [
            account
            for account in self.accounts.values()
            if renews_soon(account.decided_by, today=today)
        ]
        near.sort(key=lambda account: (account.decided_by, account.id))
        return near[:READ_AT_MOST]

    def shown(self, ids: Iterable[int]) -> dict[int, AccountShown]:
        return self.accounts


def _by_worth(account: AccountShown, rates: DayRates) -> tuple[bool, int]:
    """Sorts by worth, the most first; what has no rate comes last."""
    worth = rates.convert(account.arr_minor, account.currency)
    return worth is None, -(worth or 0)


@dataclass(frozen=True, slots=True)
class QueriedPortfolio:
    """As LoadedPortfolio, of accounts that are too many to read: the database picks and adds up."""

    accounts: QuerySet[Account]

    @property
    def keys(self) -> Keys:
        return self.accounts.values("pk")

    def summary(self, *, today: date, rates: DayRates) -> PortfolioSummary:
        return book_summary(self.accounts, today=today, rates=rates)

    def at_risk(self, *, rates: DayRates) -> list[AccountShown]:
        has_task = Exists(Task.objects.filter(account=OuterRef("pk"), state__in=UNFINISHED))
        arr = expression(rates, "arr_minor", currency="currency").desc(nulls_last=True)
        return _first(self.accounts.filter(~has_task, health__at_risk=True).order_by(arr, "pk"))

    def renewing(self, *, today: date) -> list[AccountShown]:
        near = (today, today + timedelta(days=RENEWAL_DAYS))
        found = self.accounts.filter(
            Q(decides_on__range=near) | Q(decides_on__isnull=True, renews_on__range=near)
        )
        return _first(found.order_by(Coalesce("decides_on", "renews_on"), "pk"))

    def shown(self, ids: Iterable[int]) -> dict[int, AccountShown]:
        rows = Account.objects.filter(AnyOf("pk", list(ids))).values_list(*COLUMNS)
        return {row[0]: AccountShown._make(row) for row in rows}


Portfolio = LoadedPortfolio | QueriedPortfolio


def _first(accounts: QuerySet[Account]) -> list[AccountShown]:
    return [AccountShown._make(row) for row in accounts.values_list(*COLUMNS)[:READ_AT_MOST]]
