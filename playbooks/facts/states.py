"""How accounts stand, as deciding sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, Value

from accounts.catalogue import AccountStatus, ContractState, SignalKind, StartingEvent
from accounts.models import Account, AudienceMember, Contract, Installation
from accounts.models.scope import AnyOf
from accounts.money.currencies import major
from accounts.money.rates import DayRates
from accounts.queries.rates import rates_on
from health.models import BandOverride, CurrentHealth
from playbooks.facts.plays import latest_play_ends, open_plays, queued_playbook_keys
from playbooks.facts.signals import signals_since
from playbooks.triggers.renewal_risk import RenewalRisk, renewal_risk
from playbooks.triggers.rules import AccountState, Conditions, RunningContract

# A notice that names no contract: what came of it is known after so long.
_NOTICE_COUNTS = timedelta(days=90)
_NOTICE = f"{SignalKind.BUSINESS_EVENT}.{StartingEvent.CANCELLATION_NOTICE}"
_HAS_PRODUCT = Q(lines__product__isnull=False)


class _Standing(NamedTuple):
    """What columns of an account tell of how it stands."""

    pk: int
    segment: str
    segment_override: str
    touch_tier: str
    touch_tier_override: str
    stage: str
    tags: list[str]
    status: str
    currency: str
    arr_minor: int
    renews_on: date | None
    decides_on: date | None
    plan: str | None


# Of hundreds in a batch a model costs more than its row, and `IN` more than the answer (`AnyOf`).
_STANDING = (*(name for name in _Standing._fields if name != "plan"), "plan__key")
_UNSCORED: tuple[Decimal | None, str] = (None, "")


def profiles(account_ids: Iterable[int]) -> dict[int, AccountState]:
    """As far as columns of the accounts tell: cheap, before `account_states` are read of those that
    fit."""
    columns = ("segment_override", "segment", "touch_tier_override", "touch_tier", "stage", "tags")
    rows = Account.objects.filter(AnyOf("pk", set(account_ids))).values_list("pk", *columns)
    return {
        pk: AccountState(
            account_id=pk,
            csm_id=None,
            segment=own_segment or segment,
            touch_tier=own_tier or tier,
            stage=stage,
            arr_minor=0,
            tags=frozenset(tags),
        )
        for pk, own_segment, segment, own_tier, tier, stage, tags in rows
    }


def account_states(
    *,
    account_ids: Sequence[int],
    csms: Mapping[int, int | None],
    day: date,
    conditions: Conditions | None = None,
) -> dict[int, AccountState]:
    """How each account stands on `day`; `csms` says who answers for it. Where `conditions` of one
    playbook are given, contracts, audiences and the risk of a renewal are read only if asked."""
    health = _present_health(account_ids)
    overridden = set(_accounts_with_override(account_ids, day))
    plays, ended, queued = (
        open_plays(account_ids),
        latest_play_ends(account_ids),
        queued_playbook_keys(account_ids),
    )
    contracts = (
        _running_contracts(account_ids)
        if conditions is None or conditions.is_about_contracts
        else {}
    )
    audiences = _audience_keys(account_ids) if conditions is None or conditions.audiences else {}
    rows = _read_standings(account_ids)
    risks = (
        _renewal_risks(rows, health, day) if conditions is None or conditions.renewal_risks else {}
    )
    base = Installation.current().currency
    worth = _arr_in_base_currency(rows, day)
    return {
        row.pk: AccountState(
            account_id=row.pk,
            csm_id=csms.get(row.pk),
            segment=row.segment_override or row.segment,
            touch_tier=row.touch_tier_override or row.touch_tier,
            stage=row.stage,
            arr_minor=worth[row.pk] or 0,
            tags=frozenset(row.tags),
            is_churned=row.status == AccountStatus.CHURNED,
            is_overridden=row.pk in overridden,
            score=score,
            band=band,
            open_plays=tuple(plays.get(row.pk, ())),
            queued=frozenset(queued.get(row.pk, ())),
            ended=tuple(ended.get(row.pk, ())),
            plan=row.plan or "",
            arr=None if (arr := worth[row.pk]) is None else major(arr, base),
            contracts=tuple(contracts.get(row.pk, ())),
            renewal_risk=risks.get(row.pk, RenewalRisk.NONE),
            audiences=frozenset(audiences.get(row.pk, ())),
        )
        for row in rows
        for score, band in [health.get(row.pk, _UNSCORED)]
    }


def _read_standings(account_ids: Sequence[int]) -> list[_Standing]:
    rows = Account.objects.filter(AnyOf("pk", account_ids)).values_list(*_STANDING)
    return [_Standing(*row) for row in rows]


def _present_health(account_ids: Sequence[int]) -> dict[int, tuple[Decimal | None, str]]:
    """Score and band of those that were ever judged."""
    rows = CurrentHealth.objects.filter(AnyOf("account", account_ids))
    return {
        account_id: (score, band)
        for account_id, score, band in rows.values_list("account", "score", "band")
    }


def _renewal_risks(
    rows: Sequence[_Standing], health: Mapping[int, tuple[Decimal | None, str]], day: date
) -> dict[int, RenewalRisk]:
    cancelling = _accounts_with_notice([row.pk for row in rows], day)
    return {
        row.pk: renewal_risk(
            score=health.get(row.pk, _UNSCORED)[0],
            days_left=_days_to_decision(row, day),
            is_cancelling=row.pk in cancelling,
        )
        for row in rows
    }


def _arr_in_base_currency(accounts: Sequence[_Standing], day: date) -> dict[int, int | None]:
    """ARR by account in minor units of the installation's currency; None where no rate brings it
    there."""
    base = Installation.current().currency
    is_mixed = any(account.currency != base for account in accounts)
    rates = rates_on(day, base=base) if is_mixed else DayRates(base, day, {})
    return {account.pk: rates.convert(account.arr_minor, account.currency) for account in accounts}


def renewal_risk_of(account: Account, *, score: Decimal | None, day: date) -> RenewalRisk:
    """Of one account that pages show, from one question."""
    days_left = _days_to_decision(account, day)
    is_cancelling = bool(_accounts_with_notice([account.pk], day))
    return renewal_risk(score=score, days_left=days_left, is_cancelling=is_cancelling)


def _days_to_decision(account: Account | _Standing, day: date) -> int | None:
    decides_on = account.decides_on or account.renews_on
    return None if decides_on is None else (decides_on - day).days


def _accounts_with_notice(account_ids: Sequence[int], day: date) -> set[int]:
    """Accounts that gave notice for a contract that runs, or said lately that they would leave."""
    since = datetime.combine(day - _NOTICE_COUNTS, time(), tzinfo=Installation.current().zone)
    said = signals_since(account_ids=account_ids, kinds=[_NOTICE], since=since)
    # Uses index: contract_account
    given = Contract.objects.filter(
        AnyOf("account", account_ids), state=ContractState.ACTIVE, notice_given_on__lte=day
    )
    return {pk for (pk,) in said.values_list("account_id").union(given.values_list("account_id"))}


def _running_contracts(account_ids: Sequence[int]) -> dict[int, list[RunningContract]]:
    # Uses index: contract_account
    rows = (
        Contract.objects.filter(AnyOf("account", account_ids), state=ContractState.ACTIVE)
        .values_list("account_id", "external_id", "term_months", "subscription", "auto_renew")
        .annotate(products=ArrayAgg("lines__product", default=Value([]), filter=_HAS_PRODUCT))
        .order_by("account_id", "pk")
    )
    found: dict[int, list[RunningContract]] = defaultdict(list)
    for account_id, external_id, months, subscription, renews, products in rows:
        lines = frozenset(line for line in (subscription, *products) if line)
        found[account_id].append(RunningContract(external_id, months, lines, renews))
    return found


def _audience_keys(account_ids: Sequence[int]) -> dict[int, list[str]]:
    """Keys of the audiences that each account is in."""
    # Uses index: audience_member_of_account
    rows = AudienceMember.objects.filter(AnyOf("account", account_ids), left_on__isnull=True)
    found: dict[int, list[str]] = defaultdict(list)
    for account_id, key in rows.values_list("account_id", "audience__key"):
        found[account_id].append(key)
    return found


def _accounts_with_override(account_ids: Sequence[int], day: date) -> Iterable[int]:
    return BandOverride.objects.filter(
        AnyOf("account", account_ids),
        ended_at__isnull=True,
        starts_on__lte=day,
        expires_on__gte=day,
    ).values_list("account_id", flat=True)
