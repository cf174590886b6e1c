"""Each person is asked once about a moment, within the rules; others have a row that says why."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import (
    Installation,
    OnboardingStep,
    OutboxMessage,
    OutreachPolicy,
    SuppressedAddress,
    Ticket,
    Touch,
)
from accounts.work.outreach import suppress
from surveys.catalogue import Moment
from surveys.engine.planning import plan_accounts, plan_day
from surveys.engine.signal_plans import oldest_waiting, plan_for_signals
from surveys.models import Invitation, SurveyPolicy
from tests.emitting import emitted
from tests.surveys.engine import house
from tests.surveys.engine.house import DAY, NOW, asked

pytestmark = pytest.mark.django_db


def planned(day=DAY, now=NOW):
    counted = plan_day(day=day, now=now)
    return counted.planned, counted.held_back


def renewing(name="acme", **fields):
    account = house.customer(name, **fields)
    house.contract(account, DAY + timedelta(days=60))
    return account


def test_a_moment_is_planned_once_however_often_the_night_is_run():
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    renewing()
    assert planned() == (1, 0)
    assert planned() == (0, 0)
    # The week after still looks back at it.
    assert planned(DAY + timedelta(days=6)) == (0, 0)
    assert asked() == [("renewal_csat", "P0", "planned")]


def test_what_is_learned_within_seven_days_still_asks_and_later_nobody_is():
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    house.contract(house.customer("late"), DAY + timedelta(days=53))
    house.contract(house.customer("history"), DAY + timedelta(days=52))
    assert planned() == (1, 0)
    assert Invitation.objects.get().account.external_id == "late"


def test_another_closest_person_is_not_asked_about_the_same_moment():
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    account = renewing()
    planned()
    house.person(account, "champion", roles=["champion"])
    assert planned(DAY + timedelta(days=1)) == (0, 0)


@pytest.mark.parametrize(
    ("recipients", "names"),
    [
        ("closest", ["Champion"]),
        ("deciders", ["Buyer", "Sponsor"]),
        ("everybody", ["Buyer", "Champion", "P0", "Sponsor"]),
    ],
)
def test_whom_a_survey_asks(recipients, names):
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL, recipients=recipients)
    account = renewing()
    house.person(account, "champion", roles=["champion"])
    house.person(account, "buyer", roles=["economic_buyer"])
    house.person(account, "sponsor", roles=["executive_sponsor", "influencer"])
    house.person(account, "left", is_active=False, left_on=DAY)
    planned()
    assert sorted(name for _, name, _ in asked()) == names


def test_without_a_decider_the_closest_is_asked():
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL, recipients="deciders")
    house.person(renewing(), "champion", roles=["champion"])
    planned()
    assert asked() == [("renewal_csat", "Champion", "planned")]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"do_not_contact": True}, "do_not_contact"),
        ({"email": ""}, "unreachable"),
    ],
)
def test_who_may_not_be_asked_is_held_back_and_says_why(columns, reason):
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    house.person(renewing(people=0), **columns)
    assert planned() == (0, 1)
    assert asked() == [("renewal_csat", "Mira", reason)]


def test_an_address_that_came_back_is_not_asked_but_in_the_product_they_are():
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    house.survey("expansion_csat", Moment.BEFORE_RENEWAL, delivery="in_app", delay_hours=0)
    contact = house.person(renewing(people=0))
    suppress(contact.email, reason=SuppressedAddress.Reason.BOUNCED, now=NOW)
    planned()
    assert sorted(asked()) == [
        ("expansion_csat", "Mira", "planned"),
        ("renewal_csat", "Mira", "unreachable"),
    ]


def test_without_consent_where_the_survey_needs_it():
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL, needs_consent=True)
    account = renewing()
    agreed = house.customer("agreed", people=2)
    house.contract(agreed, DAY + timedelta(days=60))
    agreed.contacts.filter(name="P1").update(consent_at=NOW)
    planned()
    assert sorted(asked()) == [
        ("renewal_csat", "P0", "no_consent"),
        ("renewal_csat", "P1", "planned"),
    ]
    assert account.pk in Invitation.objects.filter(state="held_back").values_list(
        "account", flat=True
    )


def test_an_account_without_people_is_counted():
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    renewing(people=0)
    assert planned() == (0, 1)
    assert asked() == [("renewal_csat", "", "nobody")]
    assert planned() == (0, 0)


def test_one_trigger_one_survey():
    house.survey("a_csat", Moment.AFTER_EVENT, event_kind="incident")
    house.survey("b_ces", Moment.AFTER_EVENT, kind="ces", event_kind="incident")
    account = house.customer()
    house.event(account, "incident")
    plan_accounts([account.pk], day=DAY, now=NOW)
    assert sorted(reason for _, _, reason in asked()) == ["planned", "same_moment"]


def test_nobody_is_asked_twice_in_thirty_days_and_the_checkpoint_comes_first():
    house.survey("nps", Moment.RHYTHM, kind="nps", recipients="everybody")
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    account = renewing(customer_since=DAY - timedelta(days=40), people=0)
    house.person(account)
    # Some day of the first spread, which all of them have passed by now.
    assert planned(DAY + timedelta(days=4))[1] <= 1
    assert ("renewal_csat", "Mira", "planned") in asked()
    assert ("nps", "Mira", "planned") not in asked()


def test_the_cap_of_an_account_holds_in_whatever_batch():
    SurveyPolicy.objects.create(pk=1, per_account=3)
    OutreachPolicy.objects.create(pk=1, per_account=50)
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL, recipients="everybody")
    renewing(people=5)
    assert planned() == (3, 2)
    assert [reason for _, _, reason in asked()].count("account_cap") == 2


def test_no_nps_after_a_bad_ticket():
    house.survey("nps", Moment.RHYTHM, kind="nps", recipients="everybody")
    SurveyPolicy.objects.create(pk=1, bad_ticket_days=30)
    account = house.customer(customer_since=DAY - timedelta(days=30))
    Ticket.objects.create(
        account=account, external_id="t", opened_at=NOW, category="how_to",
        severity="urgent",
    )  # fmt: skip
    for ahead in range(14):
        plan_day(day=DAY + timedelta(days=ahead), now=NOW + timedelta(days=ahead))
    assert [reason for _, _, reason in asked()] == ["bad_ticket"]


def touch(account, contact, at, number):
    message = OutboxMessage.objects.create(
        key=f"told:{number}:{contact.pk}", channel="email", account=account, contact=contact,
        subject="", state="sent", sent_at=at, next_at=at,
    )  # fmt: skip
    Touch.objects.create(message=message, account=account, contact=contact, at=at)


def test_where_the_touch_budget_has_no_room_it_goes_when_there_is():
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    account = renewing()
    contact = account.contacts.get()
    for number in range(2):
        touch(account, contact, NOW - timedelta(days=3, hours=number), number)
    assert planned() == (1, 0)
    assert Invitation.objects.get().due_at == NOW - timedelta(days=3, hours=1) + timedelta(days=7)


def test_what_could_not_go_within_its_time_is_held_back():
    OutreachPolicy.objects.create(pk=1, per_contact=2, per_account=2)
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL, recipients="everybody")
    renewing(people=3)
    assert planned() == (2, 1)
    assert [reason for _, _, reason in asked()].count("touch_budget") == 1


def test_it_is_due_in_the_hours_of_the_customer():
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    renewing(time_zone="America/New_York")
    planned()
    assert Invitation.objects.get().due_at.isoformat() == "2025-03-10T12:00:00+00:00"


def test_the_onboarding_is_asked_about_24_to_48_hours_later():
    house.survey("onboarding_csat", Moment.END_OF_ONBOARDING, delay_hours=24)
    account = house.customer()
    done = DAY - timedelta(days=1)
    OnboardingStep.objects.create(account=account, key="s", name="S", due_on=done, done_on=done)
    planned(now=NOW.replace(hour=0, minute=15))
    # Done between 8:00 and 18:00 of the day before yesterday's morning.
    due = Invitation.objects.get().due_at
    assert due == (NOW + timedelta(days=1)).replace(hour=8)


def test_an_event_is_asked_about_as_soon_as_it_is_learned():
    house.survey("first_value_csat", Moment.FIRST_VALUE)
    account = house.customer()
    house.event(account, "first_value_moment")
    emitted(account, "event.first_value_moment", key="e0", at=NOW - timedelta(hours=9))
    assert oldest_waiting() is not None
    assert plan_for_signals(limit=10, now=NOW) == 1
    assert oldest_waiting() is None
    assert asked() == [("first_value_csat", "P0", "planned")]
    assert Invitation.objects.get().due_at == NOW


def test_an_old_event_asks_nobody():
    house.survey("first_value_csat", Moment.FIRST_VALUE)
    account = house.customer()
    eight = timedelta(days=8)
    house.event(account, "first_value_moment", DAY - eight)
    emitted(account, "event.first_value_moment", key="e0", at=NOW - eight)
    plan_for_signals(limit=10, now=NOW)
    assert asked() == []
    assert oldest_waiting() is None


@pytest.mark.django_db(transaction=True)
def test_two_who_plan_at_once_ask_each_person_once_and_keep_the_cap():
    Installation.current().save()
    SurveyPolicy.objects.create(pk=1, per_account=4)
    OutreachPolicy.objects.create(pk=1, per_account=50)
    for number in range(3):
        house.survey(f"s{number}", Moment.BEFORE_RENEWAL, recipients="everybody")
    for number in range(8):
        renewing(f"a{number}", people=6)
    begin = threading.Barrier(3)

    def work():
        begin.wait()
        plan_day(day=DAY, now=NOW)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    rows = Invitation.objects.filter(state="planned")
    assert rows.count() == 8 * 4
    assert rows.values("contact").distinct().count() == 8 * 4
