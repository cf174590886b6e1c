"""What an account carries because of its money: ARR, renewal date, status, segment, touch tier."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple

from django.db import connection, transaction

from accounts.catalogue import LEAST_RENEWAL_MONTHS, HistoryAttribute
from accounts.intake.account_past import AccountPast, LedgerChange
from accounts.loading.change_signals import emit_changes, mark_dirty
from accounts.loading.composed_sql import among, array
from accounts.loading.history import Ledger, rebuild_history, record_account_history
from accounts.models import Account, Installation
from accounts.money.sql import rounded
from accounts.queries.rates import all_rates_on, rate_table
from accounts.queries.renewal_terms import is_renewable
from accounts.queries.sizes import size_table

_derived = attrgetter(
    "arr_minor",
    "renews_on",
    "renews_arr_minor",
    "decides_on",
    "status",
    "segment",
    "touch_tier",
    "tier_pending",
    "tier_pending_since",
)
# Not bulk_update: its CASE for each row and column costs far more CPU than everything else here.
_WRITE = """
    UPDATE accounts_account a
    SET arr_minor = v.arr_minor, renews_on = v.renews_on,
        renews_arr_minor = v.renews_arr_minor, decides_on = v.decides_on, status = v.status,
        segment = v.segment, touch_tier = v.touch_tier, tier_pending = v.tier_pending,
        tier_pending_since = v.tier_pending_since
    FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::bigint[], %s::date[], %s::text[],
        %s::text[], %s::text[], %s::text[], %s::date[]) AS v (id, arr_minor, renews_on,
        renews_arr_minor, decides_on, status, segment, touch_tier, tier_pending,
        tier_pending_since)
    WHERE a.id = v.id
"""
_BATCH = 5_000
# What a term renews at: its price rose with each automatic renewal since its own end.
_RENEWED_ARR = """c.arr_minor * (1 + coalesce(c.uplift_percent, 0) / 100) ^ (
    CASE WHEN c.renewal_on > c.ends_on
        THEN round((c.renewal_on - c.ends_on) / (c.term_months * 30.44)) ELSE 0 END)"""


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
            changed += _refresh_locked_accounts(ids[start : start + _BATCH], day=day, now=now)
    return changed


def _all_ids() -> list[int]:
    return list(Account.objects.order_by("pk").values_list("pk", flat=True))


def _refresh_locked_accounts(ids: Sequence[int], *, day: date, now: datetime) -> list[int]:
    accounts = list(
        Account.objects.filter(pk__in=among(ids), merged_into=None)
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    ids = [account.pk for account in accounts]
    ledgers, renewals, rates = (
        _ledgers_until(ids, day=day),
        _next_renewals(ids, day=day),
        all_rates_on(day),
    )
    rebuilt = rebuild_history(
        accounts,
        ledgers=ledgers,
        sizes=size_table(),
        rates=rate_table(base=Installation.current().currency),
        day=day,
        now=now,
    )
    changed = []
    for account in accounts:
        before = _derived(account)
        into_own = rates.into(account.currency)
        account.arr_minor = into_own.sum(_arr_by_currency(ledgers[account.pk].changes)).total
        renewal = renewals.get(account.pk, _NO_RENEWAL)
        account.renews_on, account.decides_on = renewal.ends_on, renewal.decides_on
        ending = into_own.sum(renewal.amounts).total
        account.renews_arr_minor = max(min(ending, account.arr_minor), 0)
        _apply_past(account, rebuilt.pasts[account.pk])
        if before != _derived(account):
            changed.append(account)
    _write_derived_columns(changed)
    recorded = record_account_history(ids, day=day, learned_at=now)
    emit_changes([*recorded, *rebuilt.changes], day=day, now=now)
    changed_ids = [account.pk for account in changed]
    mark_dirty(changed_ids)
    return changed_ids


def _write_derived_columns(accounts: Sequence[Account]) -> None:
    if not accounts:
        return
    values = zip(*map(_derived, accounts), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [array(a.pk for a in accounts), *map(array, values)])


def _arr_by_currency(ledger: Iterable[LedgerChange]) -> list[tuple[int, str]]:
    arr: Counter[str] = Counter()
    for _, currency, amount in ledger:
        arr[currency] += amount
    return [(amount, currency) for currency, amount in arr.items()]


def _apply_past(account: Account, past: AccountPast) -> None:
    """Nothing is guessed without a currency rate or bounds: segment and tier stay as they are."""
    account.status = past.value(HistoryAttribute.STATUS) or account.status
    account.segment = past.segment or account.segment
    if past.placement is not None:
        account.touch_tier = past.placement.tier
        account.tier_pending = past.placement.pending or ""
        account.tier_pending_since = past.placement.pending_since


def _ledgers_until(ids: Sequence[int], *, day: date) -> dict[int, Ledger]:
    found: dict[int, Ledger] = defaultdict(Ledger)
    with connection.cursor() as cursor:
        # Uses index: movement_account_day
        cursor.execute(
            "SELECT account_id, effective_on, currency, sum(amount_minor)::bigint,"
            " CASE WHEN bool_and(backfilled_at IS NOT NULL) THEN max(recorded_at) END"
            " FROM accounts_revenuemovement"
            " WHERE account_id = ANY(%s::bigint[]) AND effective_on <= %s"
            " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            [array(ids), day],
        )
        for account_id, effective_on, currency, amount, recorded_at in cursor.fetchall():
            ledger = found[account_id]
            if recorded_at and len(ledger.recorded) == len(ledger.changes):
                before = ledger.recorded[-1][1] if ledger.recorded else recorded_at
                ledger.recorded.append((effective_on, max(before, recorded_at)))
            ledger.changes.append((effective_on, currency, amount))
    return found


# The next end of a renewable term that nothing renews yet, overdue ones included; a price step has
# none. It is decided on the last day to give notice; once that is past, on the end, unless it
# renews itself. Its ARR is that of all terms that end then, with what their automatic renewals
# added. Uses index: contract_account.
_RENEWALS = f"""
    SELECT account_id, min(renews_on), nullif(min(CASE
            WHEN renews_on - notice_days >= %(day)s THEN renews_on - notice_days
            WHEN notice_days = 0 OR NOT auto_renew THEN renews_on
        END), min(renews_on)),
        array_agg(arr_minor ORDER BY id) FILTER (WHERE renews_on = next_on),
        array_agg(currency ORDER BY id) FILTER (WHERE renews_on = next_on)
    FROM (
        SELECT one.account_id, c.*, min(c.renews_on) OVER (PARTITION BY one.account_id) AS next_on
        FROM unnest(%(ids)s::bigint[]) one(account_id) CROSS JOIN LATERAL (
            SELECT c.id, c.auto_renew, coalesce(c.notice_days, 0) AS notice_days, c.currency,
                coalesce(c.renewal_on, LEAST(c.ends_on, c.cancelled_on)) AS renews_on,
                {rounded(_RENEWED_ARR)} AS arr_minor
            FROM accounts_contract c
            WHERE c.account_id = one.account_id AND c.state = 'active' AND c.steps_on IS NULL
                AND (c.term_months >= {LEAST_RENEWAL_MONTHS} AND c.renewal_on IS NOT NULL
                    OR {is_renewable("c")})
        ) c
    ) renewals
    GROUP BY account_id
"""  # noqa: S608 -- constant expressions, no input


class _NextRenewal(NamedTuple):
    """`decides_on` where that is another day than the end; `amounts`: minor units and currency of
    each term that ends."""

    ends_on: date | None
    decides_on: date | None
    amounts: Sequence[tuple[int, str]]


_NO_RENEWAL = _NextRenewal(None, None, ())


def _next_renewals(ids: Sequence[int], *, day: date) -> dict[int, _NextRenewal]:
    with connection.cursor() as cursor:
        cursor.execute(_RENEWALS, {"ids": array(ids), "day": day})
        return {
            account_id: _NextRenewal(ends_on, decides_on, list(zip(arr, currencies, strict=True)))
            for account_id, ends_on, decides_on, arr, currencies in cursor.fetchall()
        }
