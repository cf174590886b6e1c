"""What people of accounts did: read only as far as it is asked, one query a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q

from accounts.catalogue import ActorClass
from accounts.models import BusinessEvent, Feature, OnboardingStep, UsageDay
from health.models import SourceFeed
from playbooks.triggers.behaviour import ACTIVE_DAYS, FEATURE_DAYS, Behaviour
from playbooks.triggers.rules import Conditions

# People one by one, by the bits of their days in the months; where a source says only how many
# they were, the largest count of those days.
# Uses index: accounts_usermonth_pkey, accounts_activeusersday_pkey
_ACTIVE = """
SELECT a.id, greatest(
    (SELECT count(DISTINCT m.user_key) FROM accounts_usermonth m
     WHERE m.account_id = a.id AND m.month = ANY (%(months)s) AND m.actor = %(person)s
        AND m.days & CASE m.month WHEN %(this)s THEN %(this_bits)s ELSE %(before_bits)s END <> 0),
    (SELECT max(told.users) FROM (
        SELECT sum(c.users) AS users FROM accounts_activeusersday c
        WHERE c.account_id = a.id AND c.day > %(after)s AND c.day <= %(day)s
        GROUP BY c.day) told))
FROM unnest(%(accounts)s::bigint[]) AS a (id)
"""


@dataclass(frozen=True)
class BehaviourReader:
    """Of these accounts, as far as these conditions ask. `begun` is the earliest day from which
    somebody asks for use, `day` is today."""

    account_ids: Sequence[int]
    asked: Sequence[Conditions]
    begun: date
    day: date

    def of(self, account_id: int, *, since: date) -> Behaviour:
        """`since`: the day on which the play began."""
        used = self._last_used.get(account_id)
        is_known = self._usage_comes_in
        return Behaviour(
            used_since_start=(used is not None and used >= since) if is_known else None,
            active_users=self._active_users.get(account_id, 0) if is_known else None,
            features=frozenset(self._features_used[account_id]) if is_known else None,
            events=frozenset(self._events_of_accounts[account_id]),
            onboarding_done=self._onboarding_done.get(account_id),
        )

    def _is_any_asked(self, *names: str) -> bool:
        return any(
            getattr(each, name) not in (None, frozenset()) for each in self.asked for name in names
        )

    @cached_property
    def _usage_comes_in(self) -> bool:
        """While the source of usage is silent nobody is: what people did is not known."""
        if not self._is_any_asked(*_OF_USAGE):
            return False
        feed = SourceFeed.objects.filter(source="usage", latest_day__gte=self.day - _NEWS)
        return feed.exists()

    @cached_property
    def _last_used(self) -> dict[int, date]:
        if not self._is_any_asked("used_since_start"):
            return {}
        # Uses index: accounts_usageday_pkey
        rows = UsageDay.objects.filter(
            account__in=self.account_ids,
            day__gte=self.begun,
            actor=ActorClass.PERSON.number,
            events__gt=0,
        )
        return dict(rows.values_list("account").annotate(Max("day")))

    @cached_property
    def _active_users(self) -> dict[int, int]:
        if not self._is_any_asked("active_users_at_least", "active_users_below"):
            return {}
        with connection.cursor() as cursor:
            cursor.execute(_ACTIVE, self._active_window())
            return dict(cursor.fetchall())

    def _active_window(self) -> dict[str, Any]:
        """The last seven days, as the bits of at most two months."""
        days = [self.day - timedelta(days=back) for back in range(ACTIVE_DAYS)]
        this, before = days[0].replace(day=1), days[-1].replace(day=1)
        return {
            "accounts": list(self.account_ids),
            "person": ActorClass.PERSON.number,
            "day": self.day,
            "after": self.day - timedelta(days=ACTIVE_DAYS),
            "months": [this, before],
            "this": this,
            "this_bits": sum(1 << (each.day - 1) for each in days if each >= this),
            "before_bits": sum(1 << (each.day - 1) for each in days if each < this),
        }

    @cached_property
    def _features_used(self) -> dict[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        keys = {key for each in self.asked for key in each.used_features | each.unused_features}
        if not keys:
            return found
        names = dict(Feature.objects.filter(key__in=keys).values_list("pk", "key"))
        # Uses index: accounts_usageday_pkey
        rows = UsageDay.objects.filter(
            account__in=self.account_ids,
            day__gt=self.day - timedelta(days=FEATURE_DAYS),
            feature__in=names,
            actor=ActorClass.PERSON.number,
            events__gt=0,
        )
        for account_id, feature_id in rows.values_list("account", "feature").distinct():
            found[account_id].add(names[feature_id])
        return found

    @cached_property
    def _events_of_accounts(self) -> dict[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        kinds = {kind for each in self.asked for kind in each.events | each.without_events}
        if not kinds:
            return found
        # Uses index: event_account_kind
        rows = BusinessEvent.objects.filter(account__in=self.account_ids, kind__in=kinds)
        for account_id, kind in rows.values_list("account", "kind").distinct():
            found[account_id].add(kind)
        return found

    @cached_property
    def _onboarding_done(self) -> dict[int, bool]:
        if not self._is_any_asked("onboarding_done"):
            return {}
        # Uses index: onboarding_step_once_an_account
        rows = (
            OnboardingStep.objects.filter(account__in=self.account_ids)
            .values_list("account")
            .annotate(left=Count("pk", filter=Q(done_on=None)))
        )
        return {account_id: not left for account_id, left in rows}


_OF_USAGE = (
    "used_since_start",
    "active_users_at_least",
    "active_users_below",
    "used_features",
    "unused_features",
)
# Usage of a day comes in during the night after it.
_NEWS = timedelta(days=2)


def read_behaviour(
    *, plays: Iterable[tuple[int, date]], asked: Collection[Conditions], day: date
) -> BehaviourReader:
    """`plays`: account and the day on which each began."""
    begun = list(plays)
    return BehaviourReader(
        sorted({account_id for account_id, _ in begun}),
        [each for each in asked if each.is_about_doings],
        min((since for _, since in begun), default=day),
        day,
    )
