"""An account that no rule gives a scorecard any more keeps no old score, and says why."""

from datetime import timedelta

import pytest

from accounts.models import Account, Signal
from health.models import CurrentHealth, HealthScore, ThresholdCrossing
from health.queries.rules import RuleContent
from health.queries.unscored import why_unscored
from health.recompute import recompute, score_history
from tests.cards import put_rules_in_force, rules_from_before
from tests.health import builders as make
from tests.health.builders import DAY, NOW, ago

pytestmark = pytest.mark.usefixtures("library")
NOBODY = [RuleContent("onboarding", stage="onboarding")]
EVERYBODY = [RuleContent("four_inputs")]
NEXT, NEXT_NOW = DAY + timedelta(days=1), NOW + timedelta(days=1)


@pytest.fixture
def account():
    """Uses the product every day, and had Four inputs yesterday."""
    account = make.make_account()
    make.use(account, make.make_feature(), days_ago=range(125), events=10)
    make.be_active(account, "ada", days_ago=range(60))
    make.open_ticket(account, days_ago=200, solved_days_ago=199)
    make.move_arr(account, 30_000, days_ago=500)
    make.talk(account, days_ago=400)
    make.make_contact(account)
    recompute(day=DAY, now=NOW)
    assert account.health.score
    return account


def causes(account):
    rows = ThresholdCrossing.objects.filter(account=account, subject="score", kind="band")
    return list(rows.order_by("day", "seq").values_list("cause", "to_band"))


def test_its_score_goes_with_its_rule_and_nothing_starts(account):
    before = account.health.band
    Signal.objects.all().delete()
    rules_from_before(NOBODY, now=NOW)
    recompute(day=NEXT, now=NEXT_NOW)
    now = CurrentHealth.objects.get(pk=account.pk)

    assert (now.day, now.score, now.band, now.lacks_rule) == (NEXT, None, "unscored", True)
    assert (now.at_risk, now.last_band) == (False, before)
    assert HealthScore.objects.get(account=account, day=NEXT).score is None
    assert causes(account)[-1] == ("unscored", "unscored")
    assert not Signal.objects.exists()

    recompute(day=NEXT, now=NEXT_NOW)
    assert len(causes(account)) == 2  # written once


def test_it_is_told_apart_from_who_lacks_data(account):
    bare = make.make_account(stage="onboarding", customer_since=ago(300))
    rules_from_before(NOBODY, now=NOW)
    recompute(day=NEXT, now=NEXT_NOW)
    found = why_unscored(Account.objects.all())

    assert (found.accounts, found.active, found.without_rule) == (2, 2, 1)
    assert [(gap.name, gap.accounts) for gap in found.cards] == [("Onboarding", 1)]
    assert not CurrentHealth.objects.get(pk=bare.pk).lacks_rule


def test_it_comes_back_with_a_rule(account):
    rules_from_before(NOBODY, now=NOW)
    recompute(day=NEXT, now=NEXT_NOW)
    put_rules_in_force(EVERYBODY, now=NEXT_NOW)
    recompute(day=NEXT, now=NEXT_NOW)
    now = CurrentHealth.objects.get(pk=account.pk)

    assert (now.lacks_rule, now.band) == (False, account.health.band)
    assert causes(account)[-1] == ("scored", account.health.band)
    assert why_unscored(Account.objects.all()) is None


def test_who_was_never_judged_stays_so():
    account = make.make_account()
    rules_from_before(NOBODY, now=NOW)
    recompute(day=DAY, now=NOW)

    assert not CurrentHealth.objects.filter(pk=account.pk).exists()
    assert why_unscored(Account.objects.all()).waiting == 1


def test_a_block_of_days_says_what_nights_said(account):
    rules_from_before(NOBODY, now=NOW)
    for n in (1, 2):
        recompute(day=DAY + timedelta(days=n), now=NOW + timedelta(days=n))
    told = HealthScore.objects.filter(day__gt=DAY).order_by("day").values_list("day", "band")
    nights = list(told)
    later = NOW + timedelta(days=3)
    days = [DAY + timedelta(days=n) for n in (1, 2)]
    score_history(days=days, account_ids=[account.pk], now=later)

    assert list(told) == nights == [(day, "unscored") for day in days]
