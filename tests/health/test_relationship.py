"""Relationship depth: raw values and readings worked by hand."""

from decimal import Decimal

import pytest

from accounts.models import AttributeHistory, InteractionKind
from tests.health import builders as make
from tests.health.builders import ago
from tests.health.reading import judged, raw

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def account():
    other = make.make_account()
    make.talk(other, make.make_contact(other), days_ago=700)
    return make.make_account()


def relationship(key, account, **how):
    return judged("four_inputs", key, account, **how)


def test_champions_are_active_contacts_with_the_role(account):
    make.make_contact(account, roles=["champion", "end_user"])
    make.make_contact(account, roles=["champion"])
    make.make_contact(account, roles=["blocker"])
    make.make_contact(account, roles=["champion"], left_days_ago=10)

    assert relationship("champions", account) == (2.0, Decimal("85.00"))


def test_no_contact_is_no_champion(account):
    assert relationship("champions", account) == (0.0, Decimal("0.00"))


def test_a_contact_who_left_after_the_day_is_active_on_the_day(account):
    make.make_contact(account, roles=["champion"], left_days_ago=30)

    assert raw(account, "champions", day=ago(31)) == 1
    assert raw(account, "champions", day=ago(30)) == 0
    assert raw(account, "champions_left_60d", day=ago(31)) == 0
    assert raw(account, "champions_left_60d", day=ago(30)) == 1
    assert raw(account, "champions_left_60d") == 1


def test_champions_left_sixty_days_ago_no_longer_count(account):
    make.make_contact(account, roles=["champion"], left_days_ago=60)
    make.make_contact(account, roles=["user"], left_days_ago=5)

    assert raw(account, "champions_left_60d") == 0
    assert raw(account, "champions_left_60d", day=ago(1)) == 1


def test_a_champion_by_history_counts_while_they_held_the_role(account):
    contact = make.make_contact(account, roles=["end_user"])
    periods = [("champion,end_user", 500, 100), ("end_user", 100, None)]
    for value, start, stop in periods:
        AttributeHistory.objects.create(
            account=account,
            contact=contact,
            attribute="roles",
            value=value,
            valid_from=ago(start),
            valid_to=None if stop is None else ago(stop),
            learned_at=make.at(ago(start)),
        )

    assert raw(account, "champions", day=ago(101)) == 1
    assert raw(account, "champions", day=ago(100)) == 0
    assert raw(account, "champions") == 0


def test_executive_recency_counts_from_a_vp_or_above(account):
    vp = make.make_contact(account, level="vp")
    director = make.make_contact(account, level="director")
    make.talk(account, vp, director, days_ago=90)
    make.talk(account, director, days_ago=2)

    assert relationship("days_since_executive", account) == (90.0, Decimal("85.00"))


def test_never_an_executive_is_540_days(account):
    make.talk(account, make.make_contact(account), days_ago=2)

    assert relationship("days_since_executive", account) == (540.0, Decimal("0.00"))


def test_latest_real_conversation_passes_over_support(account):
    make.talk(account, days_ago=45)
    make.talk(account, days_ago=3, kind_id="support")

    # from 30 → 85 to 60 → 55: 70
    assert relationship("days_since_conversation", account) == (45.0, Decimal("70.00"))


def test_breadth_counts_distinct_levels_of_180_days(account):
    people = [make.make_contact(account, level=level) for level in ("vp", "vp", "manager")]
    make.talk(account, *people, days_ago=179)
    make.talk(account, make.make_contact(account, level="c_level"), days_ago=180)

    assert relationship("levels_engaged_180d", account) == (2.0, Decimal("70.00"))


def test_breadth_of_a_customer_of_less_than_ninety_days_is_missing(account):
    young = make.make_account(customer_since=ago(88))  # 89 days
    make.talk(young, make.make_contact(young), days_ago=3)

    assert raw(young, "levels_engaged_180d") is None
    assert raw(young, "days_since_conversation") == 3


def test_relationship_of_an_installation_without_its_sources_is_missing(db):
    account = make.make_account()

    for key in (
        "champions",
        "champions_left_60d",
        "days_since_executive",
        "days_since_conversation",
        "levels_engaged_180d",
        "commercial_conversations_90d",
    ):
        assert raw(account, key) is None


def test_a_kind_of_ones_own_is_a_conversation_once_its_row_says_so(account):
    InteractionKind.objects.create(key="site_visit", name="Site visit")
    make.talk(account, days_ago=45)
    make.talk(account, days_ago=3, kind_id="site_visit")
    assert raw(account, "days_since_conversation") == 45

    InteractionKind.objects.update(is_conversation=True)
    assert raw(account, "days_since_conversation") == 3
