"""Merges two accounts that are one customer: one goes on, the other is kept for what was said."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from accounts.catalogue import CONTRACTS_SOURCE, MERGES_SOURCE, AccountStatus, RevenueSource
from accounts.loading.change_signals import mark_dirty
from accounts.loading.due_ledgers import derive_due
from accounts.loading.history import record_account_history
from accounts.loading.merged_rows import move_family, move_rows, stands_below
from accounts.loading.results import DueRecord
from accounts.loading.revenue_sources import sources_of
from accounts.models import Account, AccountId, DirtyAccount, RevenueMovement

# ARR of both together: by currency, from which day on it is how much.
Steps = dict[tuple[str, date], int]


class MergeRefused(Exception):
    """Its message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class MergeOutcome:
    """`moved`: rows by what they are. `differing`: days from which ARR of both together is another
    one than before, with the change: contracts of one that follow or replace those of the other."""

    merged: Account
    into: Account
    moved: Mapping[str, int]
    differing: Mapping[tuple[str, date], int]


def merge_accounts(
    *,
    merged: str,
    into: str,
    day: date,
    now: datetime,
    others: Callable[[Account, Account], Mapping[str, int]],
    accepts_change: bool = False,
) -> MergeOutcome:
    """`merged` and `into` are external ids; `others` moves the rows of the apps above.

    All or nothing, and once: an account that was merged is not merged again.

    Raises:
        MergeRefused: the two cannot be merged as they are.
    """
    with transaction.atomic():
        gone, stays = _lock_mergeable_pair(merged, into)
        source = _source_of(gone, stays)
        before = _arr_changes_by_day(gone, stays)
        moved = {**move_rows(gone, stays), **others(gone, stays)}
        move_family(gone, stays)
        Account.objects.filter(pk=stays.pk, language="").update(language=gone.language)
        AccountId.objects.bulk_create(
            [AccountId(account=stays, source_id="direct", value=gone.external_id)],
            ignore_conflicts=True,
        )
        _close_merged_account(gone, day=day, now=now)
        moved["movements"] = _post_pairs(gone, stays, source=source, now=now)
        derive_due([DueRecord(gone.pk), DueRecord(stays.pk)], day=day, now=now)
        DirtyAccount.objects.filter(account=gone).delete()
        mark_dirty([stays.pk])
        differing = _arr_difference(before, _arr_changes_by_day(gone, stays), until=day)
        if differing and not accepts_change:
            raise MergeRefused(_in_words(differing))
        return MergeOutcome(gone, stays, moved, differing)


def _lock_mergeable_pair(merged: str, into: str) -> tuple[Account, Account]:
    if merged == into:
        raise MergeRefused(gettext("An account is not merged into itself: name two."))
    rows = Account.objects.filter(external_id__in=[merged, into]).order_by("pk")
    found = {row.external_id: row for row in rows.select_for_update(of=("self",))}
    for name in (merged, into):
        if name not in found:
            raise MergeRefused(gettext("“%(name)s” is not an account.") % {"name": name})
    gone, stays = found[merged], found[into]
    for account in (gone, stays):
        if account.merged_into_id is not None:
            other = Account.objects.get(pk=account.merged_into_id)
            raise MergeRefused(
                gettext("“%(merged)s” was merged into “%(into)s” already: name that one.")
                % {"merged": account.external_id, "into": other.external_id}
            )
    if stands_below(stays, gone):
        raise MergeRefused(
            gettext("“%(into)s” stands below “%(merged)s” over others: change its parent first.")
            % {"into": into, "merged": merged}
        )
    return gone, stays


def _source_of(gone: Account, stays: Account) -> RevenueSource:
    sources = sources_of([gone.pk, stays.pk])
    if sources[gone.pk] != sources[stays.pk]:
        raise MergeRefused(
            gettext(
                "The revenue of one comes from contracts and of the other from movements:"
                " change one of both on its revenue page first."
            )
        )
    return sources[stays.pk]


def _close_merged_account(gone: Account, *, day: date, now: datetime) -> None:
    """Nobody's, and in no portfolio: its past stays what it was."""
    Account.objects.filter(pk=gone.pk).update(
        status=AccountStatus.CHURNED, owner=None, pool=None, arr_minor=0, renews_on=None,
        renews_arr_minor=0, decides_on=None,
    )  # fmt: skip
    record_account_history([gone.pk], day=day, learned_at=now)


def _post_pairs(gone: Account, stays: Account, *, source: RevenueSource, now: datetime) -> int:
    """Takes back what counts of each movement, and posts it on the other account with its own day
    and kind. What is derived from contracts follows them."""
    rows = list(RevenueMovement.objects.filter(account=gone).order_by("pk"))
    corrected: Counter[int] = Counter()
    for row in rows:
        if row.corrects_id is not None:
            corrected[row.corrects_id] += row.amount_minor
    pairs = []
    for row in rows:
        left = row.amount_minor + corrected[row.pk]
        if row.corrects_id is None and row.source_id != CONTRACTS_SOURCE and left:
            pairs += [
                _taken_back(row, stays, left, now=now),
                _copied_movement(row, stays, left, now=now),
            ]
    RevenueMovement.objects.bulk_create(pairs, batch_size=2_000)
    return len(pairs) // 2


def _taken_back(
    row: RevenueMovement, stays: Account, amount: int, *, now: datetime
) -> RevenueMovement:
    return RevenueMovement(
        account_id=row.account_id,
        effective_on=row.effective_on,
        kind=row.kind,
        amount_minor=-amount,
        currency=row.currency,
        recorded_at=now,
        source_id=MERGES_SOURCE,
        external_id=f"{row.pk}:back",
        corrects_id=row.pk,
        reason=f"Merged into {stays.external_id}",
    )


def _copied_movement(
    row: RevenueMovement, stays: Account, amount: int, *, now: datetime
) -> RevenueMovement:
    return RevenueMovement(
        account_id=stays.pk,
        effective_on=row.effective_on,
        kind=row.kind,
        amount_minor=amount,
        currency=row.currency,
        subtype=row.subtype,
        reason=row.reason,
        product=row.product,
        recorded_at=now,
        source_id=MERGES_SOURCE,
        external_id=f"{row.pk}:here",
        is_adjustment=row.is_adjustment,
    )


def _arr_changes_by_day(*accounts: Account) -> Steps:
    found: Steps = defaultdict(int)
    rows = RevenueMovement.objects.filter(account__in=accounts)
    for currency, on, amount in rows.values_list("currency", "effective_on", "amount_minor"):
        found[currency, on] += amount
    return found


def _arr_difference(before: Steps, after: Steps, *, until: date) -> Steps:
    changes = {key: after.get(key, 0) - before.get(key, 0) for key in before.keys() | after.keys()}
    return {key: change for key, change in changes.items() if change and key[1] <= until}


def _in_words(differing: Steps) -> str:
    currency, first = min(differing, key=lambda key: key[1])
    return gettext(
        "ARR of both together would change from %(first)s on (%(currency)s, %(days)s"
        " days): contracts of one follow or replace those of the other. Look at them,"
        " and accept the change if it is right."
    ) % {"first": first, "currency": currency, "days": len(differing)}
