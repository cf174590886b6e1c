"""Contracts that are taken to have renewed themselves, and of which nothing shows it yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.catalogue import ContractState, InvoiceState, RevenueSource
from accounts.intake.assumed_term import LISTED_AFTER, AssumedTerm
from accounts.models import (
    Account,
    Contract,
    ContractLine,
    Installation,
    Invoice,
    RenewalConfirmation,
    User,
)

_PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class AssumedRenewal:
    """`arr_minor` is what counts in ARR now; `line` its subscription or product."""

    contract_id: int
    account_id: int
    external_id: str
    name: str
    contract: str
    line: str
    owner: str
    renewed_on: date
    days: int
    arr_minor: int
    currency: str


def assumed_renewals(
    *, user: User, day: date, account: Account | None = None
) -> list[AssumedRenewal]:
    """Of the accounts this person may see, the earliest first: from the 30th day on, until another
    contract, an invoice of that day or a later one, or a person shows it."""
    rows = Contract.objects.for_user(user).filter(
        state=ContractState.ACTIVE,
        ends_on__lte=day - LISTED_AFTER,
        renewal_on__isnull=False,
        arr_minor__gt=0,
    )
    if account is not None:
        rows = rows.filter(account=account)
    found = [
        renewal
        for row in _by_contracts(rows)
        .annotate(**_evidence_columns())
        .values_list(*_COLUMNS, *_evidence_columns())
        if (renewal := _of_row(row, day=day)) is not None
    ]
    return sorted(found, key=lambda row: (row.renewed_on, row.name, row.contract_id))


def _by_contracts(rows: QuerySet[Contract]) -> QuerySet[Contract]:
    """Where the money is sent as movements, nothing of a contract is assumed in it."""
    named = Installation.objects.filter(pk=1).values_list("revenue_source", flat=True).first()
    own = Q(account__revenue_source=RevenueSource.MOVEMENTS)
    if named == RevenueSource.MOVEMENTS:
        own |= Q(account__revenue_source="")
    return rows.exclude(own)


_COLUMNS = (
    "pk", "account_id", "account__external_id", "account__name", "external_id", "subscription",
    "ends_on", "renewal_on", "term_months", "arr_minor", "uplift_percent", "currency",
)  # fmt: skip


def _evidence_columns() -> dict[str, Any]:
    """The latest invoice of the account, the latest confirmation, the product, the owner."""
    invoices = Invoice.objects.filter(account=OuterRef("account"), amount_minor__gt=0)
    invoices = invoices.exclude(state=InvoiceState.WRITTEN_OFF).order_by()
    said = RenewalConfirmation.objects.filter(contract=OuterRef("pk")).order_by()
    lines = ContractLine.objects.filter(contract=OuterRef("pk")).order_by("product")
    return {
        "invoiced_on": Subquery(
            invoices.values("account").annotate(latest=Max("issued_on")).values("latest")
        ),
        "confirmed": Subquery(
            said.values("contract").annotate(latest=Max("renewed_on")).values("latest")
        ),
        "product": Subquery(lines.values("product")[:1]),
        "owner": Coalesce(F("account__owner__name"), F("account__pool__name")),
    }


def _of_row(row: tuple[Any, ...], *, day: date) -> AssumedRenewal | None:
    pk, account_id, key, name, contract, subscription, *rest = row
    ends_on, renewal_on, months, arr, uplift, currency, invoiced, confirmed, product, owner = rest
    term = AssumedTerm(ends_on, renewal_on, months, arr, (uplift or Decimal(0)) * _PERCENT)
    shown_on = max((d for d in (invoiced, confirmed) if d is not None), default=None)
    renewed_on = term.unconfirmed(shown_on=shown_on, day=day)
    if renewed_on is None:
        return None
    return AssumedRenewal(
        contract_id=pk,
        account_id=account_id,
        external_id=key,
        name=name,
        contract=contract,
        line=subscription or product or "",
        owner=owner or "",
        renewed_on=renewed_on,
        days=(day - renewed_on).days,
        arr_minor=term.arr_now,
        currency=currency,
    )
