"""Packed usage gives what the facts give, whatever was learned when; void packs are made again."""

import random
from datetime import timedelta

import numpy as np
import pytest

from accounts.loading.seals import learned_from, seal_usage
from accounts.models import Account, Plan, UsageDay
from health.facts import FactScope, load_base
from health.facts.features import load_catalogue
from health.facts.scope import NEVER, number
from health.facts.usage import UsageRows
from health.facts.usage_packs import in_force, sum_packs
from health.facts.usage_sums import sum_facts
from health.models import UsagePack, UsagePacking
from health.recompute.usage_packs import EVERY_DAYS, pack_usage
from tests.health import builders as make
from tests.health.builders import DAY, ago
from tests.health.test_races import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    """Plans, features of some plans, of all and of none; one becomes core within the window."""
    pro, basic = make.make_plan(), make.make_plan()
    features = [
        make.make_feature(),
        make.make_feature(plans=[pro.key]),
        make.make_feature(plans=[basic.key], valid_to=ago(-3)),
        make.make_feature(valid_from=ago(6)),
        make.make_feature(is_core=False),
    ]
    accounts = [make.make_account(plan=plan) for plan in (pro, basic, None) * 3]
    return accounts, features


def record(made, accounts, features, *, from_days_ago, until_days_ago, rows):
    """At random: some on the day itself, some late, some twice."""
    seen = set()
    for _ in range(rows):
        account, feature = made.choice(accounts), made.choice(features)
        learned = made.randint(until_days_ago, from_days_ago)
        late = made.choice([0, 0, 0, 1, 40, 130])
        key = (account.pk, ago(learned + late), feature.pk, ago(learned))
        if key not in seen:
            seen.add(key)
            UsageDay.objects.create(
                account=account, day=key[1], feature=feature, learned_on=key[3],
                events=made.choice([0, 1, 7]),
            )  # fmt: skip


def facts(*, day, way, as_known=False):
    ids = np.array(Account.objects.order_by("pk").values_list("pk", flat=True))
    scope = FactScope(ids, day, day, "UTC", as_known)
    plans = list(Plan.objects.all())
    catalogue = load_catalogue(plans)
    rows = way(scope, catalogue)
    assert rows is not None
    profiles = load_base(scope, with_history=True).profiles.on(day)
    found = UsageRows(rows, None, catalogue, 0, scope).on(day, profiles)
    # Beyond the windows it does not matter since when there was use.
    first = np.maximum(rows.first_days, number(day) - 111)
    return {"first_days": first} | {name: getattr(found, name) for name in found.__slots__}


def same(*, day, as_known=False):
    packed = facts(day=day, way=sum_packs, as_known=as_known)
    for name, values in facts(day=day, way=sum_facts, as_known=as_known).items():
        np.testing.assert_array_equal(packed[name], values, err_msg=name)
    return packed


@pytest.mark.parametrize("seed", range(4))
def test_packs_give_what_the_facts_give(company, seed):
    made = random.Random(seed)
    record(made, *company, from_days_ago=160, until_days_ago=20, rows=300)
    assert pack_usage(day=ago(19)) > 0
    record(made, *company, from_days_ago=19, until_days_ago=8, rows=100)

    found = same(day=ago(8))
    assert found["events_last_28d"].sum() > 0
    assert found["events_before_56d"].sum() > 0
    assert found["core_used_28d"].sum() > 0
    same(day=ago(8), as_known=True)
    same(day=ago(10), as_known=True)

    assert pack_usage(day=ago(7)) > 0  # rolled on
    record(made, *company, from_days_ago=7, until_days_ago=0, rows=60)
    for days in range(8):
        same(day=ago(days))


def test_a_new_account_and_one_that_fell_silent(company):
    accounts, features = company
    make.use(accounts[0], features[0], days_ago=[150, 125])
    make.use(accounts[1], features[4], days_ago=[30, 3])
    pack_usage(day=ago(5))
    make.use(make.make_account(), features[0], days_ago=[2])

    found = same(day=DAY)
    today = number(DAY)
    assert found["first_days"].tolist()[:3] == [today - 111, today - 30, NEVER]
    assert found["first_days"].tolist()[-1] == today - 2


def test_packs_are_made_once_a_week(company):
    accounts, features = company
    make.use(accounts[0], features[0], days_ago=range(60))
    assert pack_usage(day=ago(20)) == 1
    assert pack_usage(day=ago(20)) == 0
    assert pack_usage(day=ago(20 - EVERY_DAYS + 1)) == 0
    assert pack_usage(day=ago(30)) == 0
    assert pack_usage(day=ago(20 - EVERY_DAYS)) == 1
    # The generation before stays for readers that are at it still.
    assert UsagePack.objects.count() == 2
    assert pack_usage(day=ago(20 - 2 * EVERY_DAYS)) == 1
    assert UsagePack.objects.count() == 2


def test_what_an_interrupted_packing_left_is_replaced(company):
    accounts, features = company
    make.use(accounts[0], features[0], days_ago=range(60), events=2)
    pack_usage(day=ago(20))
    left = UsagePack.objects.get()
    UsagePack.objects.create(
        until=ago(11), account=accounts[0], feature_id=features[0].pk, first_day=left.first_day,
        total=0, events=bytes(480),
    )  # fmt: skip
    assert in_force().until == ago(21)
    same(day=DAY)

    pack_usage(day=ago(10))
    assert UsagePack.objects.get(until=ago(11)).total == 49 * 2
    same(day=DAY)


def test_a_broken_seal_voids_the_packs(company):
    accounts, features = company
    make.use(accounts[0], features[0], days_ago=range(60))
    pack_usage(day=ago(3))
    learned_from(DAY, backfill=True)
    make.use(accounts[0], features[0], days_ago=range(60, 100))

    assert in_force() is None
    assert pack_usage(day=ago(3)) == 1
    assert UsagePack.objects.get().total == 96
    same(day=DAY)


def test_a_feature_that_becomes_core_is_packed_at_once(company):
    accounts, features = company
    make.use(accounts[0], features[4], days_ago=range(60))
    assert pack_usage(day=ago(3)) == 0
    features[4].is_core = True
    features[4].save()

    ids = np.array([accounts[0].pk])
    catalogue = load_catalogue(list(Plan.objects.all()))
    assert sum_packs(FactScope(ids, DAY, DAY, "UTC", as_known=False), catalogue) is None
    assert pack_usage(day=ago(2)) == 1
    assert same(day=DAY)["core_used_28d"][0] == 1


def test_packs_older_than_a_month_are_left_aside(company):
    accounts, features = company
    make.use(accounts[0], features[0], days_ago=range(60))
    pack_usage(day=ago(29))
    ids = np.array([accounts[0].pk])
    catalogue = load_catalogue(list(Plan.objects.all()))
    assert sum_packs(FactScope(ids, DAY, DAY, "UTC", as_known=False), catalogue) is None
    assert sum_packs(FactScope(ids, ago(1), ago(1), "UTC", as_known=False), catalogue) is not None
    before = ago(31)
    assert sum_packs(FactScope(ids, before, before, "UTC", as_known=False), catalogue) is None


def test_nothing_to_pack():
    assert pack_usage(day=DAY) == 0
    assert UsagePacking.objects.get().until == DAY - timedelta(days=1)


@pytest.mark.django_db(transaction=True)
def test_two_packings_at_once_make_one():
    account, feature = make.make_account(), make.make_feature()
    make.use(account, feature, days_ago=range(60))
    together(lambda: pack_usage(day=DAY), lambda: pack_usage(day=DAY))

    assert UsagePack.objects.count() == 1
    assert UsagePacking.objects.get().seal_number == seal_usage(until=DAY).number
