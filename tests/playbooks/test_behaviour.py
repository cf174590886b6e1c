"""A branch asks what people of the account did, from facts as they come in."""

from datetime import date, timedelta

import pytest

from accounts.models import (
    ActiveUsersDay,
    BusinessEvent,
    BusinessEventKind,
    Feature,
    OnboardingStep,
    UsageDay,
    UserMonth,
)
from health.models import SourceFeed
from playbooks.library.definition_reader import PlaybookError
from playbooks.queries.behaviour import read_behaviour
from playbooks.triggers.rules import Conditions
from tests.playbooks.conftest import NOW, fire
from tests.playbooks.test_step_kinds import CALL, published, results, started, step

TODAY = NOW.date()
REPORTS = Conditions(used_features=frozenset({"reports"}))


def days_ago(days):
    return TODAY - timedelta(days=days)


@pytest.fixture
def reports(db):
    SourceFeed.objects.create(source="usage", first_day=days_ago(90), latest_day=days_ago(1))
    return Feature.objects.create(key="reports", name="Reports", valid_from=days_ago(900))


def used(account, feature, day, *, events=3, actor=0):
    UsageDay.objects.create(
        account=account, day=day, feature=feature, actor=actor, learned_on=day, events=events
    )


def behaviour(account, *asked, since=TODAY):
    found = read_behaviour(plays=[(account.pk, since)], asked=asked, day=TODAY)
    return found.of(account.pk, since=since)


@pytest.mark.parametrize(("ago", "has"), [(4, False), (3, True), (1, True)])
def test_use_counts_from_the_day_on_which_the_play_began(house, reports, ago, has):
    account = house.account()
    used(account, reports, days_ago(ago))
    asked = Conditions(used_since_start=True)
    assert behaviour(account, asked, since=days_ago(3)).used_since_start is has


def test_a_machine_and_a_corrected_zero_are_nobody(house, reports):
    account = house.account()
    used(account, reports, days_ago(1), actor=1)
    used(account, reports, days_ago(2), events=0)
    assert behaviour(account, Conditions(used_since_start=True), since=days_ago(3)) == behaviour(
        house.account("other"), Conditions(used_since_start=True), since=days_ago(3)
    )


def test_while_usage_does_not_come_in_nobody_is_silent(house, reports):
    account = house.account()
    SourceFeed.objects.update(latest_day=days_ago(3))
    found = behaviour(account, REPORTS, Conditions(used_since_start=False, active_users_below=2))
    assert (found.used_since_start, found.active_users, found.features) == (None, None, None)


@pytest.mark.parametrize(("ago", "has"), [(30, False), (29, True)])
def test_a_feature_counts_for_thirty_days(house, reports, ago, has):
    account = house.account()
    used(account, reports, days_ago(ago))
    assert behaviour(account, REPORTS).features == frozenset({"reports"} if has else ())


def test_people_are_counted_over_seven_days_across_a_month(house, reports):
    account = house.account()
    # The 3rd of March: six days of it and of February before.
    day = date(2025, 3, 3)
    february, march = date(2025, 2, 1), date(2025, 3, 1)
    for user, month, on in (
        ("ann", march, 3),
        ("ann", february, 26),
        ("bo", february, 25),  # the seventh day
        ("cy", february, 24),  # the eighth
        ("di", march, 4),  # tomorrow
    ):
        UserMonth.objects.create(
            account=account, month=month, user_key=user, days=1 << (on - 1), actor=0
        )
    SourceFeed.objects.update(latest_day=day)
    asked = Conditions(active_users_at_least=1)
    found = read_behaviour(plays=[(account.pk, day)], asked=[asked], day=day)
    assert found.of(account.pk, since=day).active_users == 2

    # A source that does not say who: the largest of its days.
    ActiveUsersDay.objects.create(
        account=account, day=date(2025, 2, 25), learned_on=date(2025, 2, 25), users=5
    )
    ActiveUsersDay.objects.create(
        account=account, day=date(2025, 2, 24), learned_on=date(2025, 2, 24), users=9
    )
    found = read_behaviour(plays=[(account.pk, day)], asked=[asked], day=day)
    assert found.of(account.pk, since=day).active_users == 5


def test_an_onboarding_is_done_with_its_last_step(house):
    account, asked = house.account(), Conditions(onboarding_done=True)
    assert behaviour(account, asked).onboarding_done is None
    made = {"due_on": TODAY, "learned_at": NOW}
    OnboardingStep.objects.create(account=account, key="a", name="A", done_on=TODAY, **made)
    left = OnboardingStep.objects.create(account=account, key="b", name="B", **made)
    assert behaviour(account, asked).onboarding_done is False
    left.done_on = TODAY
    left.save()
    assert behaviour(account, asked).onboarding_done is True


def test_events_are_those_that_were_asked_for(house):
    account = house.account()
    for key in ("first_value_moment", "funding"):
        BusinessEvent.objects.create(
            account=account,
            external_id=key,
            kind=BusinessEventKind.objects.get(key=key),
            occurred_on=days_ago(400),
            learned_at=NOW,
        )
    asked = Conditions(without_events=frozenset({"first_value_moment"}))
    assert behaviour(account, asked).events == frozenset({"first_value_moment"})


def test_what_nobody_asks_is_not_read(house, django_assert_num_queries):
    account = house.account()
    with django_assert_num_queries(0):
        assert behaviour(account, Conditions(segments=frozenset({"smb"}))).active_users is None


@pytest.mark.parametrize(("has_used", "ending"), [(True, "other"), (False, "fits")])
def test_a_branch_parts_those_who_came_from_those_who_did_not(house, reports, has_used, ending):
    account = house.account("acme")
    if has_used:
        used(account, reports, TODAY)
    published(step("silent", "branch", **{"if": {"used_since_start": False}}), CALL)
    house.rings(account, "event.champion_left")
    fire()
    assert results() == [("silent", ending)]


def test_a_feature_that_is_not_there_is_refused_when_it_is_published(house):
    with pytest.raises(PlaybookError, match="“dashboards” is no feature"):
        started(house, step("fork", "branch", **{"if": {"used_features": ["dashboards"]}}), CALL)
