"""A step of a play and one of us ask for a survey under the rules of all; a link goes by hand."""

from datetime import timedelta

import pytest

from accounts.models import User
from surveys.catalogue import Moment
from surveys.engine.planning import plan_day
from surveys.engine.requests import (
    NoSurveyInForceError,
    SurveyRequest,
    ask_by_hand,
    make_link,
    request_survey,
)
from surveys.models import Invitation
from tests.surveys.engine import house
from tests.surveys.engine.house import DAY, NOW, asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return User.objects.create_user("csm@demo.example", name="Ada Quill", role="csm")


def asks(account, occasion="play:1:2", **fields):
    return SurveyRequest(account.pk, occasion=occasion, asked_by=occasion, **fields)


def test_a_request_is_planned_once_and_says_the_same_again():
    house.survey("asked", Moment.ON_REQUEST)
    request = asks(house.customer())
    for _ in range(2):
        answer = request_survey("asked", [request], now=NOW)[request]
        assert (answer.planned, dict(answer.held_back)) == (1, {})
    row = Invitation.objects.get()
    assert (row.moment, row.occasion, row.asked_by) == ("on_request", "play:1:2", "play:1:2")


def test_a_request_does_not_wait_and_is_no_rhythm():
    house.survey("nps", Moment.RHYTHM, kind="nps", recipients="everybody", delay_hours=48)
    request_survey("nps", [asks(house.customer(people=2))], now=NOW)
    rows = Invitation.objects.order_by("pk")
    assert {(row.moment, row.due_at) for row in rows} == {("on_request", NOW)}
    assert rows.count() == 2


def test_a_checkpoint_that_is_asked_for_keeps_its_moment():
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    request_survey("renewal_csat", [asks(house.customer())], now=NOW)
    assert Invitation.objects.get().moment == "before_renewal"


def test_a_request_keeps_the_rules():
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    house.survey("asked", Moment.ON_REQUEST)
    account = house.customer()
    house.contract(account, DAY + timedelta(days=60))
    plan_day(day=DAY, now=NOW)
    request = asks(account)
    answer = request_survey("asked", [request], now=NOW)[request]
    assert (answer.planned, dict(answer.held_back)) == (0, {"asked_lately": 1})
    assert answer.in_words() == "0 people are asked; asked lately: 1"


def test_nobody_to_ask():
    house.survey("asked", Moment.ON_REQUEST)
    request = asks(house.customer(people=0))
    answer = request_survey("asked", [request], now=NOW)[request]
    assert (answer.planned, dict(answer.held_back)) == (0, {"nobody": 1})


def test_a_survey_that_is_not_in_force_is_not_asked():
    house.survey("asked", Moment.ON_REQUEST, state="draft", published_at=None)
    with pytest.raises(NoSurveyInForceError):
        request_survey("asked", [asks(house.customer())], now=NOW)


def test_one_of_us_asks_one_person(by):
    house.survey("asked", Moment.ON_REQUEST)
    account = house.customer(people=3)
    last = account.contacts.order_by("pk").last()
    for _ in range(2):
        assert ask_by_hand("asked", contact=last, by=by, now=NOW).planned == 1
    assert asked() == [("asked", "P2", "planned")]


def test_a_link_by_hand_has_no_message_and_counts(by):
    survey = house.survey("asked", Moment.ON_REQUEST)
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    account = house.customer(language="de")
    invitation = make_link("asked", contact=account.contacts.get(), by=by, now=NOW)
    assert (invitation.state, invitation.language) == ("sent", "de")
    assert invitation.expires_at == NOW + timedelta(days=survey.expires_days)
    assert house.messages() == []
    house.contract(account, DAY + timedelta(days=60))
    plan_day(day=DAY, now=NOW)
    assert ("renewal_csat", "P0", "asked_lately") in asked()


def test_a_link_that_waits_for_an_answer_is_given_again(by):
    house.survey("asked", Moment.ON_REQUEST)
    contact = house.customer().contacts.get()
    made = make_link("asked", contact=contact, by=by, now=NOW)
    assert make_link("asked", contact=contact, by=by, now=NOW + timedelta(days=3)) == made
    late = make_link("asked", contact=contact, by=by, now=NOW + timedelta(days=31))
    assert late != made
    Invitation.objects.filter(pk=late.pk).update(state="answered")
    assert make_link("asked", contact=contact, by=by, now=NOW + timedelta(days=32)) != late
