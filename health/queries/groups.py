"""A group: an account with all that stand below it, and the health of them together."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection
from django.db.models import Avg, Count, DecimalField, ExpressionWrapper, F, Q, QuerySet, Sum

from accounts.catalogue import AccountStatus
from accounts.models import Account, User
from accounts.money.rates import DayRates
from accounts.money.sql import expression

# Uses index: accounts_account_parent_id_1cd823ad. UNION ends where somebody is met again.
_BELOW = """
    WITH RECURSIVE below AS (
        SELECT %s::bigint AS id
        UNION SELECT a.id FROM below b JOIN accounts_account a ON a.parent_id = b.id
    )
    SELECT id FROM below
"""
_TWO_PLACES = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class GroupHealth:
    """Customers of the group that one person may see, the account on top among them.

    `score` is the mean of the stored scores weighted by ARR, or by nothing where none of those
    scored pays; None where nobody has a score. `arr` is of all of them, in minor units of the
    reporting currency; `without_rate` counts those it leaves out. `worst` is whoever has the lowest
    score, the largest ARR first.
    """

    customers: int
    scored: int
    score: Decimal | None
    arr: int
    without_rate: int
    worst: Account | None

    @property
    def unscored(self) -> int:
        return self.customers - self.scored


def group_ids(account_id: int) -> list[int]:
    """The account and all below it, at any depth."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [account_id])
        return [found for (found,) in cursor.fetchall()]


def customers_of_group(account: Account, *, user: User, rates: DayRates) -> QuerySet[Account]:
    """With `worth`, the ARR in the reporting currency; the lowest score first."""
    rows = Account.objects.for_user(user).filter(
        pk__in=group_ids(account.pk), status=AccountStatus.ACTIVE
    )
    found: QuerySet[Account] = rows.annotate(
        worth=expression(rates, "arr_minor", currency="currency")
    )
    return found.order_by(F("health__score").asc(nulls_last=True), "-arr_minor", "pk")


def group_health(account: Account, *, user: User, rates: DayRates) -> GroupHealth | None:
    """None where the account has nobody below it that this person may see."""
    customers = customers_of_group(account, user=user, rates=rates)
    scored = Q(health__score__isnull=False)
    weighted = ExpressionWrapper(F("health__score") * F("worth"), DecimalField())
    added = customers.order_by().aggregate(
        customers=Count("pk"),
        below=Count("pk", filter=~Q(pk=account.pk)),
        scored=Count("pk", filter=scored),
        plain=Avg("health__score"),
        weight=Sum("worth", filter=scored),
        weighted=Sum(weighted, filter=scored),
        arr=Sum("worth"),
        without_rate=Count("pk", filter=Q(worth__isnull=True)),
    )
    if not added["below"]:
        return None
    has_weight = added["weight"] is not None and added["weight"] > 0
    mean = added["weighted"] / added["weight"] if has_weight else added["plain"]
    return GroupHealth(
        customers=added["customers"],
        scored=added["scored"],
        score=None if mean is None else mean.quantize(_TWO_PLACES, ROUND_HALF_UP),
        arr=added["arr"] or 0,
        without_rate=added["without_rate"],
        worst=customers.filter(scored).select_related("health").first(),
    )
