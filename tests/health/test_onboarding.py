"""The first 90 days: raw values and readings worked by hand."""

from decimal import Decimal

import pytest

from accounts.models import Contract
from tests.health import builders as make
from tests.health.builders import ago
from tests.health.reading import judged, raw

pytestmark = pytest.mark.usefixtures("library")
# Without a contact, what this measure counts are the days since the start.
DAYS_SINCE_START = "days_since_contact_in_onboarding"


@pytest.fixture
def account():
    """20 days into its contract; everybody else delivers from every source."""
    other, feature = make.make_account(), make.make_feature()
    make.use(other, feature, days_ago=[300])
    make.be_active(other, "zed", days_ago=[300])
    make.talk(other, days_ago=300)
    make.happen(other, "new_use_case", days_ago=300)
    plan = make.make_plan(first_value_days=14)
    account = make.make_account(stage="onboarding", customer_since=ago(20), plan=plan, seats=8)
    make.sign(account, days_ago=20)
    return account


def onboarding(key, account, **how):
    return judged("onboarding", key, account, **how)


def test_steps_done_against_due(account):
    make.add_step(account, due_days_ago=10, done_days_ago=12)
    make.add_step(account, due_days_ago=5)
    make.add_step(account, due_days_ago=-5, done_days_ago=1)  # not due yet

    # 1 of the 2 due → 40; 6 days ago one was due and done
    assert onboarding("onboarding_steps_done", account) == (0.5, Decimal("40.00"))
    assert raw(account, "onboarding_steps_done", day=ago(6)) == 1


def test_steps_count_from_the_day_the_first_is_due(account):
    """Nobody is born with all steps done."""
    make.add_step(account, due_days_ago=2)

    assert raw(account, "onboarding_steps_done", day=ago(3)) is None
    assert raw(account, "onboarding_steps_done", day=ago(2)) == 0


def test_steps_of_an_account_without_steps_are_missing(account):
    assert raw(account, "onboarding_steps_done") is None


def test_users_who_logged_in_since_the_contract_began(account):
    make.be_active(account, "ada", days_ago=[19, 3])
    make.be_active(account, "bo", days_ago=[20])
    make.be_active(account, "trial", days_ago=[21, 25])

    # 2 ÷ 8 = 0.25: 40 + 0.05 ÷ 0.3 × 35 = 45.83
    assert onboarding("users_logged_in_since_start", account) == (0.25, Decimal("45.83"))
    assert raw(account, "users_logged_in_since_start", day=ago(20)) == 0.125


def test_nobody_logged_in_yet_is_zero(account):
    assert onboarding("users_logged_in_since_start", account) == (0.0, Decimal("0.00"))


def test_first_core_features_since_the_contract_began(account):
    second, third = make.make_feature(), make.make_feature()  # three core features in all
    make.make_feature()
    make.use(account, second, days_ago=[20, 1])
    make.use(account, third, days_ago=[21])

    # 1 of 4 → 40
    assert onboarding("core_features_since_start", account) == (0.25, Decimal("40.00"))


def test_contact_counts_from_the_start_until_there_is_one(account):
    assert onboarding("days_since_contact_in_onboarding", account)[0] == 20
    make.talk(account, days_ago=14, kind_id="onboarding")
    make.talk(account, days_ago=1, kind_id="support")

    assert onboarding("days_since_contact_in_onboarding", account) == (14.0, Decimal("100.00"))


def test_first_value_is_late_from_its_due_day_until_it_comes(account):
    # due on day 14, now day 20: 6 days late; from 0 → 100 to 7 → 70: 74.29
    assert onboarding("first_value_days_late", account) == (6.0, Decimal("74.29"))
    assert raw(account, "first_value_days_late", day=ago(7)) is None  # day 13
    assert raw(account, "first_value_days_late", day=ago(6)) == 0

    make.happen(account, "first_value_moment", days_ago=4)
    # came on day 16: 2 days late for ever; 100 − 2 ÷ 7 × 30 = 91.43
    assert onboarding("first_value_days_late", account) == (2.0, Decimal("91.43"))


@pytest.mark.parametrize("first_days_ago", [100, 300])
def test_a_second_contract_beside_the_first_does_not_begin_again(account, first_days_ago):
    make.sign(account, days_ago=first_days_ago)  # what began 20 days ago is an add-on

    assert raw(account, DAYS_SINCE_START) == first_days_ago


def test_who_signs_again_before_the_grace_is_over_never_left(account):
    first = make.sign(account, days_ago=385 + 30)  # ended 50 days ago, 30 days before the next
    assert raw(account, DAYS_SINCE_START) == 385 + 30

    for changes in ({"ends_on": ago(51)}, {"ends_on": ago(50), "state": "cancelled"}):
        Contract.objects.filter(pk=first.pk).update(**changes)
        assert raw(account, DAYS_SINCE_START) == 20


def test_a_renewal_never_begins_again_and_a_return_after_a_gap_does(account):
    make.talk(make.make_account(), days_ago=1_000)  # conversations are delivered by then
    lapsed = make.sign(account, days_ago=2_000, state="expired")
    back = make.sign(account, days_ago=900)
    make.sign(account, days_ago=400, renews=back.external_id)  # signed 135 days after the end
    make.sign(account, days_ago=390, ends_on=ago(385))  # ended long before the renewal does

    assert lapsed.ends_on < back.starts_on
    assert raw(account, DAYS_SINCE_START) == 900
    assert raw(account, DAYS_SINCE_START, day=ago(901)) == 2_000 - 901


def test_without_a_contract_nothing_has_begun(account):
    bare = make.make_account(stage="onboarding")

    for key in (
        "users_logged_in_since_start",
        "core_features_since_start",
        "days_since_contact_in_onboarding",
        "first_value_days_late",
    ):
        assert raw(bare, key) is None


def test_a_relationship_under_an_open_ended_contract_began_when_that_did(account):
    earlier = make.make_account(stage="onboarding", customer_since=ago(900))
    make.sign(earlier, days_ago=900, ends_on=None)
    make.sign(earlier, days_ago=20)

    assert raw(account, DAYS_SINCE_START) == 20
    assert raw(earlier, DAYS_SINCE_START) == 900
