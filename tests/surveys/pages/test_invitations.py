"""One of us asks one person, or hands over a link; what is held back says why."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import OutboxMessage, OutreachPolicy
from surveys.engine.asking_previews import asking_previews
from surveys.engine.requests import ask_by_hand
from surveys.models import Invitation, Response, SurveyPolicy
from tests.permission_house import build_house
from tests.surveys.engine.house import person, survey
from tests.surveys.invitations import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(client):
    house = build_house()
    client.force_login(house.people["csm"])
    survey("asked", "on_request", name="How was it?", since=5000)
    return house


@pytest.fixture
def mira(house):
    return person(house.accounts["own"])


def page_of(account, contact=None):
    address = reverse("survey_ask", args=[account.external_id])
    return address if contact is None else f"{address}?contact={contact.pk}"


def send(client, contact, do="ask", key="asked", account=None):
    said = {"contact": contact.pk, "survey": key, "do": do}
    return client.post(page_of(account or contact.account), said, follow=True)


def test_the_person_is_asked_and_the_account_shows_it(client, house, mira):
    page = client.get(page_of(mira.account))
    (preview,) = page.context["previews"]
    assert page.context["person"] == mira
    assert preview.due_at is not None
    answered = send(client, mira)
    row = Invitation.objects.get()
    assert (row.contact, row.state) == (mira, "planned")
    assert abs(row.due_at - preview.due_at) < timedelta(minutes=1)
    assert row.asked_by == f"user:{house.people['csm'].pk}"
    assert answered.redirect_chain[-1][0] == reverse("account_surveys", args=["acc-own"])
    assert reverse("survey_invitation", args=[row.pk]) in answered.content.decode()
    again = client.get(page_of(mira.account, mira))
    assert "Was asked for today" in again.content.decode()
    send(client, mira)
    assert Invitation.objects.count() == 1


def held_lately(mira):
    asked(mira, state="expired")


def held_by_themselves(mira):
    mira.do_not_contact = True
    mira.save()


def held_without_address(mira):
    mira.email = ""
    mira.save()


def held_by_budget(mira):
    """A mail a week is all that they may get, and this week's and next week's wait to go out."""
    OutreachPolicy.objects.update_or_create(pk=1, defaults={"per_contact": 1})
    for days in (0, 6, 12):
        OutboxMessage.objects.create(
            key=f"waiting:{days}", channel="email", account=mira.account, contact=mira,
            subject="", state="new", next_at=clock.now() + timedelta(days=days),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("hold", "reason"),
    [
        (held_lately, "asked_lately"), (held_by_themselves, "do_not_contact"),
        (held_without_address, "unreachable"), (held_by_budget, "touch_budget"),
    ],
)  # fmt: skip
def test_who_is_held_back_is_not_asked_and_the_page_says_why(client, house, mira, hold, reason):
    hold(mira)
    before = set(Invitation.objects.values_list("pk", flat=True))
    page = client.get(page_of(mira.account, mira))
    preview = next(each for each in page.context["previews"] if each.survey.key == "asked")
    assert (preview.due_at, preview.reason) == (None, reason)
    assert preview.reason_word in page.content.decode()
    assert set(Invitation.objects.values_list("pk", flat=True)) == before
    assert preview.reason_word in send(client, mira).content.decode()
    row = Invitation.objects.exclude(pk__in=before).get()
    assert (row.state, row.reason) == ("held_back", reason)


def test_a_preview_of_several_surveys_is_of_each_alone(client, house, mira):
    survey("other", "on_request", since=5000)
    previews = asking_previews(contact=mira, by=house.people["csm"], now=clock.now())
    assert [(each.survey.key, each.reason) for each in previews] == [("asked", ""), ("other", "")]


def test_what_was_settled_today_for_nobody_breaks_no_page(client, house, mira):
    """They had left, were asked for, and came back on the same day."""
    type(mira).objects.filter(pk=mira.pk).update(is_active=False, left_on=clock.today())
    ask_by_hand("asked", contact=mira, by=house.people["csm"], now=clock.now())
    type(mira).objects.filter(pk=mira.pk).update(is_active=True, left_on=None)
    page = client.get(page_of(mira.account, mira))
    assert page.context["previews"][0].settled.reason == "nobody"
    assert "Was asked for today" in page.content.decode()


def test_a_link_is_handed_over_answered_by_it_and_made_once(client, house, mira):
    page = send(client, mira, "link")
    row = Invitation.objects.get()
    link = page.context["link"]
    assert link in page.content.decode()
    assert (row.state, row.message_id) == ("sent", None)
    assert send(client, mira, "link").context["row"] == row
    path = link.removeprefix(link[: link.index("/s/")])
    assert Client().post(path, {"score": "4", "comment": "Fine"}).status_code == 302
    assert Response.objects.get().contact == mira
    shown = client.get(reverse("survey_invitation", args=[row.pk])).content.decode()
    assert "CSAT 4 of 5" in shown
    assert "Fine" in shown


def test_nobody_who_asked_to_be_left_alone_gets_a_link(client, house, mira):
    held_by_themselves(mira)
    assert 'value="link"' not in client.get(page_of(mira.account, mira)).content.decode()
    assert "there is no link either" in send(client, mira, "link").content.decode()
    assert not Invitation.objects.exists()


def test_a_revoked_link_answers_nothing_and_says_why(client, house, mira):
    page = send(client, mira, "link")
    row, link = Invitation.objects.get(), page.context["link"]
    path = link[link.index("/s/") :]
    revoke = reverse("survey_invitation_revoke", args=[row.pk])
    assert client.post(revoke, {"reason": "made up"}).context["form"].errors
    assert Client().get(path).status_code == 200
    page = client.post(revoke, {"reason": "link_spread"}, follow=True)
    assert "Revoked: Others have the link" in page.content.decode()
    assert page.context["link"] == ""
    assert Client().get(path).status_code == 410
    assert Client().post(path, {"score": "4"}).status_code == 410
    again = client.post(revoke, {"reason": "not_now"}, follow=True)
    assert "nothing was changed" in again.content.decode()
    row.refresh_from_db()
    assert (row.state, row.reason) == ("revoked", "link_spread")
    assert not Response.objects.exists()


def test_who_may_only_read_the_account_sees_no_link_and_asks_nobody(client, house):
    team = person(house.accounts["team"])
    page = client.get(page_of(team.account, team))
    assert page.context["previews"] == []
    assert "Not yours to ask" in page.content.decode()
    assert client.post(page_of(team.account), {}).status_code == 403
    client.force_login(house.people["manager"])
    made = send(client, team, "link").context["row"]
    client.force_login(house.people["csm"])
    shown = client.get(reverse("survey_invitation", args=[made.pk]))
    assert shown.context["link"] == ""
    assert "/s/" not in shown.content.decode()
    revoke = reverse("survey_invitation_revoke", args=[made.pk])
    assert client.post(revoke, {"reason": "not_now"}).status_code == 403


@pytest.mark.parametrize("contact", ["of another account", "gone", "nobody"])
def test_nobody_else_is_asked(client, house, mira, contact):
    stranger = person(house.accounts["team"])
    gone = person(mira.account, "gone", is_active=False, left_on=clock.today())
    pk = {"of another account": stranger.pk, "gone": gone.pk, "nobody": 2**62}[contact]
    said = {"contact": pk, "survey": "asked", "do": "link"}
    assert client.post(page_of(mira.account), said).status_code == 200
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("key", ["nothing", "not a key"])
def test_a_survey_that_is_not_published_asks_nobody(client, house, mira, key):
    for do in ("ask", "link"):
        send(client, mira, do, key)
    assert not Invitation.objects.exists()


def test_a_mailed_link_is_not_shown(client, house, mira):
    row = asked(mira)
    page = client.get(reverse("survey_invitation", args=[row.pk]))
    assert page.context["may_revoke"]
    assert (page.context["link"], row.nonce in page.content.decode()) == ("", False)


@pytest.mark.parametrize("more", [0, 6])
def test_pages_ask_a_fixed_number_of_questions(
    client, house, mira, more, django_assert_num_queries
):
    SurveyPolicy.objects.get_or_create(pk=1)
    row = asked(mira, state="expired")
    for number in range(more):
        person(mira.account, f"n{number}")
        survey(f"s{number}", "on_request")
    for address, queries in (
        (page_of(mira.account, mira), 16),
        (reverse("survey_invitation", args=[row.pk]), 5),
    ):
        client.get(address)
        with django_assert_num_queries(queries):
            client.get(address)
