"""What a night does, in order: the one list that beat and `manage.py nightly` run.

A night belongs to the day it closes. Each step takes a day and a shard of accounts and may be
run any number of times: what it writes is unique, so a repeat changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max

from accounts import clock
from accounts.loading import ensure_partitions, refresh_accounts, renew_and_expire
from accounts.models import Account, Installation
from cs_platform.scheduling.invariants import record_invariants
from health.models import ClosedDay, SourceFeed
from health.recompute import close_day, recompute, refresh_feeds, spread_day
from health.recompute.audiences import refresh_audiences
from health.recompute.departures import emit_departures
from health.recompute.readiness import emit_takeovers, is_look_day, look_at_readiness
from health.recompute.usage_packs import pack_usage
from metrics.snapshots import take_snapshots
from metrics.snapshots.forecasts import keep_forecast
from playbooks.engine import (
    advance_plays,
    alert_unworked_queue,
    emit_moments,
    fire_signals,
    hand_back_tasks,
    reassign_function_tasks,
)
from surveys.engine.deliveries import sync_deliveries
from surveys.engine.planning import plan_day
from surveys.engine.score_drops import tell_of_drops

SHARD_ACCOUNTS = 5_000
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Shard:
    """`day` is what is closed, `now` when that is done: days later, after an outage.

    `next_day` is the day that is open once this one is closed. Ids are inclusive; both None for a
    step that is not divided by account.
    """

    day: date
    next_day: date
    now: datetime
    first_account_id: int | None = None
    final_account_id: int | None = None

    def account_ids(self) -> list[int]:
        # Uses index: accounts_account_pkey
        accounts = Account.objects.filter(pk__range=(self.first_account_id, self.final_account_id))
        return list(accounts.order_by("pk").values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Step:
    """`is_about_the_day`: all it writes belongs to the day, so it is run for a past day as well.

    The others bring the present forward by a day: run for a past one, they would turn it back.
    """

    name: str
    run: Callable[[Shard], int]
    by_account: bool = False
    is_about_the_day: bool = False


def day_after(day: date) -> date:
    """The day that is open once this one is closed; never beyond the one an installation is
    frozen on."""
    following = day + timedelta(days=1)
    as_of = Installation.current().as_of
    return min(following, as_of) if as_of else following


def open_day() -> date:
    """The first day that is not closed, whichever is run again; today before the first night."""
    latest: date | None = ClosedDay.objects.aggregate(day=Max("day"))["day"]
    return clock.today() if latest is None else day_after(latest)


def is_past(day: date) -> bool:
    """Whether the present is of a later day than the one that follows: nothing of it may be turned
    back by a night of `day`."""
    as_of = Installation.current().as_of
    if as_of is not None:
        return day < as_of - timedelta(days=1)
    return ClosedDay.objects.filter(day__gt=day).exists()


def steps_for(day: date) -> list[tuple[int, Step]]:
    """The steps of a night of `day` with their positions; of a past day, those about the day."""
    past = is_past(day)
    return [
        (position, step) for position, step in enumerate(STEPS) if step.is_about_the_day or not past
    ]


def _until_nothing_is_left(work: Callable[[], int]) -> int:
    total = 0
    while done := work():
        total += done
    return total


def _make_partitions(shard: Shard) -> int:
    return ensure_partitions(day=shard.next_day)


def _refresh_sources(shard: Shard) -> int:
    """Which sources deliver, and since when: a source that never did lowers no score."""
    refresh_feeds()
    return SourceFeed.objects.count()


def _pack_usage_of_day(shard: Shard) -> int:
    return pack_usage(day=shard.day)


def _score_shard(shard: Shard) -> int:
    result = recompute(day=shard.day, account_ids=shard.account_ids(), now=shard.now)
    return result.scored + result.unscored


def _close_and_spread_day(shard: Shard) -> int:
    closed = close_day(day=shard.day, now=shard.now)
    spread_day(day=shard.day, now=shard.now)
    return int(closed)


def _emit_departures(shard: Shard) -> int:
    return emit_departures(day=shard.day)


def _look_at_readiness(shard: Shard) -> int:
    """Once a week."""
    if not is_look_day(shard.day):
        return 0
    return look_at_readiness(day=shard.day, account_ids=shard.account_ids(), now=shard.now)


def _emit_takeovers(shard: Shard) -> int:
    """Once a week."""
    return emit_takeovers(day=shard.day) if is_look_day(shard.day) else 0


def _renew_contracts(shard: Shard) -> int:
    return renew_and_expire(day=shard.next_day, now=shard.now)


def _refresh_shard_accounts(shard: Shard) -> int:
    ids = shard.account_ids()
    return len(refresh_accounts(account_ids=ids, day=shard.next_day, now=shard.now))


def _refresh_audiences_of_day(shard: Shard) -> int:
    return refresh_audiences(day=shard.next_day, now=shard.now)


def _emit_due_moments(shard: Shard) -> int:
    return emit_moments(closed=shard.day, day=shard.next_day)


def _reassign_tasks(shard: Shard) -> int:
    day, now = shard.next_day, shard.now
    return reassign_function_tasks(day=day, now=now) + hand_back_tasks(day=day, now=now)


def _fire_all_signals(shard: Shard) -> int:
    return _until_nothing_is_left(lambda: fire_signals(limit=BATCH, now=shard.now))


def _advance_all_plays(shard: Shard) -> int:
    return advance_plays(limit=100_000, now=shard.now)


def _plan_surveys(shard: Shard) -> int:
    sync_deliveries(is_whole=True)
    return plan_day(day=shard.next_day, now=shard.now).total


def _tell_of_survey_drops(shard: Shard) -> int:
    return tell_of_drops(now=shard.now)


def _write_snapshots(shard: Shard) -> int:
    return take_snapshots(day=shard.day)


def _store_forecast(shard: Shard) -> int:
    return keep_forecast(day=shard.day, now=shard.now)


def _verify_invariants(shard: Shard) -> int:
    """Broken invariants are counted here and named on the operations page."""
    return record_invariants(day=open_day(), now=shard.now, everything=False).broken


def _alert_on_queue(shard: Shard) -> int:
    return alert_unworked_queue(day=shard.next_day, now=shard.now)


STEPS = (
    Step("partitions", _make_partitions),
    Step("sources", _refresh_sources),
    Step("pack", _pack_usage_of_day),
    Step("score", _score_shard, by_account=True, is_about_the_day=True),
    Step("close", _close_and_spread_day, is_about_the_day=True),
    Step("departures", _emit_departures),
    Step("takeovers", _emit_takeovers),
    # After the scores, and before what its signals start.
    Step("readiness", _look_at_readiness, by_account=True, is_about_the_day=True),
    # From here on the next day is open: what comes into force on it, and what that starts.
    Step("contracts", _renew_contracts),
    Step("accounts", _refresh_shard_accounts, by_account=True),
    # Before the moments, which tell playbooks who came and left.
    Step("audiences", _refresh_audiences_of_day),
    Step("moments", _emit_due_moments),
    # Before plays give more work to the teams of the day.
    Step("hand_on", _reassign_tasks),
    Step("fire", _fire_all_signals),
    Step("advance", _advance_all_plays),
    Step("queue", _alert_on_queue),
    # After plays, whose mail goes before what is asked by itself.
    Step("surveys", _plan_surveys),
    Step("survey_drops", _tell_of_survey_drops),
    Step("snapshots", _write_snapshots),
    # Of the night itself alone: a forecast made later would know what came of it.
    Step("forecast", _store_forecast),
    Step("verify", _verify_invariants, is_about_the_day=True),
)
BY_NAME = {step.name: step for step in STEPS}
