"""What a night does, in order: the one list that beat and `manage.py nightly` run.

A night belongs to the day it closes. Each step takes a day and a shard of accounts and may be
run any number of times: what it writes is unique, so a repeat changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.loading import ensure_partitions, expire_contracts, refresh_accounts
from accounts.loading.renewals import ring_renewal_dates
from accounts.models import Account
from cs_platform.invariants import record_invariants
from health.models import SourceFeed
from health.recompute import close_day, recompute, refresh_feeds
from health.recompute.packing import pack_usage
from metrics.snapshots import take_snapshots
from playbooks.firing import advance_plays, fire_signals

SHARD_ACCOUNTS = 5_000
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Shard:
    """`day` is what is closed, `now` when that is done: days later, after an outage.

    Ids are inclusive; both None for a step that is not divided by account.
    """

    day: date
    now: datetime
    first_account_id: int | None = None
    final_account_id: int | None = None

    @property
    def next_day(self) -> date:
        """The day that is open once this one is closed."""
        return self.day + timedelta(days=1)

    def account_ids(self) -> list[int]:
        # Uses index: accounts_account_pkey
        accounts = Account.objects.filter(pk__range=(self.first_account_id, self.final_account_id))
        return list(accounts.order_by("pk").values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    run: Callable[[Shard], int]
    by_account: bool = False


def _until_nothing_is_left(work: Callable[[], int]) -> int:
    total = 0
    while done := work():
        total += done
    return total


def _partitions(shard: Shard) -> int:
    return ensure_partitions(day=shard.next_day)


def _sources(shard: Shard) -> int:
    """Which sources deliver, and since when: a source that never did lowers no score."""
    refresh_feeds()
    return SourceFeed.objects.count()


def _pack(shard: Shard) -> int:
    return pack_usage(day=shard.day)


def _score(shard: Shard) -> int:
    result = recompute(day=shard.day, account_ids=shard.account_ids(), now=shard.now)
    return result.scored + result.unscored


def _close(shard: Shard) -> int:
    return int(close_day(day=shard.day, now=shard.now))


def _contracts(shard: Shard) -> int:
    return expire_contracts(day=shard.next_day, now=shard.now)


def _accounts(shard: Shard) -> int:
    ids = shard.account_ids()
    return len(refresh_accounts(account_ids=ids, day=shard.next_day, now=shard.now))


def _renewal_dates(shard: Shard) -> int:
    return ring_renewal_dates(day=shard.next_day)


def _fire(shard: Shard) -> int:
    return _until_nothing_is_left(lambda: fire_signals(limit=BATCH, now=shard.now))


def _advance(shard: Shard) -> int:
    return advance_plays(limit=100_000, now=shard.now)


def _snapshots(shard: Shard) -> int:
    return take_snapshots(day=shard.day)


def _verify(shard: Shard) -> int:
    """Broken invariants are counted here and named on the operations page."""
    return record_invariants(day=shard.next_day, now=shard.now, everything=False).broken


STEPS = (
    Step("partitions", _partitions),
    Step("sources", _sources),
    Step("pack", _pack),
    Step("score", _score, by_account=True),
    Step("close", _close),
    # From here on the next day is open: what comes into force on it, and what that starts.
    Step("contracts", _contracts),
    Step("accounts", _accounts, by_account=True),
    Step("renewal_dates", _renewal_dates),
    Step("fire", _fire),
    Step("advance", _advance),
    Step("snapshots", _snapshots),
    Step("verify", _verify),
)
BY_NAME = {step.name: step for step in STEPS}
