"""What an account carries because of its money: ARR, renewal date, status, segment, touch tier."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q

from accounts.catalogue import AccountStatus
from accounts.intake.tiers import Placement, Size, Sizes, place, segment_of
from accounts.loading.history import record_account_history, restate_first_placement
from accounts.loading.marks import emit_changes, mark_dirty
from accounts.models import Account, Installation
from accounts.money.currencies import major
from accounts.money.rates import DayRates
from accounts.queries.rates import RatesOfDay, all_rates_on
from accounts.queries.sizes import sizes_on

_DERIVED = (
    "arr_minor",
    "renews_on",
    "status",
    "segment",
    "touch_tier",
    "tier_pending",
    "tier_pending_since",
)
# Not bulk_update: its CASE for each row and column costs far more CPU than everything else here.
_WRITE = """
    UPDATE accounts_account a
    SET arr_minor = v.arr_minor, renews_on = v.renews_on, status = v.status, segment = v.segment,
        touch_tier = v.touch_tier, tier_pending = v.tier_pending,
        tier_pending_since = v.tier_pending_since
    FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::date[]) AS v (id, arr_minor, renews_on, status, segment, touch_tier,
        tier_pending, tier_pending_since)
    WHERE a.id = v.id
"""
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Money:
    """Of one account on a day: minor units by currency, and whether it ever had a movement."""

    arr: Mapping[str, int]
    has_ledger: bool


def refresh_accounts(
    *, account_ids: Sequence[int] | None = None, day: date, now: datetime
) -> list[int]:
    """Derives again for these accounts, or for all; the ids of those that changed.

    Nightly for all: movements come into force and tiers settle as days pass.
    """
    ids = sorted(set(account_ids)) if account_ids is not None else _all_ids()
    changed: list[int] = []
    for start in range(0, len(ids), _BATCH):
        with transaction.atomic():
            changed += _refresh(ids[start : start + _BATCH], day=day, now=now)
    return changed


def _all_ids() -> list[int]:
    return list(Account.objects.order_by("pk").values_list("pk", flat=True))


def _refresh(ids: Sequence[int], *, day: date, now: datetime) -> list[int]:
    accounts = Account.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    money, renewals, known = _money(ids, day=day), _renewals(ids), _placed(ids)
    rates, sizes = all_rates_on(day), sizes_on(day)
    into_base = rates.into(Installation.current().currency)
    changed = []
    for account in accounts:
        before = [getattr(account, name) for name in _DERIVED]
        account.renews_on = renewals.get(account.pk)
        _apply_money(account, money.get(account.pk), rates=rates)
        placement = _placement(account) if account.pk in known else None
        _apply_tier(account, rates=into_base, sizes=sizes, day=day, now_in=placement)
        if before != [getattr(account, name) for name in _DERIVED]:
            changed.append(account)
    _write(changed)
    restate_first_placement([a.pk for a in changed if a.pk not in known and a.arr_minor])
    changes = record_account_history(ids, day=day, learned_at=now)
    emit_changes(changes, day=day, now=now)
    changed_ids = [account.pk for account in changed]
    mark_dirty(changed_ids)
    return changed_ids


def _write(accounts: Sequence[Account]) -> None:
    if not accounts:
        return
    values = [[getattr(a, name) for a in accounts] for name in _DERIVED]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [[a.pk for a in accounts], *values])


def _apply_money(account: Account, money: Money | None, *, rates: RatesOfDay) -> None:
    """Where there is a ledger it decides the status: a flag never outvotes the money."""
    if money is None:
        account.arr_minor = 0
        return
    amounts = ((amount, currency) for currency, amount in money.arr.items())
    account.arr_minor = rates.into(account.currency).sum(amounts).total
    if money.has_ledger:
        paying = any(amount > 0 for amount in money.arr.values())
        account.status = AccountStatus.ACTIVE if paying else AccountStatus.CHURNED


def _apply_tier(
    account: Account, *, rates: DayRates, sizes: Sizes, day: date, now_in: Placement | None
) -> None:
    """Nothing is guessed without a currency rate or bounds: segment and tier stay as they are."""
    minor = rates.convert(account.arr_minor, account.currency) if account.arr_minor else 0
    if minor is None or not sizes.are_given:
        return
    arr = major(minor, rates.base)
    account.segment = segment_of(arr, sizes=sizes)
    size = Size(
        arr,
        account.complexity,
        account.growth_potential,
        account.strategic_fit,
        account.is_strategic,
    )
    placed = place(size, now_in=now_in, day=day, sizes=sizes)
    account.touch_tier = placed.tier
    account.tier_pending = placed.pending or ""
    account.tier_pending_since = placed.pending_since


def _placement(account: Account) -> Placement:
    return Placement(account.touch_tier, account.tier_pending or None, account.tier_pending_since)


def _placed(ids: Sequence[int]) -> set[int]:
    """Accounts with a tier in force: what pays for the first time is placed at once."""
    return set(
        Account.objects.filter(pk__in=ids)
        .filter(~Q(arr_minor=0) | ~Q(status=AccountStatus.ACTIVE))
        .values_list("pk", flat=True)
    )


def _money(ids: Sequence[int], *, day: date) -> dict[int, Money]:
    with connection.cursor() as cursor:
        # Uses index: movement_account_day
        cursor.execute(
            "SELECT account_id, currency,"
            " COALESCE(sum(amount_minor) FILTER (WHERE effective_on <= %(day)s), 0)::bigint,"
            " count(*) FILTER (WHERE effective_on <= %(day)s)"
            " FROM accounts_revenuemovement WHERE account_id = ANY(%(ids)s) GROUP BY 1, 2",
            {"ids": list(ids), "day": day},
        )
        rows = cursor.fetchall()
    found: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    for account_id, currency, amount, effective in rows:
        found[account_id].append((currency, amount, effective))
    return {
        account_id: Money({c: a for c, a, _ in sums}, any(n for _, _, n in sums))
        for account_id, sums in found.items()
    }


def _renewals(ids: Sequence[int]) -> dict[int, date]:
    """The next end of a contract that nothing renews yet; overdue ones included."""
    with connection.cursor() as cursor:
        # Uses index: contract_account
        cursor.execute(
            "SELECT account_id, min(COALESCE(renewal_on, ends_on)) FROM accounts_contract"
            " WHERE account_id = ANY(%s) AND state = 'active' GROUP BY 1",
            [list(ids)],
        )
        return dict(cursor.fetchall())
