"""From a moment to the customer who hears what changed: mail, answer, play, loop."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.urls import reverse

from accounts import clock
from accounts.models import Contact, User
from accounts.work import outbox
from playbooks.engine import fire_signals
from playbooks.models import Play, Task
from playbooks.publishing import install_library
from surveys.engine.deliveries import sync_deliveries
from surveys.engine.letters import write_due
from surveys.engine.signal_plans import plan_for_signals
from surveys.models import FollowUp, Invitation, Response, Survey
from surveys.publishing import install_surveys, publish
from tests.accounts.loading import account, load_raw

pytestmark = pytest.mark.django_db


def monday():
    """At ten in the morning of the last week but one: pages go by the real clock."""
    today = clock.now().replace(hour=10, minute=0, second=0, microsecond=0)
    return today - timedelta(days=7 + today.weekday())


@pytest.fixture
def csm():
    begun = monday() - timedelta(days=100)
    install_library(now=begun)
    install_surveys(now=begun)
    publish(survey=Survey.objects.get(key="first_value_csat"), by=None, now=begun)
    person = User.objects.create_user("csm@demo.example", name="Ada Quill", role="csm")
    load_raw("accounts", account("acme", owner="csm@demo.example", customer_since="2024-01-01"))
    mira = {"external_id": "p-1", "account": "acme", "name": "Mira Stone", "language": "de"}
    load_raw("contacts", mira | {"email": "mira@acme.example", "roles": ["champion"]})
    Contact.objects.update(met_on=begun.date())
    return person


def reaches_a_result():
    """On Monday; the survey about it is asked and sent by Tuesday."""
    event = {"external_id": "e-1", "account": "acme", "kind": "first_value_moment"}
    day = monday().date()
    load_raw("events", event | {"occurred_on": day.isoformat()}, day=day)
    assert plan_for_signals(limit=10, now=monday()) == 1
    send(monday() + timedelta(days=1))


def send(now):
    write_due(limit=100, now=now)
    while outbox.send_due(limit=100, now=now):
        pass
    sync_deliveries()


def link_with_score(body, score):
    (found,) = re.findall(rf"https?://\S+/s/\S+\?score={score}(?=\s|$)", body)
    return urlsplit(found)


def test_from_the_first_result_to_the_mail_that_says_what_changed(client, csm):
    reaches_a_result()
    (letter,) = mail.outbox
    assert letter.to == ["mira@acme.example"]
    assert letter.subject == "Ihr erstes Ergebnis mit My company"
    assert Invitation.objects.get().state == "sent"

    # A scanner opens every link, and nothing is recorded.
    for score in range(1, 6):
        address = link_with_score(letter.body, score)
        assert client.get(f"{address.path}?{address.query}").status_code == 200
    assert not Response.objects.exists()
    answered = client.post(link_with_score(letter.body, 2).path, {"score": "2", "comment": "Zäh."})
    assert answered.status_code == 302
    given = Response.objects.get()
    assert (given.value, given.standing, given.language) == (2, -1, "de")

    fire_signals(limit=10, now=clock.now())
    play = Play.objects.get()
    assert play.playbook_key == "checkpoint_first_value"
    assert "CSAT 2 of 5: “Zäh.”" in play.why
    assert Task.objects.filter(play=play, owner=csm).exists()

    client.force_login(csm)
    case = FollowUp.objects.get()
    assert (case.owner, case.due_at - case.collected_at) == (csm, timedelta(days=1))
    for step, said in (
        ("triage", {"criterion": "product", "owner": csm.pk}),
        ("act", {"what_changed": "Exports laufen nachts."}),
        ("tell", {"subject": "Was sich geändert hat", "body": "Exports laufen nachts."}),
    ):
        client.post(reverse(f"follow_up_{step}", args=[case.pk]), said)
    send(monday() + timedelta(days=15))
    case.refresh_from_db()
    assert case.state == "told"
    assert [each.subject for each in mail.outbox[1:]] == ["Was sich geändert hat"]
    assert mail.outbox[1].reply_to == ["csm@demo.example"]


def test_who_answers_well_is_left_in_peace_and_may_be_sold_to(client, csm):
    reaches_a_result()
    client.post(link_with_score(mail.outbox[0].body, 5).path, {"score": "5"})
    fire_signals(limit=10, now=clock.now())
    assert not Play.objects.exists()
    assert not FollowUp.objects.exists()
    kinds = Response.objects.get().account.signals.values_list("kind", flat=True)
    assert {"survey.answered", "survey.high_first_value"} <= set(kinds)
