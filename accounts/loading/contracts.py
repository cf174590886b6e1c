"""The ledger kept in step with contracts, for accounts whose movements nobody sends."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import attrgetter

from django.db import connection, transaction
from django.db.models import Q
from psycopg2 import sql

from accounts.catalogue import CONTRACTS_SOURCE, ContractState, RevenueSource
from accounts.intake.backfill import moment_of
from accounts.intake.contract_terms import ContractTerm
from accounts.intake.ledger import (
    LedgerMovement,
    MovementKey,
    Period,
    corrections,
    movements_of,
    steps_of,
)
from accounts.intake.movement_causes import PartKey, parts_of, subtypes_of
from accounts.intake.succession import AccountTerms
from accounts.intake.term_overlaps import Overlap, overlaps
from accounts.intake.terms import Stretch, stretches_of
from accounts.loading import staging_table
from accounts.loading.composed_sql import among, array
from accounts.loading.derived import refresh_accounts
from accounts.loading.movement_parts import post_parts
from accounts.loading.revenue_sources import lock_accounts, settle_given, sources_of
from accounts.loading.stored_contracts import StoredContract, contracts_of, terms_of
from accounts.models import Contract, Installation, RevenueMovement

_LOOK_BACK = timedelta(days=30)
CORRECTION = "Correction"
_POSTED = (
    "account_id", "effective_on", "kind", "amount_minor", "currency", "subtype", "reason",
    "product", "recorded_at", "backfilled_at", "source_id", "external_id", "corrects_id",
)  # fmt: skip
_settled = attrgetter("state", "closed_on", "renewal_on", "deal_starts_on", "steps_on")
# What became of the contracts, where that differs from what is stored.
_SETTLE = """
    UPDATE accounts_contract c
    SET state = v.state, closed_on = v.closed_on, renewal_on = v.renewal_on,
        deal_starts_on = v.deal_starts_on, steps_on = v.steps_on
    FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::date[], %s::date[], %s::date[])
        AS v (id, state, closed_on, renewal_on, deal_starts_on, steps_on)
    WHERE c.id = v.id
"""


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
    contracts = contracts_of(ids)
    accounts = terms_of(contracts, grace_days=Installation.current().overdue_grace_days)
    found = {account_id: stretches_of(account, day=day) for account_id, account in accounts.items()}
    derived = Derived(expired=_store_contract_states(contracts, accounts, found, day=day))
    sources = sources_of(ids)
    settle_given(sources, now=now)
    by_contracts = {pk for pk, source in sources.items() if source == RevenueSource.CONTRACTS}
    for account_id, account in accounts.items():
        asked = overlaps(account) if account_id in by_contracts else ()
        if asked:
            derived.overlaps.append(AccountOverlaps(account.terms, asked))
    parts = {
        pk: parts_of(found[pk], accounts[pk].terms, until=day) if pk in by_contracts else {}
        for pk in found
    }
    wanted = {pk: _derived_movements(of, parts[pk], day=day) for pk, of in found.items()}
    learned: dict[tuple[int, date, str], datetime] = {}
    derived.posted = _post_corrections(
        {pk: wanted.get(pk, []) if pk in by_contracts else [] for pk in ids},
        contracts=contracts,
        given_up={pk: _given_up(of_account) for pk, of_account in found.items()},
        learned=learned,
        day=day,
        now=now,
    )
    post_parts({pk: parts.get(pk, {}) for pk in ids}, day=day, learned=learned, now=now)
    return derived


def _given_up(found: Iterable[Stretch]) -> dict[date, date]:
    """By the end of terms that ended without a word: when that was known."""
    return {s.ends_on: s.given_up_on for s in found if s.ends_on and s.given_up_on}


def fresh_ledgers(account_ids: Iterable[int], *, day: date) -> dict[int, list[LedgerMovement]]:
    """What a derivation made at once would post; nothing is written."""
    ids = sorted(set(account_ids))
    accounts = terms_of(contracts_of(ids), grace_days=Installation.current().overdue_grace_days)
    return {pk: list[LedgerMovement]() for pk in ids} | {
        account_id: _derived_movements(stretches_of(account, day=day), {}, day=day)
        for account_id, account in accounts.items()
    }


def _store_contract_states(
    contracts: Mapping[int, Sequence[StoredContract]],
    accounts: Mapping[int, AccountTerms],
    found: Mapping[int, Sequence[Stretch]],
    *,
    day: date,
) -> int:
    """Stores what became of each contract; how many of them expired."""
    changed, expired = [], 0
    for account_id, of_account in contracts.items():
        last = {stretch.key: stretch for stretch in found[account_id]}
        account = accounts[account_id]
        began, steps = account.deal_starts, account.deal_steps()
        for contract in of_account:
            state, *rest = _contract_state(contract, last.get(contract.id), day=day)
            derived = (state, *rest, began.get(contract.id), steps.get(contract.id))
            if derived != _settled(contract):
                changed.append((contract.id, *derived))
                expired += state == ContractState.EXPIRED != contract.state
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_SETTLE, [array(column) for column in zip(*changed, strict=True)])
    return expired


def _contract_state(
    contract: StoredContract, last: Stretch | None, *, day: date
) -> tuple[str, date | None, date | None]:
    """State, the day it was closed, and of one that renewed itself the next end, or the day on
    which another took over."""
    if contract.state == ContractState.CANCELLED or last is None:
        return contract.state, contract.closed_on, None
    if last.is_taken_over:
        taken_on = last.ends_on if last.is_assumed else None
        end = taken_on or contract.ends_on
        known = min(day, end) if end else day
        return ContractState.RENEWED, contract.closed_on or known, taken_on
    if contract.state == ContractState.ACTIVE and last.ends_on is not None and last.ends_on <= day:
        if contract.cancelled_on is None and contract.notice_given_on is None:
            return ContractState.EXPIRED, day, None
        return ContractState.CANCELLED, contract.closed_on or last.ends_on, None
    if contract.state == ContractState.EXPIRED and (last.ends_on is None or last.ends_on > day):
        return ContractState.ACTIVE, None, None
    return contract.state, contract.closed_on, last.renewal_on if last.is_assumed else None


def _post_corrections(
    wanted: Mapping[int, Sequence[LedgerMovement]],
    *,
    contracts: Mapping[int, Sequence[StoredContract]],
    given_up: Mapping[int, Mapping[date, date]],
    learned: dict[tuple[int, date, str], datetime],
    day: date,
    now: datetime,
) -> int:
    """By COPY: a first import posts some rows for every account. `learned` is filled: when the
    movements of an account, day and currency were."""
    ledgers = _posted_ledgers(list(wanted), day=day)
    histories = {pk: of for pk, of in contracts.items() if any(c.backfilled_at for c in of)}
    zone = Installation.current().zone
    lines = []
    for account_id, of_account in wanted.items():
        ledger, history = ledgers[account_id], histories.get(account_id, ())
        for movement in corrections(of_account, ledger.sums):
            ledger.rows += 1
            recorded: tuple[datetime, datetime | None] = (now, None)
            if history:
                day_of = given_up.get(account_id, {})
                own_day = day_of.get(movement.effective_on, movement.effective_on)
                own = moment_of(own_day, now=now, zone=zone)
                recorded = _recorded_times(movement, history, ledger=ledger, own=own, now=now)
            row = _movement_row(account_id, movement, ledger=ledger, recorded=recorded)
            lines.append(staging_table.line(row))
            learned[account_id, movement.effective_on, movement.currency] = recorded[0]
    if lines:
        staging_table.copy(sql.Identifier(RevenueMovement._meta.db_table), lines, columns=_POSTED)
    return len(lines)


def _derived_movements(
    found: Sequence[Stretch], parts: Mapping[PartKey, int], *, day: date
) -> list[LedgerMovement]:
    periods = (Period(s.starts_on, s.ends_on, s.arr, s.currency) for s in found)
    return movements_of(steps_of(periods, until=day), subtypes=subtypes_of(parts))


@dataclass(slots=True)
class PostedLedger:
    """What was derived for an account before; `latest`: id and subtype of the last row that
    takes nothing back. `rows` counts all there are, also those after the day."""

    sums: Counter[MovementKey]
    latest: dict[MovementKey, tuple[int, str]]
    rows: int = 0


def _posted_ledgers(ids: Sequence[int], *, day: date) -> dict[int, PostedLedger]:
    found: dict[int, PostedLedger] = defaultdict(lambda: PostedLedger(Counter(), {}))
    rows = RevenueMovement.objects.filter(account_id__in=among(ids), source=CONTRACTS_SOURCE)
    columns = ("account_id", "corrects", "effective_on", "currency", "kind", "amount_minor")
    for account_id, corrects, effective_on, currency, kind, amount, *row in rows.order_by(
        "pk"
    ).values_list(*columns, "pk", "subtype"):
        ledger = found[account_id]
        ledger.rows += 1
        if effective_on <= day:
            key = MovementKey(effective_on, currency, kind)
            ledger.sums[key] += amount
            if corrects is None:
                ledger.latest[key] = (row[0], row[1])
    return found


def _movement_row(
    account_id: int,
    movement: LedgerMovement,
    *,
    ledger: PostedLedger,
    recorded: tuple[datetime, datetime | None],
) -> tuple[object, ...]:
    """In the order of _POSTED."""
    corrects, subtype = None, movement.subtype
    if movement.takes_back:
        corrects, subtype = ledger.latest[movement.key]
    return (
        account_id,
        movement.effective_on,
        movement.kind,
        movement.arr,
        movement.currency,
        subtype,
        CORRECTION if movement.takes_back else "",
        "",
        *recorded,
        CONTRACTS_SOURCE,
        f"{account_id}:{ledger.rows}",
        corrects,
    )


def _recorded_times(
    movement: LedgerMovement,
    contracts: Sequence[StoredContract],
    *,
    ledger: PostedLedger,
    own: datetime,
    now: datetime,
) -> tuple[datetime, datetime | None]:
    """When it was learned, and when it was recorded if that came later. What follows from contracts
    of a history alone, as it is imported, was known with the last of them and not before its own
    day, that of a lapse not before its grace was over. What corrects it later is news."""
    begun = [contract for contract in contracts if contract.starts_on <= movement.effective_on]
    is_history = bool(begun) and all(contract.backfilled_at for contract in begun)
    is_new = not ledger.sums or any(contract.backfilled_at == now for contract in begun)
    if not is_history or not is_new or movement.key in ledger.sums:
        return now, None
    return max(own, *(contract.learned_at for contract in begun)), now


def renew_and_expire(*, day: date, now: datetime) -> int:
    """What the passing of days does to contracts: their grace ends, they renew themselves, they
    come into force. Posts it; the number of contracts that expired.

    Churn is dated to the contract's end.
    """
    grace = timedelta(days=Installation.current().overdue_grace_days)
    with transaction.atomic():
        account_ids = _accounts_with_ended_terms(by=day) | _touched_lately(day=day, grace=grace)
        derived = derive_ledger(account_ids, day=day, now=now)
        refresh_accounts(account_ids=list(account_ids), day=day, now=now)
    return derived.expired


def _accounts_with_ended_terms(*, by: date) -> set[int]:
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
