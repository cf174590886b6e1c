"""Core features by a rule: what is proposed, counted by hand, and what a person takes of it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.catalogue import ActorClass, Role
from accounts.models import Account, DirtyAccount, Feature, Installation, User
from health.queries.core_features import CoreRule, features_by_use
from tests.health import builders as make
from tests.health.builders import DAY
from tests.page_house import sign_in

pytestmark = pytest.mark.django_db
LAST = DAY


def use_weeks(account, feature, *weeks, **rest):
    """On the last day of each of these weeks, 0 the latest."""
    make.use(account, feature, days_ago=[7 * week for week in weeks], **rest)


@pytest.fixture
def catalogue():
    return {
        key: make.make_feature(key=key, name=key.title(), is_core=False, **rest)
        for key, rest in {
            "reports": {},
            "exports": {},
            "beta": {"plans": ["premium"]},
            "gone": {"valid_to": LAST},
        }.items()
    }


@pytest.fixture
def company(catalogue):
    """Four accounts that use something, one of them on the premium plan, and one that is silent."""
    premium = make.make_plan(key="premium")
    people = [make.make_account(segment="smb", plan=premium if n == 0 else None) for n in range(4)]
    make.make_account(segment="smb")
    for account in people:
        use_weeks(account, catalogue["reports"], 0, 1, 2, 3, 4, 5)  # 6 of 12 weeks
        use_weeks(account, catalogue["gone"], *range(12))
    use_weeks(people[0], catalogue["exports"], *range(12))
    use_weeks(people[1], catalogue["exports"], *range(5))  # too few
    use_weeks(people[2], catalogue["exports"], *range(12), actor=ActorClass.AGENT)
    use_weeks(people[0], catalogue["beta"], *range(6))
    use_weeks(people[3], catalogue["beta"], 12, 13)  # before the window, not in the plan
    return people


def shares(rule):
    found = features_by_use(rule, last=LAST)
    return {each.key: (each.used_by, each.accounts, each.is_proposed) for each in found}


def test_a_feature_is_used_by_those_who_used_it_in_enough_weeks(company):
    assert shares(CoreRule(weeks_percent=50, accounts_percent=30)) == {
        "reports": (4, 4, True),
        "beta": (1, 1, True),  # of those who have it in their plan
        "exports": (1, 4, False),  # 25 %
    }
    assert shares(CoreRule(weeks_percent=50, accounts_percent=25))["exports"] == (1, 4, True)
    assert shares(CoreRule(weeks_percent=51))["reports"] == (0, 4, False)  # 7 of 12 weeks
    assert shares(CoreRule(weeks_percent=40))["exports"] == (2, 4, True)  # 5 of 12


def test_a_rule_of_a_segment_asks_its_accounts_alone(company, catalogue):
    large = make.make_account(
        segment="smb", segment_override="enterprise", override_reason="Told us"
    )
    use_weeks(large, catalogue["exports"], *range(12))
    found = shares(CoreRule(segment="enterprise"))
    assert (found["exports"], found["reports"]) == ((1, 1, True), (0, 1, False))
    assert shares(CoreRule(segment="smb"))["exports"] == (1, 4, False)


@pytest.fixture
def ops(client):
    Installation.objects.update_or_create(pk=1, defaults={"as_of": DAY + timedelta(days=1)})
    person = User.objects.create_user("ops@acme.example", password="x", role=Role.OPS)
    sign_in(client, person)
    return client


def test_what_is_ticked_is_core_and_every_account_is_scored_again(ops, company, catalogue):
    page = ops.get(reverse("core_features"))
    assert [f.key for f in page.context["features"] if f.is_proposed] == ["reports", "beta"]
    DirtyAccount.objects.all().delete()
    take = reverse("core_features_take")
    ops.post(take, {"shown": ["reports", "beta", "exports"], "core": ["reports", "gone"]})
    assert list(Feature.objects.filter(is_core=True).values_list("key", flat=True)) == ["reports"]
    assert DirtyAccount.objects.count() == Account.objects.count()
    # What the page did not show stays as it is.
    ops.post(take, {"shown": ["exports"], "core": []})
    assert list(Feature.objects.filter(is_core=True).values_list("key", flat=True)) == ["reports"]


@pytest.mark.parametrize("said", ["0", "101", "many", ""])
def test_a_rule_that_cannot_be_read_says_so_beside_its_field(ops, company, said):
    page = ops.get(reverse("core_features"), {"weeks_percent": said})
    assert page.status_code == 200
    assert page.context["form"].errors["weeks_percent"]


def test_without_features_the_page_says_where_they_come_from(ops):
    page = ops.get(reverse("core_features"))
    assert "No feature is known yet" in page.content.decode()


def test_the_page_asks_a_fixed_number_of_questions(ops, company, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        ops.get(reverse("core_features"))
