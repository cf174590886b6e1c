"""The ledger kept in step with contracts, for accounts whose movements nobody sends."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q
from psycopg2 import sql

from accounts.catalogue import CONTRACTS_SOURCE, ContractState, RevenueSource
from accounts.intake.backfill import moment_of
from accounts.intake.ledger import (
    LedgerMovement,
    MovementKey,
    Period,
    corrections,
    movements_of,
    steps_of,
)
from accounts.intake.terms import (
    AccountTerms,
    ContractTerm,
    Overlap,
    Stretch,
    end_by_notice,
    overlaps,
    stretches,
    stretches_of,
)
from accounts.loading import staging
from accounts.loading.derived import refresh_accounts
from accounts.loading.revenue_sources import lock_accounts, settle_given, sources_of
from accounts.loading.statements import among
from accounts.models import Contract, ContractLine, Installation, RevenueMovement

_LOOK_BACK = timedelta(days=30)
_PERCENT = Decimal("0.01")
CORRECTION = "Correction"
_POSTED = (
    "account_id", "effective_on", "kind", "amount_minor", "currency", "subtype", "reason",
    "product", "recorded_at", "backfilled_at", "source_id", "external_id", "corrects_id",
)  # fmt: skip
# What became of the contracts, where that differs from what is stored.
_SETTLE = """
    UPDATE accounts_contract c
    SET state = v.state, closed_on = v.closed_on, renewal_on = v.renewal_on
    FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::date[])
        AS v (id, state, closed_on, renewal_on)
    WHERE c.id = v.id
"""


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
    learned_at: datetime
    backfilled_at: datetime | None


@dataclass(slots=True)
class Derived:
    """`posted`: movements; `expired`: contracts whose grace was found to be over; `overlaps`: of
    accounts with terms that add up, though one may have been meant to replace the other."""

    posted: int = 0
    expired: int = 0
    overlaps: list["AccountOverlaps"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AccountOverlaps:
    terms: Sequence[ContractTerm]
    found: Sequence[Overlap]


def derive_ledger(account_ids: Iterable[int], *, day: date, now: datetime) -> Derived:
    """Posts what is missing up to `day` and says of each contract what became of it; nothing when
    run again.

    Where an account's revenue comes from movements, what had been derived for it is taken back by
    correcting rows; what is given counts only there.
    """
    ids = sorted(set(account_ids))
    # One at a time an account: two derivations must not post the same correction.
    lock_accounts(ids)
    contracts = _contracts(ids)
    terms = _terms_of(contracts)
    grace_days = Installation.current().overdue_grace_days
    accounts = {
        account_id: AccountTerms.of(of_account, grace_days=grace_days)
        for account_id, of_account in terms.items()
    }
    found = {account_id: stretches_of(account, day=day) for account_id, account in accounts.items()}
    derived = Derived(expired=_settle(contracts, found, day=day))
    sources = sources_of(ids)
    settle_given(sources, now=now)
    by_contracts = {pk for pk, source in sources.items() if source == RevenueSource.CONTRACTS}
    for account_id, its_terms in terms.items():
        asked = overlaps(accounts[account_id]) if account_id in by_contracts else ()
        if asked:
            derived.overlaps.append(AccountOverlaps(its_terms, asked))
    wanted = {pk: _wanted(of_account, day=day) for pk, of_account in found.items()}
    derived.posted = _post(
        {pk: wanted.get(pk, []) if pk in by_contracts else [] for pk in ids},
        contracts=contracts,
        day=day,
        now=now,
    )
    return derived


def fresh_ledgers(account_ids: Iterable[int], *, day: date) -> dict[int, list[LedgerMovement]]:
    """What a derivation made at once would post; nothing is written."""
    ids = sorted(set(account_ids))
    grace_days = Installation.current().overdue_grace_days
    return {pk: list[LedgerMovement]() for pk in ids} | {
        account_id: _wanted(stretches(of_account, day=day, grace_days=grace_days), day=day)
        for account_id, of_account in _terms_of(_contracts(ids)).items()
    }


def _terms_of(
    contracts: Mapping[int, Sequence[StoredContract]],
) -> dict[int, list[ContractTerm]]:
    grace_days = Installation.current().overdue_grace_days
    products = _products(list(contracts))
    return {
        account_id: _terms(of_account, products, grace_days=grace_days)
        for account_id, of_account in contracts.items()
    }


def _contracts(ids: Sequence[int]) -> dict[int, list[StoredContract]]:
    found: dict[int, list[StoredContract]] = defaultdict(list)
    # Uses index: contract_account
    rows = Contract.objects.filter(account_id__in=among(ids)).order_by(
        "account_id", "starts_on", "pk"
    )
    for values in rows.values_list(*StoredContract._fields):
        contract = StoredContract._make(values)
        found[contract.account_id].append(contract)
    return found


def _products(ids: Sequence[int]) -> dict[int, str]:
    """Of contracts with one product: what they are a line of."""
    products: dict[int, set[str]] = defaultdict(set)
    lines = ContractLine.objects.filter(contract__account__in=among(ids))
    for contract_id, product in lines.values_list("contract_id", "product"):
        products[contract_id].add(product)
    return {pk: next(iter(names)) for pk, names in products.items() if len(names) == 1}


def _terms(
    contracts: Sequence[StoredContract], products: Mapping[int, str], *, grace_days: int
) -> list[ContractTerm]:
    by_name = {contract.external_id: contract.id for contract in contracts}
    by_source = {(c.source_id, c.external_id): c.id for c in contracts}
    return [
        ContractTerm(
            key=contract.id,
            starts_on=contract.starts_on,
            ends_on=contract.ends_on,
            arr=contract.arr_minor,
            currency=contract.currency,
            subscription=contract.subscription,
            product=products.get(contract.id, ""),
            renews=by_source.get(
                (contract.source_id, contract.renews), by_name.get(contract.renews)
            ),
            cancelled_on=_cancelled_on(contract, grace_days=grace_days),
            auto_renews=contract.auto_renew,
            renewal_months=contract.term_months,
            uplift=(contract.uplift_percent or Decimal(0)) * _PERCENT,
            replaces=contract.replaces_earlier,
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
        grace = min(timedelta(days=grace_days), contract.ends_on - contract.starts_on)
        closed_on = contract.closed_on or contract.ends_on
        # One that was closed before its present end has been prolonged since.
        is_over |= contract.ends_on <= closed_on < contract.ends_on + grace
    return contract.ends_on if is_over else None


def _settle(
    contracts: Mapping[int, Sequence[StoredContract]],
    found: Mapping[int, Sequence[Stretch]],
    *,
    day: date,
) -> int:
    """Stores what became of each contract; how many of them expired."""
    changed, expired = [], 0
    for account_id, of_account in contracts.items():
        last = {stretch.key: stretch for stretch in found[account_id]}
        for contract in of_account:
            state = _state(contract, last.get(contract.id), day=day)
            if state != (contract.state, contract.closed_on, contract.renewal_on):
                changed.append((contract.id, *state))
                expired += state[0] == ContractState.EXPIRED != contract.state
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_SETTLE, [list(column) for column in zip(*changed, strict=True)])
    return expired


def _state(
    contract: StoredContract, last: Stretch | None, *, day: date
) -> tuple[str, date | None, date | None]:
    """State, the day it was closed, and the next end of one that renewed itself."""
    if contract.state == ContractState.CANCELLED or last is None:
        return contract.state, contract.closed_on, None
    if last.is_taken_over:
        known = min(day, contract.ends_on) if contract.ends_on else day
        return ContractState.RENEWED, contract.closed_on or known, None
    if contract.state == ContractState.ACTIVE and last.ends_on is not None and last.ends_on <= day:
        if contract.cancelled_on is None and contract.notice_given_on is None:
            return ContractState.EXPIRED, day, None
        return ContractState.CANCELLED, contract.closed_on or last.ends_on, None
    if contract.state == ContractState.EXPIRED and (last.ends_on is None or last.ends_on > day):
        return ContractState.ACTIVE, None, None
    return contract.state, contract.closed_on, last.renewal_on if last.is_assumed else None


def _post(
    wanted: Mapping[int, Sequence[LedgerMovement]],
    *,
    contracts: Mapping[int, Sequence[StoredContract]],
    day: date,
    now: datetime,
) -> int:
    """By COPY: a first import posts some rows for every account."""
    ledgers = _posted(list(wanted), day=day)
    zone = Installation.current().zone
    lines = []
    for account_id, of_account in wanted.items():
        ledger = ledgers[account_id]
        for movement in corrections(of_account, ledger.sums):
            ledger.rows += 1
            of_contracts = contracts.get(account_id, ())
            recorded = _recorded(movement, of_contracts, ledger=ledger, now=now, zone=zone)
            row = _row(account_id, movement, ledger=ledger, recorded=recorded)
            lines.append(staging.line(row))
    if lines:
        staging.copy(sql.Identifier(RevenueMovement._meta.db_table), lines, columns=_POSTED)
    return len(lines)


def _wanted(found: Iterable[Stretch], *, day: date) -> list[LedgerMovement]:
    periods = (Period(s.starts_on, s.ends_on, s.arr, s.currency) for s in found)
    return movements_of(steps_of(periods, until=day))


@dataclass(slots=True)
class PostedLedger:
    """What was derived for an account before; `latest`: id of the last row that takes nothing
    back. `rows` counts all there are, also those after the day."""

    sums: Counter[MovementKey]
    latest: dict[MovementKey, int]
    rows: int = 0


def _posted(ids: Sequence[int], *, day: date) -> dict[int, PostedLedger]:
    found: dict[int, PostedLedger] = defaultdict(lambda: PostedLedger(Counter(), {}))
    rows = RevenueMovement.objects.filter(account_id__in=among(ids), source=CONTRACTS_SOURCE)
    columns = ("account_id", "pk", "effective_on", "currency", "kind", "amount_minor", "corrects")
    for account_id, pk, effective_on, currency, kind, amount, corrects in rows.order_by(
        "pk"
    ).values_list(*columns):
        ledger = found[account_id]
        ledger.rows += 1
        if effective_on <= day:
            key = MovementKey(effective_on, currency, kind)
            ledger.sums[key] += amount
            if corrects is None:
                ledger.latest[key] = pk
    return found


def _row(
    account_id: int,
    movement: LedgerMovement,
    *,
    ledger: PostedLedger,
    recorded: tuple[datetime, datetime | None],
) -> tuple[object, ...]:
    """In the order of _POSTED."""
    return (
        account_id,
        movement.effective_on,
        movement.kind,
        movement.arr,
        movement.currency,
        "",
        CORRECTION if movement.takes_back else "",
        "",
        *recorded,
        CONTRACTS_SOURCE,
        f"{account_id}:{ledger.rows}",
        ledger.latest[movement.key] if movement.takes_back else None,
    )


def _recorded(
    movement: LedgerMovement,
    contracts: Sequence[StoredContract],
    *,
    ledger: PostedLedger,
    now: datetime,
    zone: tzinfo,
) -> tuple[datetime, datetime | None]:
    """When it was learned, and when it was recorded if that came later. What follows from contracts
    of a history alone, as it is imported, was known with the last of them and not before its own
    day. What corrects it later is news."""
    begun = [contract for contract in contracts if contract.starts_on <= movement.effective_on]
    is_history = bool(begun) and all(contract.backfilled_at for contract in begun)
    is_new = not ledger.sums or any(contract.backfilled_at == now for contract in begun)
    if not is_history or not is_new or movement.key in ledger.sums:
        return now, None
    own = moment_of(movement.effective_on, now=now, zone=zone)
    return max(own, *(contract.learned_at for contract in begun)), now


def renew_and_expire(*, day: date, now: datetime) -> int:
    """What the passing of days does to contracts: their grace ends, they renew themselves, they
    come into force. Posts it; the number of contracts that expired.

    Churn is dated to the contract's end.
    """
    grace = timedelta(days=Installation.current().overdue_grace_days)
    with transaction.atomic():
        account_ids = _due(by=day) | _touched_lately(day=day, grace=grace)
        derived = derive_ledger(account_ids, day=day, now=now)
        refresh_accounts(account_ids=list(account_ids), day=day, now=now)
    return derived.expired


def _due(*, by: date) -> set[int]:
    """Accounts of which a contract has ended, or renewed itself, by that day."""
    # Uses index: contract_open_end
    ended = Contract.objects.filter(state=ContractState.ACTIVE, ends_on__lte=by)
    return set(ended.exclude(renewal_on__gt=by).values_list("account_id", flat=True))


def _touched_lately(*, day: date, grace: timedelta) -> set[int]:
    """Accounts of contracts that started or ended of late: signed or cancelled ahead."""
    recent = Q(starts_on__gt=day - _LOOK_BACK, starts_on__lte=day)
    recent |= Q(ends_on__gt=day - grace - _LOOK_BACK, ends_on__lte=day)
    recent |= Q(cancelled_on__gt=day - _LOOK_BACK, cancelled_on__lte=day)
    return set(Contract.objects.filter(recent).values_list("account_id", flat=True))
