"""What firing reads, one set-based query a question, for any set of accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Count, Max, Q, QuerySet, Value

from accounts.calendar import BusinessCalendar
from accounts.catalogue import AccountStatus, ContractState, SignalKind, StartingEvent
from accounts.models import (
    Account,
    AudienceMember,
    Contract,
    Installation,
    Signal,
    SignalDelivery,
)
from accounts.money.currencies import major
from accounts.money.rates import DayRates
from accounts.queries.rates import rates_on
from health.models import BandOverride, CurrentHealth
from playbooks.due_dates import Offset, Unit, due_at
from playbooks.models import Play, Playbook, PlaybookStep, PlayStart
from playbooks.triggers.renewal_risk import RenewalRisk, renewal_risk
from playbooks.triggers.rules import AccountState, OpenPlay, Rule, RunningContract
from playbooks.triggers.vocabulary import EscalationKind, PlayOutcome, PlayState, StartResult

# A notice that names no contract: what came of it is known after so long.
_NOTICE_COUNTS = timedelta(days=90)
_NOTICE = f"{SignalKind.BUSINESS_EVENT}.{StartingEvent.CANCELLATION_NOTICE}"
_HAS_PRODUCT = Q(lines__product__isnull=False)


class _PresentHealth(NamedTuple):
    score: Decimal | None
    band: str


# What is read of an account: of five hundred in a batch each column that nobody asks for costs.
_STANDING = (
    "segment",
    "segment_override",
    "touch_tier",
    "touch_tier_override",
    "stage",
    "tags",
    "status",
    "currency",
    "arr_minor",
    "renews_on",
    "decides_on",
    "plan__key",
)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What the engine needs of an account beside its state."""

    id: int
    external_id: str
    name: str
    owner_id: int | None
    pool_id: int | None
    renews_on: date | None


def business_calendar() -> BusinessCalendar:
    return Installation.current().business_calendar()


def lock_accounts(account_ids: Iterable[int]) -> list[int]:
    """Those that no other worker holds, locked until the transaction ends."""
    accounts = Account.objects.filter(pk__in=set(account_ids)).order_by("pk")
    locked = accounts.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return list(locked.values_list("pk", flat=True))


def lock_caps() -> None:
    """One transaction at a time counts today's plays and opens more within a cap."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('playbooks caps'))")


def published_rules() -> list[Rule]:
    published = Playbook.objects.filter(state=Playbook.State.PUBLISHED)
    return [playbook.rule() for playbook in published.order_by("key")]


def rules_of(playbook_ids: Iterable[int]) -> dict[int, Rule]:
    """By playbook, whatever its state: a running play keeps the version it started with."""
    playbooks = Playbook.objects.filter(pk__in=set(playbook_ids))
    return {playbook.pk: playbook.rule() for playbook in playbooks}


def steps_of(playbook_ids: Iterable[int]) -> dict[int, list[PlaybookStep]]:
    """In order of position, by playbook."""
    found: dict[int, list[PlaybookStep]] = defaultdict(list)
    steps = PlaybookStep.objects.filter(playbook_id__in=set(playbook_ids))
    for step in steps.order_by("playbook_id", "position"):
        found[step.playbook_id].append(step)
    return found


def account_rows(account_ids: Iterable[int]) -> dict[int, AccountRow]:
    columns = [name for name in AccountRow.__dataclass_fields__ if name != "id"]
    rows = Account.objects.filter(pk__in=set(account_ids)).values_list("pk", *columns)
    return {row[0]: AccountRow(*row) for row in rows}


def profiles(account_ids: Iterable[int]) -> dict[int, AccountState]:
    """As far as columns of the accounts tell: cheap, before `account_states` are read of those that
    fit."""
    columns = ("segment_override", "segment", "touch_tier_override", "touch_tier", "stage", "tags")
    rows = Account.objects.filter(pk__in=set(account_ids)).values_list("pk", *columns)
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
    *, account_ids: Sequence[int], csms: dict[int, int | None], day: date
) -> dict[int, AccountState]:
    """How each account stands on `day`; `csms` says who answers for it."""
    health = _present_health(account_ids)
    overridden = set(_accounts_with_override(account_ids, day))
    plays, ended, queued = (
        _open_plays(account_ids),
        _latest_play_ends(account_ids),
        _queued_playbook_keys(account_ids),
    )
    contracts, cancelling = _running_contracts(account_ids), _accounts_with_notice(account_ids, day)
    accounts = list(
        Account.objects.filter(pk__in=account_ids).select_related("plan").only(*_STANDING)
    )
    audiences = _audience_keys(account_ids)
    base = Installation.current().currency
    worth = _arr_in_base_currency(accounts, day)
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
            score=health[row.pk].score,
            band=health[row.pk].band,
            open_plays=tuple(plays[row.pk]),
            queued=frozenset(queued[row.pk]),
            ended=tuple(ended[row.pk]),
            plan=row.plan.key if row.plan else "",
            arr=None if (arr := worth[row.pk]) is None else major(arr, base),
            contracts=tuple(contracts[row.pk]),
            renewal_risk=renewal_risk(
                score=health[row.pk].score,
                days_left=_days_to_decision(row, day),
                is_cancelling=row.pk in cancelling,
            ),
            audiences=frozenset(audiences[row.pk]),
        )
        for row in accounts
    }


def _present_health(account_ids: Sequence[int]) -> dict[int, _PresentHealth]:
    """Of each account, also of those that were never judged."""
    rows = CurrentHealth.objects.filter(account__in=account_ids)
    found = dict.fromkeys(account_ids, _PresentHealth(None, ""))
    for account_id, score, band in rows.values_list("account", "score", "band"):
        found[account_id] = _PresentHealth(score, band)
    return found


def _arr_in_base_currency(accounts: Sequence[Account], day: date) -> dict[int, int | None]:
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


def _days_to_decision(account: Account, day: date) -> int | None:
    decides_on = account.decides_on or account.renews_on
    return None if decides_on is None else (decides_on - day).days


def _accounts_with_notice(account_ids: Sequence[int], day: date) -> set[int]:
    """Accounts that gave notice for a contract that runs, or said lately that they would leave."""
    since = datetime.combine(day - _NOTICE_COUNTS, time(), tzinfo=Installation.current().zone)
    said = _signals_since(account_ids=account_ids, kinds=[_NOTICE], since=since)
    # Uses index: contract_account
    given = Contract.objects.filter(
        account_id__in=account_ids, state=ContractState.ACTIVE, notice_given_on__lte=day
    )
    return {pk for (pk,) in said.values_list("account_id").union(given.values_list("account_id"))}


def _running_contracts(account_ids: Sequence[int]) -> dict[int, list[RunningContract]]:
    # Uses index: contract_account
    rows = (
        Contract.objects.filter(account_id__in=account_ids, state=ContractState.ACTIVE)
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
    rows = AudienceMember.objects.filter(account_id__in=account_ids, left_on__isnull=True)
    found: dict[int, list[str]] = defaultdict(list)
    for account_id, key in rows.values_list("account_id", "audience__key"):
        found[account_id].append(key)
    return found


def daily_budget() -> int | None:
    """How many plays may open for one CSM on one day, over all playbooks; None: any number."""
    return Installation.current().plays_per_csm_day


def opened_on(day: date) -> dict[tuple[int | None, str], int]:
    """Plays opened on that day by CSM and playbook, as the cap counts them."""
    # Uses index: play_cap
    rows = (
        Play.objects.filter(opened_day=day)
        .values_list("csm_id", "playbook_key")
        .annotate(plays=Count("pk"))
    )
    return {(csm_id, key): plays for csm_id, key, plays in rows}


def recent_signals(
    *, account_ids: Sequence[int], kinds: Sequence[str], since: datetime
) -> dict[int, list[tuple[str, datetime]]]:
    """(kind, occurred at) by account."""
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    rows = _signals_since(account_ids=account_ids, kinds=kinds, since=since)
    for account_id, kind, occurred_at in rows.values_list("account_id", "kind", "occurred_at"):
        found[account_id].append((kind, occurred_at))
    return found


def _signals_since(
    *, account_ids: Sequence[int], kinds: Sequence[str], since: datetime
) -> QuerySet[Signal]:
    # Uses index: signal_once
    return Signal.objects.filter(account_id__in=account_ids, kind__in=kinds, occurred_at__gte=since)


def signals_received(
    *, account_ids: Collection[int], kinds: Collection[str]
) -> dict[int, list[tuple[str, datetime]]]:
    """(kind, when the playbooks dealt with it) by account; history that was imported is left out.

    Uses index: signal_once
    """
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    rows = Signal.objects.filter(
        account_id__in=account_ids,
        kind__in=kinds,
        deliveries__consumer="playbooks",
        deliveries__outcome=SignalDelivery.Outcome.HANDLED,
    ).values_list("account_id", "kind", "deliveries__handled_at")
    for account_id, kind, handled_at in rows:
        found[account_id].append((kind, handled_at))
    return found


def _accounts_with_override(account_ids: Sequence[int], day: date) -> Iterable[int]:
    return BandOverride.objects.filter(
        Q(ended_at__isnull=True),
        account_id__in=account_ids,
        starts_on__lte=day,
        expires_on__gte=day,
    ).values_list("account_id", flat=True)


class RunningPlay(NamedTuple):
    account_id: int
    playbook_id: int
    looked_at: datetime | None
    ends_on: dict[str, Any]


def running_plays(account_ids: Sequence[int]) -> list[RunningPlay]:
    """The open plays of these accounts, as far as firing asks before it reads more."""
    # Uses index: play_open
    plays = Play.objects.filter(account_id__in=account_ids, state=PlayState.OPEN)
    return [RunningPlay(*row) for row in plays.values_list(*RunningPlay._fields)]


def _open_plays(account_ids: Sequence[int]) -> dict[int, list[OpenPlay]]:
    # Uses index: play_open
    found: dict[int, list[OpenPlay]] = defaultdict(list)
    plays = Play.objects.filter(account_id__in=account_ids, state=PlayState.OPEN)
    for account_id, key, family, severity in plays.values_list(
        "account_id", "playbook_key", "family", "severity"
    ):
        found[account_id].append(OpenPlay(key, family, severity))
    return found


def _latest_play_ends(account_ids: Sequence[int]) -> dict[int, list[tuple[str, datetime]]]:
    """A superseded play was cut short by a severer one: it begins no cooldown."""
    # Uses index: play_latest_end or play_of_account
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    rows: Any = (
        Play.objects.filter(account_id__in=account_ids, state=PlayState.CLOSED)
        .exclude(outcome=PlayOutcome.SUPERSEDED)
        .values_list("account_id", "playbook_key")
        .annotate(latest=Max("closed_at"))
    )
    for account_id, key, latest in rows:
        found[account_id].append((key, latest))
    return found


def _queued_playbook_keys(account_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    starts = PlayStart.objects.filter(account_id__in=account_ids, result=StartResult.QUEUED)
    for account_id, key in starts.values_list("account_id", "playbook_key"):
        found[account_id].append(key)
    return found


def longest_window(rules: Iterable[Rule]) -> timedelta:
    """How far back the escalations of these playbooks look for signals."""
    days = [escalation.within_days for rule in rules for escalation in rule.escalations]
    return timedelta(days=max(days, default=0))


def silence_ends(*, rule: Rule, since: datetime, calendar: BusinessCalendar) -> datetime | None:
    """When nobody having answered draws a person in; None where the playbook has no such rule."""
    waits = [e.business_days for e in rule.escalations if e.kind is EscalationKind.NO_RESPONSE]
    if not waits:
        return None
    offset = Offset(24 * min(waits), Unit.HOURS)
    return due_at(anchor=since, offset=offset, calendar=calendar)
