"""Where an account's revenue comes from: chosen, never by what came last.

Of an account whose revenue comes from contracts, given movements are held. Changing the source
posts what was held, or takes back what was given: rows of the ledger, as always.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet, Sum

from accounts.catalogue import CONTRACTS_SOURCE, DERIVED_SOURCES, SWITCHES_SOURCE, RevenueSource
from accounts.intake.ledger import shortfalls
from accounts.loading.composed_sql import among
from accounts.models import Account, HeldMovement, Installation, RevenueMovement
from accounts.money.currencies import money_exact

_COLUMNS = (
    "account_id", "effective_on", "kind", "amount_minor", "currency", "subtype", "reason",
    "product", "recorded_at", "backfilled_at", "source_id", "external_id",
)  # fmt: skip


def name_source(source: RevenueSource) -> None:
    """The installation's, at its first import of money."""
    Installation.objects.filter(pk=1, revenue_source="").update(revenue_source=source)


def sources_of(account_ids: Iterable[int]) -> dict[int, RevenueSource]:
    """Its own exception, else the installation's; where no import has named one, what there is."""
    ids = list(account_ids)
    named = Installation.objects.filter(pk=1).values_list("revenue_source", flat=True).first()
    found = dict.fromkeys(ids, RevenueSource(named or RevenueSource.CONTRACTS))
    if not named:
        given = RevenueMovement.objects.filter(account_id__in=among(ids)).exclude(
            source__in=DERIVED_SOURCES
        )
        accounts = given.order_by().values_list("account_id", flat=True).distinct()
        found |= dict.fromkeys(accounts, RevenueSource.MOVEMENTS)
    own = Account.objects.filter(pk__in=among(ids)).exclude(revenue_source="")
    found |= {pk: RevenueSource(s) for pk, s in own.values_list("pk", "revenue_source")}
    return found


def lock_accounts(account_ids: Iterable[int]) -> None:
    """In order of id, so that two loads wait for each other instead of dying."""
    rows = Account.objects.filter(pk__in=among(account_ids)).order_by("pk").values_list("pk")
    list(rows.select_for_update(no_key=True))


def settle_given(sources: Mapping[int, RevenueSource], *, now: datetime) -> None:
    """Makes given movements count where they are the source, and only there; adjustments always.

    The accounts are locked.
    """
    by_movements = [pk for pk, source in sources.items() if source == RevenueSource.MOVEMENTS]
    held = HeldMovement.objects.filter(account_id__in=among(by_movements))
    post_held(held, is_adjustment=False)
    _take_back(sources, now=now)


def post_held(held: Iterable[HeldMovement], *, is_adjustment: bool) -> list[HeldMovement]:
    """Into the ledger, but for those that would take an account's ARR below zero: they are given
    back, and stay held."""
    groups: dict[tuple[int, str], list[HeldMovement]] = defaultdict(list)
    for row in sorted(held, key=lambda row: row.external_id):
        groups[row.account_id, row.currency].append(row)
    posted = posted_by_day({pk for pk, _ in groups}, is_derived=is_adjustment)
    fitting, short = [], []
    for key, rows in groups.items():
        changes = [(row.effective_on, row.amount_minor) for row in rows]
        without = shortfalls(changes, posted=posted.get(key, {}))
        short += [row for place, row in enumerate(rows) if place in without]
        fitting += [row for place, row in enumerate(rows) if place not in without]
    RevenueMovement.objects.bulk_create(
        RevenueMovement(
            **{name: getattr(row, name) for name in _COLUMNS}, is_adjustment=is_adjustment
        )
        for row in fitting
    )
    HeldMovement.objects.filter(pk__in=[row.pk for row in fitting]).delete()
    return short


def posted_by_day(
    account_ids: Iterable[int], *, is_derived: bool
) -> dict[tuple[int, str], dict[date, int]]:
    """Signed sums by account and currency, then by day; with what was derived from contracts or
    without it, where movements are the source and it is taken back."""
    found: dict[tuple[int, str], dict[date, int]] = defaultdict(dict)
    # Uses index: movement_account_day
    rows = RevenueMovement.objects.filter(account_id__in=among(account_ids))
    if not is_derived:
        rows = rows.exclude(source=CONTRACTS_SOURCE)
    days = rows.values_list("account_id", "currency", "effective_on").annotate(Sum("amount_minor"))
    for account_id, currency, effective_on, amount in days.order_by():
        found[account_id, currency][effective_on] = int(amount)
    return found


def _take_back(sources: Mapping[int, RevenueSource], *, now: datetime) -> None:
    """Given rows count in full or not at all: what is missing from that is posted."""
    # What a merged account had is taken back already.
    given = RevenueMovement.objects.filter(account_id__in=among(sources), account__merged_into=None)
    given = given.exclude(source=CONTRACTS_SOURCE)
    of_account = list(given.order_by("pk"))
    done: dict[int, list[int]] = defaultdict(list)
    for row in of_account:
        if row.source_id == SWITCHES_SOURCE and row.corrects_id is not None:
            done[row.corrects_id].append(row.amount_minor)
    rows = []
    for row in of_account:
        if row.source_id == SWITCHES_SOURCE:
            continue
        counts = row.is_adjustment or sources[row.account_id] == RevenueSource.MOVEMENTS
        missing = (row.amount_minor if counts else 0) - row.amount_minor - sum(done[row.pk])
        if missing:
            rows.append(_switch_movement(row, missing, number=len(done[row.pk]), now=now))
    RevenueMovement.objects.bulk_create(rows, batch_size=2_000)


def _switch_movement(
    row: RevenueMovement, amount: int, *, number: int, now: datetime
) -> RevenueMovement:
    return RevenueMovement(
        account_id=row.account_id,
        effective_on=row.effective_on,
        kind=row.kind,
        amount_minor=amount,
        currency=row.currency,
        recorded_at=now,
        source_id=SWITCHES_SOURCE,
        external_id=f"{row.pk}:{number}",
        corrects_id=row.pk,
        reason="Change of the revenue source",
    )


def held_from(row: RevenueMovement) -> HeldMovement:
    return HeldMovement(**{name: getattr(row, name) for name in _COLUMNS})


@dataclass(frozen=True, slots=True)
class LedgerWorth:
    """`rows` of a kind of ledger and the ARR they come to, in minor units by currency."""

    rows: int
    arr: Mapping[str, int]

    def __str__(self) -> str:
        told = [money_exact(amount, code) for code, amount in sorted(self.arr.items()) if amount]
        return " and ".join(told) or "nothing"


def given_worth(account_ids: Sequence[int], *, day: date) -> dict[int, LedgerWorth]:
    """Of all movements that were given, held ones as well."""
    given = RevenueMovement.objects.exclude(source__in=DERIVED_SOURCES)
    return _ledger_worths(account_ids, HeldMovement.objects.all(), given, day=day)


def derived_worth(account_ids: Sequence[int], *, day: date) -> dict[int, LedgerWorth]:
    """Of what is derived from contracts, as it is stored."""
    derived = RevenueMovement.objects.filter(source=CONTRACTS_SOURCE)
    return _ledger_worths(account_ids, derived, day=day)


def _ledger_worths(
    account_ids: Sequence[int], *querysets: QuerySet[Any], day: date
) -> dict[int, LedgerWorth]:
    sums: dict[int, dict[str, int]] = {pk: defaultdict(int) for pk in account_ids}
    counts: dict[int, int] = defaultdict(int)
    for rows in querysets:
        found = rows.filter(account_id__in=account_ids, effective_on__lte=day).order_by()
        for account_id, currency, amount, count in found.values_list(
            "account_id", "currency"
        ).annotate(Sum("amount_minor"), Count("pk")):
            sums[account_id][currency] += amount
            counts[account_id] += count
    return {pk: LedgerWorth(counts[pk], amounts) for pk, amounts in sums.items()}


def effect_in_words(new: LedgerWorth, old: LedgerWorth, *, to: RevenueSource) -> str:
    """What a change of the source would do."""
    by_movements = to == RevenueSource.MOVEMENTS
    one = "movement" if by_movements else "derived movement"
    others = "derived ones" if by_movements else "given ones"
    what = one if new.rows == 1 else f"{one}s"
    return f"{new.rows} {what} would replace {old.rows} {others}: {old} → {new}"
