"""What is filled into drafts: of the account, of who writes and reads, of the contract at hand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from accounts.models import Account, Contact, Contract, Installation, User
from accounts.money.currencies import money_exact
from accounts.ui import formats
from playbooks.models import Play

_MONTHS = 12
_PERCENT = 100


def contracts_seen(plays: Collection[Play]) -> dict[int, Contract]:
    """By play, the contract that its trigger saw."""
    asked = {
        (play.account_id, str(play.saw["contract"])): play
        for play in plays
        if "contract" in play.saw
    }
    if not asked:
        return {}
    # Uses index: contract_once_a_source or contract_account
    rows = Contract.objects.filter(
        account__in={account_id for account_id, _ in asked},
        external_id__in={external_id for _, external_id in asked},
    ).order_by("pk")
    found = {(row.account_id, row.external_id): row for row in rows}
    return {play.pk: found[key] for key, play in asked.items() if key in found}


def merge_values(
    account: Account,
    *,
    contact: Contact | None,
    sender: User | None,
    installation: Installation,
    contract: Contract | None = None,
) -> dict[str, str]:
    """A value for each merge field; empty where it is not known. The dates are those of `contract`
    where there is one, else of the next renewal of the account."""
    renews_on, decides_on = _renewal_and_decision(account, contract)
    return {
        "account": account.name,
        "contact": contact.name if contact else "",
        "csm": account.owner.name if account.owner else "",
        "sender": sender.name if sender else "",
        "our_company": installation.name,
        "product_link": installation.product_url,
        "renewal_date": _day_or_empty(renews_on),
        "decision_date": _day_or_empty(decides_on),
        "renewal_amount": money_exact(next_price(contract), contract.currency) if contract else "",
    }


def next_price(contract: Contract) -> int:
    """Of the next term, in minor units: a year's worth for its months, with the rise that the
    contract states. ("1,200.00 a year, 6 months, 5 %" is 630.00)"""
    rise = 1 + (contract.uplift_percent or Decimal(0)) / _PERCENT
    price = Decimal(contract.arr_minor) * contract.term_months / _MONTHS * rise
    return int(price.quantize(Decimal(1), ROUND_HALF_UP))


def _renewal_and_decision(
    account: Account, contract: Contract | None
) -> tuple[date | None, date | None]:
    if contract is None:
        return account.renews_on, account.decides_on or account.renews_on
    ends = contract.renewal_on or contract.ends_on
    notice = timedelta(days=contract.notice_days or 0)
    return ends, None if ends is None else ends - notice


def _day_or_empty(day: date | None) -> str:
    return formats.day(day) if day else ""
