"""What reaches the person: a click for each score, in text and as a page; no row holds a link."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import override_settings

from accounts.api.in_app import shown_message
from accounts.models import OutboxMessage
from accounts.work import outbox
from surveys.catalogue import Moment
from surveys.engine.deliveries import revoke, sync_deliveries
from surveys.engine.letters import write_due
from surveys.engine.planning import plan_day
from surveys.invitation_links import linked_invitation
from surveys.models import Invitation, SurveyBranding
from tests.surveys.engine import house
from tests.surveys.engine.house import DAY, NOW

pytestmark = pytest.mark.django_db
_HREF = re.compile(r'href="([^"]+)"')


@pytest.fixture(autouse=True)
def answer_page():
    with override_settings(BASE_URL="https://cs.example"):
        yield


def written(**fields):
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL, **fields)
    house.contract(house.customer(), DAY + timedelta(days=60))
    plan_day(day=DAY, now=NOW)
    write_due(limit=10, now=NOW)
    return Invitation.objects.get()


def sent(**fields):
    invitation = written(**fields)
    outbox.send_due(limit=10, now=NOW)
    invitation.refresh_from_db()
    (letter,) = mail.outbox
    return invitation, letter


def answered_by(links):
    """Which invitation and score each address is for."""
    found = []
    for link in links:
        place = urlsplit(link)
        if place.path.startswith("/s/"):
            found.append((linked_invitation(place.path.split("/")[2]), place.query))
    return found


def test_each_score_is_a_link_of_this_invitation_and_one_is_plain():
    invitation, letter = sent()
    own = (invitation.pk, invitation.nonce)
    expected = [(own, f"score={score}") for score in range(1, 6)] + [(own, "")]
    assert answered_by(re.findall(r"https://\S+", letter.body)) == expected
    (page, kind) = letter.alternatives[0]
    assert kind == "text/html"
    assert answered_by(_HREF.findall(page)) == expected
    assert "How satisfied are you with My company?" in letter.body
    assert "How satisfied are you with My company? 3 of 5" in page


def test_the_page_loads_nothing_and_says_its_language():
    _, letter = sent(texts={"de": house.TEXTS["de"]})
    page = letter.alternatives[0][0]
    assert '<html lang="de">' in page
    assert not re.search(r"<img|<script|<link|src=|url\(", page)


def test_names_are_escaped_in_the_page():
    SurveyBranding.objects.create(pk=1, name="<b>Tallis & Co</b>")
    _, letter = sent()
    page = letter.alternatives[0][0]
    assert "<b>Tallis" not in page
    assert "&lt;b&gt;Tallis &amp; Co&lt;/b&gt;" in page


def test_no_row_holds_what_answers():
    invitation, _ = sent()
    message = OutboxMessage.objects.get()
    assert "/s/" not in "".join((message.body, message.link, message.subject))
    sync_deliveries()
    invitation.refresh_from_db()
    assert invitation.state == "sent"


def test_a_free_survey_has_one_link():
    texts = {"en": house.TEXTS["en"] | {"question": "", "low": "", "high": ""}}
    invitation, letter = sent(kind="free", lowest=0, highest=0, texts=texts)
    links = answered_by(_HREF.findall(letter.alternatives[0][0]))
    assert links == [((invitation.pk, invitation.nonce), "")]


def test_what_was_revoked_on_its_way_is_not_sent():
    invitation = written()
    revoke([invitation.pk], reason="by mistake")
    OutboxMessage.objects.update(state="new")  # claimed in this moment
    outbox.send_due(limit=10, now=NOW)
    assert mail.outbox == []
    sync_deliveries()
    invitation.refresh_from_db()
    assert invitation.state == "revoked"


def test_in_the_product_the_link_is_made_when_it_is_shown():
    invitation = written(delivery="in_app")
    shown = shown_message(OutboxMessage.objects.get())
    links = [address for _, address in shown["body"] if address]
    assert answered_by(links) == [((invitation.pk, invitation.nonce), "")]
