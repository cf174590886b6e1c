"""Answers on the pages of the loop: the list, one step after the other, and who may take it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import OutboxMessage
from surveys.actions.aftermath import open_follow_up
from surveys.models import FollowUp
from surveys.queries.loop_figures import loop_steps
from tests.permission_house import build_house
from tests.surveys.answers import NOW, answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return build_house()


def low_answer(account, number=0, **fields):
    person = account.contacts.create(
        external_id=f"p-{account.pk}-{number}",
        name="Mira Stone",
        email=f"mira{number}@acme.example",
        met_on=NOW.date(),
    )
    said = {"comment": "Exports are slow.", "external_id": f"R-{account.pk}-{number}"}
    return open_follow_up(answer(person, 2, standing=-1, **said | fields), now=NOW)


@pytest.fixture
def case(house):
    return low_answer(house.accounts["own"])


@pytest.fixture
def csm(client, house):
    client.force_login(house.people["csm"])
    return house.people["csm"]


def post(client, step, case, **said):
    return client.post(reverse(f"follow_up_{step}", args=[case.pk]), said, follow=True)


def test_from_the_answer_until_the_customer_knows(client, csm, case):
    page = client.get(reverse("follow_up", args=[case.pk])).content.decode()
    assert "Exports are slow." in page
    assert "NPS 2 of 10" in page
    post(client, "triage", case, criterion="product", owner=csm.pk)
    post(client, "act", case, what_changed="Exports run at night.")
    told = reverse("follow_up", args=[case.pk])
    form = client.get(told).context["form"]
    assert "Exports run at night." in form.initial["body"]
    post(client, "tell", case, subject="What changed", body="Exports run at night.")
    case.refresh_from_db()
    assert case.state == "told"
    mail = OutboxMessage.objects.get(channel="email")
    assert (mail.subject, mail.sender) == ("What changed", csm)
    assert reverse("mail", args=[mail.pk]) in client.get(told).content.decode()


@pytest.mark.parametrize(
    ("said", "field"),
    [({}, "criterion"), ({"criterion": "weather"}, "criterion"), ({"criterion": "price"}, "owner")],
)
def test_a_step_that_lacks_something_says_what_and_changes_nothing(client, csm, case, said, field):
    answered = post(client, "triage", case, **said)
    assert answered.status_code == 200
    assert field in answered.context["form"].errors
    case.refresh_from_db()
    assert case.state == "collected"


def test_half_a_mail_is_none(client, csm, case):
    post(client, "triage", case, criterion="product", owner=csm.pk)
    post(client, "act", case, what_changed="Nothing can be.")
    assert "body" in post(client, "tell", case, subject="Hello").context["form"].errors
    assert OutboxMessage.objects.filter(channel="email").count() == 0
    post(client, "tell", case)
    case.refresh_from_db()
    assert (case.state, case.told_in) == ("told", None)


def test_of_two_who_take_a_step_the_second_hears_it(client, csm, case):
    post(client, "drop", case, reason="By mistake")
    answered = post(client, "drop", case, reason="Twice")
    assert "Somebody took this step meanwhile" in answered.content.decode()
    case.refresh_from_db()
    assert case.drop_reason == "By mistake"


def test_who_may_only_read_sees_no_step(client, house, case):
    client.force_login(house.people["executive"])
    page = client.get(reverse("follow_up", args=[case.pk]))
    assert page.status_code == 200
    assert b"<form" not in page.content.split(b"<main")[1].split(b"</main")[0]


def test_lists_are_of_what_one_may_see_by_state_and_own(client, csm, house, case):
    team = low_answer(house.accounts["team"])
    low_answer(house.accounts["other"])
    found = client.get(reverse("follow_ups")).context["found"]
    assert {row.pk for row in found} == {case.pk, team.pk}
    assert [r.pk for r in client.get("/surveys/follow-ups/?owner=me").context["found"]] == [case.pk]
    post(client, "drop", case, reason="By mistake")
    assert [r.pk for r in client.get("/surveys/follow-ups/?view=dropped").context["found"]] == [
        case.pk
    ]


def test_how_far_answers_got_and_how_long_it_took(client, csm, house):
    cases = [low_answer(house.accounts["own"], number) for number in range(4)]
    hours = timedelta(hours=1)
    FollowUp.objects.filter(pk=cases[0].pk).update(
        state="told", triaged_at=NOW + hours, acted_at=NOW + 2 * hours, told_at=NOW + 72 * hours
    )
    FollowUp.objects.filter(pk=cases[1].pk).update(state="triaged", triaged_at=NOW + 4 * hours)
    FollowUp.objects.filter(pk=cases[3].pk).update(state="dropped", dropped_at=NOW, drop_reason="x")
    FollowUp.objects.update(collected_at=NOW)

    steps = loop_steps(FollowUp.objects.all(), since=NOW - hours)
    assert [(s.state, s.reached, s.total) for s in steps] == [
        ("triaged", 2, 3), ("acted", 1, 3), ("told", 1, 3),
    ]  # fmt: skip
    assert [s.median_shown for s in steps] == ["2.5 h", "2.0 h", "3.0 days"]


@pytest.mark.parametrize("number", [1, 4])
def test_the_list_asks_a_fixed_number_of_questions(
    client, csm, house, number, django_assert_num_queries
):
    for n in range(number):
        low_answer(house.accounts["own"], n)
    client.get(reverse("follow_ups"))
    with django_assert_num_queries(7):
        client.get(reverse("follow_ups"))
