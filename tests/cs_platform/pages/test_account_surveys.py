"""The tab of an account's surveys: who was asked, who was held back and why, what was answered."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import clock
from surveys.models import FollowUp, Invitation, Survey
from tests.permission_house import build_house
from tests.surveys.answers import NOW, answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(client):
    house = build_house()
    client.force_login(house.people["csm"])
    return house


@pytest.fixture
def person(house):
    return house.accounts["own"].contacts.create(
        external_id="mira", name="Mira Stone", email="mira@acme.example", met_on=NOW.date()
    )


def tab(client, house):
    return client.get(reverse("account_surveys", args=[house.accounts["own"].external_id]))


def invited(survey, person, number, **fields):
    said = {"state": "sent", "sent_at": NOW, "expires_at": NOW, "nonce": "n"}
    return Invitation.objects.create(
        survey=survey,
        account=person.account,
        contact=person,
        key=f"k-{number}",
        moment=survey.moment,
        occasion="",
        due_at=NOW,
        planned_at=NOW - timedelta(days=number),
        **said | fields,
    )


def test_it_lists_what_was_sent_held_back_and_answered_elsewhere(client, house, person):
    survey = Survey.objects.create(
        key="nps", version=1, name="Relationship", kind="nps", moment="rhythm", created_at=NOW
    )
    asked = invited(survey, person, 1, state="answered")
    low = answer(person, 2, standing=-1, invitation=asked, comment="Exports are slow.")
    case = FollowUp.objects.create(response=low, account=low.account, collected_at=NOW, due_at=NOW)
    invited(survey, person, 2, state="held_back", reason="asked_lately", sent_at=None)
    answer(person, 9, standing=1, answered_at=NOW - timedelta(days=300), survey_key="legacy")
    page = tab(client, house)
    entries = page.context["entries"]
    assert [(e.survey, e.reason, e.response and e.response.value) for e in entries] == [
        ("Relationship", "", 2),
        ("Relationship", "Another survey asked this person lately", None),
        ("Legacy", "", 9),
    ]
    shown = page.content.decode()
    assert reverse("follow_up", args=[case.pk]) in shown
    assert "Exports are slow." in shown
    assert "Another survey asked this person lately" in shown


def test_the_whole_journey_shows_the_latest_answer_at_each_checkpoint(client, house, person):
    onboarding = {"kind": "csat", "moment": "end_of_onboarding"}
    answer(person, 2, standing=-1, answered_at=NOW - timedelta(days=90), **onboarding)
    answer(person, 5, standing=1, **onboarding)
    answer(person, 7, standing=0)
    journey = tab(client, house).context["journey"]
    assert [(point.word, point.response and point.response.value) for point in journey] == [
        ("End of onboarding", 5),
        ("First value moment", None),
        ("Before the renewal", None),
        ("After an expansion", None),
        ("NPS", 7),
    ]


def test_it_says_until_when_the_first_value_speaks_for_an_expansion(client, house, person):
    today = clock.today()
    account = house.accounts["own"]
    account.customer_since = today - timedelta(days=80)
    account.save()
    given = clock.now() - timedelta(days=2)
    said = {"kind": "csat", "moment": "first_value", "answered_at": given, "learned_at": given}
    answer(person, 5, standing=1, **said)
    page = tab(client, house)
    assert page.context["candidate"].until == today + timedelta(days=10)
    assert "CSAT 5 of 5 about the first value" in page.content.decode()
    account.customer_since = today - timedelta(days=91)
    account.save()
    assert "about the first value" not in tab(client, house).content.decode()


def test_pages_do_not_share_an_entry(client, house, person):
    for number in range(30):
        answer(person, 9, standing=1, external_id=f"x-{number}")
    address = reverse("account_surveys", args=[house.accounts["own"].external_id])
    pages = [client.get(f"{address}?page={number}").context["entries"] for number in (1, 2)]
    assert [len(page) for page in pages] == [25, 5]
    assert len({entry.response.pk for page in pages for entry in page}) == 30
