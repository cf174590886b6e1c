"""Contracts as they are stored, and as the ledger sees them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from accounts.catalogue import ContractState
from accounts.intake.contract_terms import ContractTerm, end_by_notice
from accounts.intake.succession import AccountTerms
from accounts.loading.composed_sql import among
from accounts.models import Contract, ContractLine

_PERCENT = Decimal("0.01")


class StoredContract(NamedTuple):
    """The columns of a contract that its ledger and its state hang on."""

    id: int
    external_id: str
    source_id: str
    account_id: int
    starts_on: date
    ends_on: date | None
    arr_minor: int
    currency: str
    term_months: int
    auto_renew: bool
    uplift_percent: Decimal | None
    notice_days: int | None
    notice_given_on: date | None
    cancelled_on: date | None
    state: str
    closed_on: date | None
    subscription: str
    renews: str
    replaces_earlier: bool | None
    renewal_on: date | None
    deal: str
    deal_starts_on: date | None
    steps_on: date | None
    quantity: int | None
    learned_at: datetime
    backfilled_at: datetime | None


def terms_of(
    contracts: Mapping[int, Sequence[StoredContract]], *, grace_days: int
) -> dict[int, AccountTerms]:
    """By account."""
    products = _only_products(list(contracts))
    return {
        account_id: AccountTerms.of(
            _contract_terms(of_account, products, grace_days=grace_days), grace_days=grace_days
        )
        for account_id, of_account in contracts.items()
    }


def contracts_of(ids: Sequence[int]) -> dict[int, list[StoredContract]]:
    found: dict[int, list[StoredContract]] = defaultdict(list)
    # Uses index: contract_account
    rows = Contract.objects.filter(account_id__in=among(ids)).order_by(
        "account_id", "starts_on", "pk"
    )
    for values in rows.values_list(*StoredContract._fields):
        contract = StoredContract._make(values)
        found[contract.account_id].append(contract)
    return found


def _only_products(ids: Sequence[int]) -> dict[int, str]:
    """Of contracts with one product: what they are a line of."""
    products: dict[int, set[str]] = defaultdict(set)
    lines = ContractLine.objects.filter(contract__account__in=among(ids))
    for contract_id, product in lines.values_list("contract_id", "product"):
        products[contract_id].add(product)
    return {pk: next(iter(names)) for pk, names in products.items() if len(names) == 1}


def _contract_terms(
    contracts: Sequence[StoredContract], products: Mapping[int, str], *, grace_days: int
) -> list[ContractTerm]:
    # What names a deal names its last row.
    by_name = {contract.deal: contract.id for contract in contracts if contract.deal}
    by_name |= {contract.external_id: contract.id for contract in contracts}
    by_source = {(c.source_id, c.external_id): c.id for c in contracts}
    return [
        ContractTerm(
            key=contract.id,
            starts_on=contract.starts_on,
            ends_on=contract.ends_on,
            arr=contract.arr_minor,
            currency=contract.currency,
            subscription=contract.subscription,
            deal=contract.deal,
            product=products.get(contract.id, ""),
            renews=by_source.get(
                (contract.source_id, contract.renews), by_name.get(contract.renews)
            ),
            cancelled_on=_cancelled_on(contract, grace_days=grace_days),
            auto_renews=contract.auto_renew,
            renewal_months=contract.term_months,
            uplift=(contract.uplift_percent or Decimal(0)) * _PERCENT,
            replaces=contract.replaces_earlier,
            quantity=contract.quantity,
        )
        for contract in contracts
    ]


def _cancelled_on(contract: StoredContract, *, grace_days: int) -> date | None:
    """When a cancellation takes effect, by default on the end. Expired before its grace was over
    is a word of the source: then nothing is overdue."""
    if contract.cancelled_on is not None:
        return contract.cancelled_on
    if (
        contract.notice_given_on is not None
        and contract.ends_on is not None
        and contract.auto_renew
    ):
        return end_by_notice(
            contract.ends_on,
            notice_on=contract.notice_given_on,
            notice_days=contract.notice_days or 0,
            renewal_months=contract.term_months,
        )
    is_over = contract.state == ContractState.CANCELLED or contract.notice_given_on is not None
    if contract.state == ContractState.EXPIRED and contract.ends_on is not None:
        began = contract.deal_starts_on or contract.starts_on
        grace = min(timedelta(days=grace_days), contract.ends_on - began)
        closed_on = contract.closed_on or contract.ends_on
        # One that was closed before its present end has been prolonged since.
        is_over |= contract.ends_on <= closed_on < contract.ends_on + grace
    return contract.ends_on if is_over else None
