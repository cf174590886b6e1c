"""The invariant of derived ledgers, asked in Python: the derivation is no SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from django.db.models import F, Sum
from django.db.models.functions import Mod

from accounts.catalogue import CONTRACTS_SOURCE, RevenueSource
from accounts.invariants.checks import SHARES, CheckScope, PythonCheck
from accounts.loading.contracts import fresh_ledgers
from accounts.loading.revenue_sources import sources_of
from accounts.models import Account, Contract, LedgerDue, RevenueMovement

_AT_ONCE = 2_000


def ledgers_beside_contracts(scope: CheckScope) -> list[str]:
    """Of one share of the accounts, or of all; those whose derivation waits are left out."""
    accounts = Account.objects.exclude(pk__in=LedgerDue.objects.values("account"))
    if scope.share is not None:
        accounts = accounts.annotate(share=Mod(F("pk"), SHARES)).filter(share=scope.share)
    derived = RevenueMovement.objects.filter(source=CONTRACTS_SOURCE).values("account")
    concerned = accounts.filter(pk__in=derived) | accounts.filter(
        pk__in=Contract.objects.values("account")
    )
    names = dict(concerned.order_by("pk").values_list("pk", "external_id"))
    ids = list(names)
    return [
        f"account {names[pk]}: {line}"
        for first in range(0, len(ids), _AT_ONCE)
        for pk, line in _ledger_differences(ids[first : first + _AT_ONCE], day=scope.day)
    ]


def _ledger_differences(ids: list[int], *, day: date) -> Iterator[tuple[int, str]]:
    stored: dict[int, Counter[tuple[str, str]]] = {pk: Counter() for pk in ids}
    rows = RevenueMovement.objects.filter(
        account_id__in=ids, source=CONTRACTS_SOURCE, effective_on__lte=day
    )
    sums = rows.order_by().values_list("account_id", "kind", "currency")
    for pk, kind, currency, amount in sums.annotate(Sum("amount_minor")):
        stored[pk][str(kind), currency] = amount
    fresh, sources = fresh_ledgers(ids, day=day), sources_of(ids)
    for pk in ids:
        wanted: Counter[tuple[str, str]] = Counter()
        if sources[pk] == RevenueSource.CONTRACTS:
            for movement in fresh[pk]:
                wanted[movement.kind.value, movement.currency] += movement.arr
        for kind, currency in sorted({*wanted, *stored[pk]}):
            was, right = stored[pk][kind, currency], wanted[kind, currency]
            if was != right:
                yield pk, f"{kind} {was} minor units of {currency}, derived at once {right}"


DERIVED_LEDGERS = PythonCheck(
    "derived_ledgers_are_fresh",
    "accounts whose derived movements do not sum by kind to a derivation made at once",
    ledgers_beside_contracts,
)
