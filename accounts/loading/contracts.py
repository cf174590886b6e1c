"""The ledger kept in step with contracts, for accounts whose movements nobody sends."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q

from accounts.catalogue import CONTRACTS_SOURCE, ContractState
from accounts.intake.ledger import (
    ContractTerm,
    LedgerMovement,
    Steps,
    contract_period,
    corrections,
    steps_of,
)
from accounts.loading.derived import refresh_accounts
from accounts.models import Account, Contract, Installation, RevenueMovement

_LOOK_BACK = timedelta(days=30)


def derive_ledger(account_ids: Sequence[int], *, day: date, now: datetime) -> int:
    """Posts what is missing up to `day`; the number of rows posted, 0 when run again.

    An account with movements of its own sources is left to them: what had been derived for it
    is taken back by correcting rows.
    """
    ids = sorted(set(account_ids))
    # One at a time an account: two derivations must not post the same correction.
    list(Account.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))
    wanted, (posted, numbers) = _wanted(ids, day=day), _posted(ids, day=day)
    given = set(
        RevenueMovement.objects.filter(account_id__in=ids)
        .exclude(source=CONTRACTS_SOURCE)
        .values_list("account_id", flat=True)
    )
    rows = []
    for account_id in ids:
        want = {} if account_id in given else wanted.get(account_id, {})
        fresh = corrections(want, posted.get(account_id, {}))
        for number, movement in enumerate(fresh, start=numbers[account_id] + 1):
            rows.append(_row(account_id, movement, number=number, now=now))
    RevenueMovement.objects.bulk_create(rows, batch_size=2_000)
    return len(rows)


def _row(
    account_id: int, movement: LedgerMovement, *, number: int, now: datetime
) -> RevenueMovement:
    return RevenueMovement(
        account_id=account_id,
        effective_on=movement.effective_on,
        kind=movement.kind,
        amount_minor=movement.arr,
        currency=movement.currency,
        recorded_at=now,
        source_id=CONTRACTS_SOURCE,
        external_id=f"{account_id}:{number}",
    )


def expire_contracts(*, day: date, now: datetime) -> int:
    """Declares contracts expired whose grace is over, and posts what came into force by `day`.

    Churn is dated to the contract's end. Returns the number of contracts that expired.
    """
    grace = timedelta(days=Installation.current().overdue_grace_days)
    with transaction.atomic():
        ended = _ended(by=day - grace)
        account_ids, due = set(ended.values()), sorted(ended)
        Contract.objects.filter(pk__in=due).update(state=ContractState.EXPIRED, closed_on=day)
        account_ids |= _touched_lately(day=day, grace=grace)
        derive_ledger(list(account_ids), day=day, now=now)
        refresh_accounts(account_ids=list(account_ids), day=day, now=now)
    return len(due)


def _ended(*, by: date) -> dict[int, int]:
    """Accounts of the contracts that ended by that day and that nothing renews, by contract."""
    # Uses index: contract_open_end
    over = Contract.objects.filter(state=ContractState.ACTIVE, ends_on__lte=by)
    ended = dict(over.values_list("pk", "account_id"))
    # Asked apart: together the planner takes most contracts for ended, and reads them all.
    for renewed in Contract.objects.filter(renews__in=ended).values_list("renews_id", flat=True):
        ended.pop(renewed or 0, None)
    return ended


def _touched_lately(*, day: date, grace: timedelta) -> set[int]:
    """Accounts of contracts that started or ended of late: signed or cancelled ahead."""
    recent = Q(starts_on__gt=day - _LOOK_BACK, starts_on__lte=day)
    recent |= Q(ends_on__gt=day - grace - _LOOK_BACK, ends_on__lte=day)
    recent |= Q(cancelled_on__gt=day - _LOOK_BACK, cancelled_on__lte=day)
    return set(Contract.objects.filter(recent).values_list("account_id", flat=True))


def settle_renewals(contract_ids: Sequence[int], *, day: date) -> None:
    """A contract that another one renews is renewed, from the day we know."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_contract r SET state = 'renewed',"
            " closed_on = COALESCE(r.closed_on, LEAST(%s, r.ends_on))"
            " FROM accounts_contract n WHERE n.id = ANY(%s) AND n.renews_id = r.id"
            " AND r.state <> 'renewed'",
            [day, list(contract_ids)],
        )


def _wanted(ids: Sequence[int], *, day: date) -> dict[int, Steps]:
    grace_days = Installation.current().overdue_grace_days
    contracts = (
        Contract.objects.filter(account_id__in=ids)
        .annotate(renewed_on=F("renewal__starts_on"))
        .order_by("account_id", "starts_on", "pk")
    )
    periods = defaultdict(list)
    for contract in contracts:
        term = ContractTerm(
            contract.starts_on,
            contract.ends_on,
            contract.arr_minor,
            contract.currency,
            ContractState(contract.state),
            contract.renewed_on,
            contract.cancelled_on,
        )
        period = contract_period(term, day=day, grace_days=grace_days)
        periods[contract.account_id].append(period)
    return {account_id: steps_of(found, until=day) for account_id, found in periods.items()}


def _posted(ids: Sequence[int], *, day: date) -> tuple[dict[int, Steps], Counter[int]]:
    """What was derived up to the day, and how many rows each account has at all."""
    steps: dict[int, Steps] = defaultdict(dict)
    numbers: Counter[int] = Counter()
    rows = RevenueMovement.objects.filter(account_id__in=ids, source=CONTRACTS_SOURCE).values_list(
        "account_id", "effective_on", "currency", "amount_minor"
    )
    for account_id, effective_on, currency, amount in rows:
        if effective_on <= day:
            steps[account_id].setdefault(effective_on, Counter())[currency] += amount
        numbers[account_id] += 1
    return steps, numbers
