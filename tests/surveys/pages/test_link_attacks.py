"""What somebody tries who has no link, another's, an old one, or means ill with their own."""

import json
import secrets
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail, signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import clock
from accounts.models import Account, Contact, Installation, OutboxMessage
from accounts.unsubscribe_links import unsubscribe_path
from accounts.work import outbox
from surveys.engine.deliveries import revoke
from surveys.engine.letters import write_due
from surveys.invitation_links import survey_token
from surveys.models import FollowUp, Invitation, Response, SurveyBranding
from tests.permission_house import build_house, everything_stored
from tests.surveys.engine.house import TEXTS, customer
from tests.surveys.invitations import FURTHER, FURTHER_TEXTS, asked, link_of, nps

pytestmark = pytest.mark.django_db
EVIL = '<script>alert(1)</script><img src=x onerror=alert(1)> {{ 7|add:"7" }} =cmd()'


def token_of(invitation) -> str:
    return survey_token(invitation.pk, invitation.nonce)


def address(token: str, route: str = "survey_answer") -> str:
    return reverse(route, args=[token])


def refused(client, token: str, *, before, closed: bytes) -> None:
    """Opened, answered and stopped by it: one page for all, and not a row changes."""
    for route in ("survey_answer", "survey_stop"):
        for page in (
            client.get(address(token, route)),
            client.post(address(token, route), {"score": "7", "comment": "by a stranger"}),
        ):
            assert page.status_code == 410
            assert page.content == closed
    assert everything_stored() == before


@pytest.fixture
def closed(client) -> bytes:
    return client.get("/s/nothing/").content


def test_guesses_are_refused_alike_and_never_reach_an_invitation(
    client, closed, django_assert_max_num_queries
):
    """Without the key a guess has 1 in 2²⁵⁶: nothing is counted, and nothing is looked up."""
    asked()
    before = everything_stored()
    guesses = [secrets.token_urlsafe(size) for size in (1, 22, 64, 2_000)]
    guesses += [":".join(secrets.token_urlsafe(9) for _ in range(3)) for _ in range(20)]
    guesses += [f".{secrets.token_urlsafe(40)}:1xYPss:{secrets.token_urlsafe(32)}", "a" * 8000]
    for guess in guesses:
        with django_assert_max_num_queries(2) as asked_for:
            page = client.get(f"/s/{guess}/")
        if page.status_code != 404:  # of no address at all
            assert (page.status_code, page.content) == (410, closed)
        assert not any("surveys_invitation" in each["sql"] for each in asked_for)
    assert everything_stored() == before


def test_signatures_for_other_ends_open_nothing(client, closed):
    invitation = asked()
    before = everything_stored()
    told = [invitation.pk, invitation.nonce]
    others = [
        signing.dumps(told),
        signing.dumps(told, salt="unsubscribe"),
        unsubscribe_path(invitation.pk).split("/")[2],
        signing.dumps([str(invitation.pk), invitation.nonce], salt="survey invitation"),
        signing.dumps([invitation.pk, None], salt="survey invitation"),
        signing.dumps({"id": invitation.pk}, salt="survey invitation"),
        signing.dumps(told, salt="survey invitation", key="another installation's key"),
        signing.dumps([2**70, invitation.nonce], salt="survey invitation"),
    ]
    for token in others:
        refused(client, token, before=before, closed=closed)


def test_parts_of_two_links_make_no_third(client, closed):
    about = nps()
    mine = token_of(asked(customer("mine").contacts.get(), about=about)).split(":")
    other = token_of(asked(customer("other").contacts.get(), about=about)).split(":")
    before = everything_stored()
    assert len(mine) == len(other) == 3
    for taken in range(1, 7):
        mixed = [other[place] if taken >> place & 1 else mine[place] for place in range(3)]
        if mixed not in (mine, other):
            refused(client, ":".join(mixed), before=before, closed=closed)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.integers(0, 300), letter=st.sampled_from("abcXYZ019-_=."))
def test_a_changed_letter_anywhere_opens_nothing(client, closed, place, letter):
    invitation = Invitation.objects.first() or asked()
    token = token_of(invitation)
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        assert client.get(address(changed)).content == closed
        assert client.post(address(changed), {"score": "7"}).status_code == 410
        assert not Response.objects.exists()


def test_what_was_captured_can_be_sent_again_and_changes_nothing(client):
    link = link_of(asked())
    said = {"score": "2", "comment": "As it was"}
    client.post(link, said)
    before = everything_stored()
    for _again in range(3):
        assert Client().post(link, said).status_code == 302
    assert everything_stored() == before


@pytest.mark.parametrize("ended", ["expired", "revoked", "withdrawn"])
def test_an_answer_that_was_given_stays_when_its_link_is_sent_again_too_late(client, ended):
    invitation = asked()
    link = link_of(invitation)
    client.post(link, {"score": "2", "comment": "As it was"})
    if ended == "expired":
        Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    elif ended == "revoked":
        revoke([invitation.pk], reason="by mistake")
    else:
        Contact.objects.update(erased_at=clock.now())
    before = everything_stored()
    assert client.post(link, {"score": "10", "comment": "Another"}).status_code == 410
    assert b"As it was" not in client.get(link).content
    assert everything_stored() == before
    assert Response.objects.get().value == 2


@pytest.mark.django_db(transaction=True)
def test_posts_that_race_make_one_answer_one_follow_up_and_one_notice():
    link = link_of(asked())
    start, codes = Barrier(6), []

    def send(score):
        try:
            start.wait()
            codes.append(Client().post(link, {"score": score, "comment": score}).status_code)
        finally:
            connection.close()

    senders = [Thread(target=send, args=(str(score),)) for score in (0, 1, 2, 3, 4, 5)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert codes == [302] * 6
    found = Response.objects.get()
    assert found.comment == str(found.value)
    assert FollowUp.objects.count() == 1
    assert OutboxMessage.objects.filter(key__startswith="answer:").count() <= 1
    assert Invitation.objects.get().state == "answered"


def with_choices():
    return nps(further=FURTHER, texts={"en": TEXTS["en"] | {"further": FURTHER_TEXTS}})


@pytest.mark.parametrize(
    "said",
    [
        {"score": "7", "further_area": "99"},
        {"score": "7", "further_area": "1 OR 1=1"},
        {"score": "7", "further_area": "²"},
        {"score": "7.0"},
        {"score": "+7"},
        {"score": "07"},
    ],
)
def test_choices_that_are_not_offered_are_refused(client, said):
    link = link_of(asked(about=with_choices()))
    before = everything_stored()
    page = client.post(link, said)
    assert page.status_code == 400
    assert everything_stored() == before


def test_what_was_not_asked_is_not_kept(client):
    link = link_of(asked(about=with_choices()))
    more = {"further_other": "x", "standing": "1", "account": "1", "answered_at": "2001-01-01"}
    client.post(link, {"score": "2", "further_wish": "Boards"} | more)
    found = Response.objects.get()
    assert (found.further, found.standing) == ({"wish": "Boards"}, -1)
    assert found.answered_at.year > 2001


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (json.dumps({"score": 7}), "application/json"),
        ("<score>7</score>", "text/xml"),
        ("score=7", "text/plain"),
        ("", "application/x-www-form-urlencoded"),
    ],
)
def test_other_bodies_are_no_answer(client, body, kind):
    link = link_of(asked())
    assert client.post(link, body, content_type=kind).status_code == 400
    assert not Response.objects.exists()


def test_a_file_is_no_score(client):
    link = link_of(asked())
    page = client.post(link, {"score": SimpleUploadedFile("7", b"7"), "comment": "words"})
    assert page.status_code == 400
    assert not Response.objects.exists()


@pytest.mark.parametrize("size", [2_000_000, 3_000_000, 20_000_000])
def test_megabytes_are_refused_with_a_page(client, size):
    link = link_of(asked())
    before = everything_stored()
    page = client.post(link, {"score": "7", "comment": "x" * size})
    assert page.status_code in (400, 413)
    assert everything_stored() == before


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_do_nothing(client, method):
    link = link_of(asked())
    before = everything_stored()
    assert getattr(client, method)(link).status_code == 405
    assert everything_stored() == before


def test_names_add_no_header_to_a_mail(client):
    evil = "Tallis\r\nBcc: thief@evil.example\r\n\r\nHello"
    SurveyBranding.objects.create(pk=1, name=evil)
    Installation.objects.update_or_create(pk=1, defaults={"name": evil})
    invitation = asked(state="planned", due_at=clock.now(), sent_at=None, nonce="")
    Account.objects.update(name=evil)
    Contact.objects.update(name=evil)
    write_due(limit=1, now=clock.now())
    outbox.send_due(limit=1, now=OutboxMessage.objects.get().next_at)
    (letter,) = mail.outbox
    head = letter.message().as_string().partition("\n\n")[0]
    assert "\nBcc:" not in head
    assert letter.recipients() == [invitation.contact.email]


@pytest.mark.parametrize("who", ["csm", "manager", "ops"])
def test_markup_in_an_answer_is_text_on_every_page_that_shows_it(client, who):
    house = build_house()
    account = house.accounts["own"]
    person = account.contacts.create(
        external_id="m", name=EVIL, email="m@x.example", met_on=clock.today()
    )
    about = with_choices()
    for _ in range(12):
        invitation = asked(person, about=about)
        client.post(link_of(invitation), {"score": "2", "comment": EVIL, "further_wish": EVIL})
    assert FollowUp.objects.count() == 12
    client.force_login(house.people[who])
    found = [
        reverse("account_surveys", args=[account.external_id]),
        reverse("follow_ups"),
        reverse("follow_up", args=[FollowUp.objects.first().pk]),
        "/surveys/",
        f"/surveys/{about.key}/",
        f"/surveys/{about.key}/answers/",
        reverse("account", args=[account.external_id]),
        "/notifications/",
    ]
    said = 0
    for page in found:
        answer = client.get(page)
        text = answer.content.decode()
        assert answer.status_code == 200, page
        assert "<script>alert" not in text, page
        assert "<img src=x" not in text, page
        said += "&lt;img src=x onerror" in text
    assert said >= 3
