"""The accounts Today is about: added up by the database once, and asked about by their ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, Sum, TextField
from django.db.models.functions import Cast

from accounts.catalogue import Role
from accounts.models import Account, User
from accounts.money.rates import DayRates
from accounts.money.sql import RATES, converted, expression, rate_params
from cs_platform.pages.today.items import (
    READ_AT_MOST,
    RENEWAL_DAYS,
    SHOWN,
    SHOWN_OF,
    AccountShown,
)
from playbooks.models import UNFINISHED

SOON_DAYS = 90


class AlikeAccounts(NamedTuple):
    """Those of one band and currency that Today asks the same about: a few for any book."""

    band: str | None
    currency: str
    at_risk: bool | None
    renews_soon: bool | None
    """Within SOON_DAYS."""
    is_decided_soon: bool | None
    """The renewal, within RENEWAL_DAYS."""
    accounts: int
    paying: int
    native_minor: int
    arr_minor: int | None
    """In the installation's currency; None where no rate brings it there."""
    renews_arr_minor: int | None
    """Of their next renewals, likewise."""
    ids: str
    """Of all of them, an array as Postgres writes it."""


# By hand: both at once, and the ORM needs longer to put them together than Postgres to answer.
_LEADS = f"""
    SELECT led.kind, {SHOWN}
    FROM (
        (SELECT 1, a.id, row_number() OVER (
            ORDER BY {converted("a.arr_minor")} DESC NULLS LAST, a.id) AS place
        FROM accounts_account a LEFT JOIN {RATES} ON r.currency = a.currency
        WHERE a.id = ANY ((SELECT %(at_risk)s::bigint[])::bigint[]) AND NOT EXISTS (
            SELECT FROM playbooks_task t
            WHERE t.account_id = a.id AND t.state = ANY (%(unfinished)s))
        ORDER BY place LIMIT %(limit)s)
        UNION ALL
        (SELECT 2, a.id, row_number() OVER (
            ORDER BY coalesce(a.decides_on, a.renews_on), a.id) AS place
        FROM accounts_account a WHERE a.id = ANY ((SELECT %(renewing)s::bigint[])::bigint[])
        ORDER BY place LIMIT %(limit)s)
    ) AS led (kind, account_id, place)
        JOIN ({SHOWN_OF}) ON a.id = led.account_id
    ORDER BY led.kind, led.place
"""  # noqa: S608 -- parts of statements, no values


@dataclass(frozen=True, slots=True)
class Portfolio:
    """However many accounts a book has, none is read but those that are shown."""

    alike: tuple[AlikeAccounts, ...]
    rates: DayRates

    @property
    def keys(self) -> str:
        return _id_array_text(self.alike)

    def leads(self) -> tuple[list[AccountShown], list[AccountShown]]:
        """At risk without an unfinished task, those worth most first; and renewals decided within
        RENEWAL_DAYS, the first ones first. READ_AT_MOST of each."""
        chosen = {
            "at_risk": _id_array_text(each for each in self.alike if each.at_risk),
            "renewing": _id_array_text(each for each in self.alike if each.is_decided_soon),
            "unfinished": list(UNFINISHED),
            "limit": READ_AT_MOST,
        }
        found: dict[int, list[AccountShown]] = {1: [], 2: []}
        with connection.cursor() as cursor:
            cursor.execute(_LEADS, rate_params(self.rates) | chosen)
            for kind, *shown in cursor.fetchall():
                found[kind].append(AccountShown._make(shown))
        return found[1], found[2]


def own_portfolio(user: User, *, today: date, rates: DayRates) -> Portfolio:
    """A CSM's own accounts; a manager's teams; for CS ops all of them."""
    found = Account.objects.portfolio_of(user, scope="mine" if user.role == Role.CSM else "all")
    near = (today, today + timedelta(days=RENEWAL_DAYS))
    groups = (
        found.order_by()
        .annotate(
            renews_soon=_boolean_expression(
                renews_on__range=(today, today + timedelta(days=SOON_DAYS))
            ),
            is_decided_soon=_boolean_expression(
                Q(decides_on__range=near) | Q(decides_on__isnull=True, renews_on__range=near)
            ),
        )
        .values_list(
            "health__effective_band",
            "currency",
            "health__at_risk",
            "renews_soon",
            "is_decided_soon",
        )
        .annotate(
            accounts=Count("pk"),
            paying=Count("pk", filter=~Q(arr_minor=0)),
            native=Sum("arr_minor"),
            arr=Sum(expression(rates, "arr_minor", currency="currency")),
            renews_arr=Sum(expression(rates, "renews_arr_minor", currency="currency")),
            ids=Cast(ArrayAgg("pk"), TextField()),
        )
    )
    return Portfolio(tuple(map(AlikeAccounts._make, groups)), rates)


def _boolean_expression(*conditions: Q, **lookups: object) -> ExpressionWrapper[Q]:
    return ExpressionWrapper(Q(*conditions, **lookups), output_field=BooleanField())


def _id_array_text(alike: Iterable[AlikeAccounts]) -> str:
    return "{" + ",".join(each.ids[1:-1] for each in alike) + "}"
