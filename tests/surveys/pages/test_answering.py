"""The public pages: what opening and sending record, what dead links say, and what is refused."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import Installation, OutboxMessage, SuppressedAddress
from accounts.work.outreach import suppression_of
from surveys.invitation_links import new_nonce, survey_token
from surveys.models import FollowUp, Invitation, Response, SurveyBranding
from tests.permission_house import everything_stored
from tests.surveys.engine.house import TEXTS, customer, survey
from tests.surveys.invitations import FURTHER, FURTHER_TEXTS, asked, link_of, nps

pytestmark = pytest.mark.django_db


def words(page) -> str:
    return page.content.decode()


def with_further():
    texts = {code: text | {"further": FURTHER_TEXTS} for code, text in TEXTS.items()}
    return nps(further=FURTHER, texts=texts)


@pytest.mark.parametrize("query", ["", "?score=7", "?score=7&lang=de", "?change=1"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_a_link_records_nothing(client, query, method):
    link = link_of(asked())
    before = everything_stored()
    page = getattr(client, method)(link + query, headers={"Purpose": "prefetch"})
    assert page.status_code == 200
    assert everything_stored() == before
    assert not page.cookies


def test_the_score_of_the_link_is_only_chosen(client):
    page = words(client.get(link_of(asked()) + "?score=7"))
    assert re.findall(r'value="(\d+)" checked', page) == ["7"]
    assert "checked" not in words(client.get(link_of(Invitation.objects.get()) + "?score=77"))


def test_from_the_link_to_thanks_and_a_changed_answer(client):
    invitation = asked(about=with_further())
    link = link_of(invitation)
    said = {"score": "3", "comment": "Exports are slow.\r\nVery.", "further_area": "2"}
    page = client.post(link, said | {"further_wish": "Boards", "may_call": "1"}, follow=True)
    assert page.status_code == 200
    assert "Thank you, your answer is with us." in words(page)
    found = Response.objects.get()
    assert (found.value, found.standing, found.comment) == (3, -1, "Exports are slow.\nVery.")
    assert (found.further, found.may_call) == ({"area": 2, "wish": "Boards"}, True)
    assert (found.external_id, found.contact) == (str(invitation.pk), invitation.contact)
    assert found.source_id == "surveys"
    assert found.completed_at
    assert found.changed_at is None
    invitation.refresh_from_db()
    assert invitation.state == "answered"
    assert FollowUp.objects.get().response == found

    form = words(client.get(link + "?change=1"))
    assert "Exports are slow." in form
    assert re.findall(r'name="score" value="(\d+)" checked', form) == ["3"]
    client.post(link, {"score": "9", "comment": "Better now."})
    again = Response.objects.get()
    assert (again.pk, again.value, again.standing, again.comment) == (found.pk, 9, 1, "Better now.")
    assert again.answered_at == found.answered_at
    assert again.changed_at
    assert again.changed_at >= found.answered_at
    assert (again.further, again.may_call) == ({}, False)


def test_a_score_alone_is_an_answer_and_the_rest_may_be_declined(client):
    link = link_of(asked())
    page = words(client.post(link, {"score": "9"}, follow=True))
    found = Response.objects.get()
    assert (found.value, found.completed_at) == (9, None)
    assert "That is all" in page
    page = words(client.post(link, {"score": "9", "do": "done"}, follow=True))
    found.refresh_from_db()
    assert found.completed_at is not None
    assert found.changed_at is None
    assert "That is all" not in page


def test_the_same_answer_twice_is_one_that_never_changed(client):
    link = link_of(asked())
    for _click in range(2):
        page = client.post(link, {"score": "3", "comment": "No"}, follow=True)
        assert "Thank you" in words(page)
    found = Response.objects.get()
    assert found.changed_at is None
    assert OutboxMessage.objects.filter(key__startswith="answer:").count() <= 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"score": "11"}, "score"),
        ({"score": "-1"}, "score"),
        ({"score": "10abc"}, "score"),
        ({"score": "٣"}, "score"),
        ({"score": " 7"}, "score"),
        ({}, "score"),
        ({"score": "7", "comment": "x" * 1_000_000}, "comment"),
        ({"score": "7", "further_area": "3"}, "further_area"),
        ({"score": "7", "further_area": "0"}, "further_area"),
        ({"score": "7", "further_wish": "x" * 5001}, "further_wish"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_stored(client, wrong, field):
    link = link_of(asked(about=with_further()))
    before = everything_stored()
    page = client.post(link, {"comment": "Kept <b>words</b>"} | wrong)
    assert page.status_code == 400
    assert f'id="{field}-error"' in words(page)
    assert everything_stored() == before
    if "comment" not in wrong:
        assert "Kept &lt;b&gt;words&lt;/b&gt;" in words(page)
    assert "<title>Error: " in words(page)


def test_bytes_that_are_no_text_are_refused(client):
    link = link_of(asked())
    for said in (b"score=7&comment=a%00b", b"score=7&comment=%ff"):
        kind = "application/x-www-form-urlencoded"
        assert client.post(link, said, content_type=kind).status_code == 400
    assert not Response.objects.exists()


def test_markup_is_shown_as_text_everywhere(client):
    SurveyBranding.objects.create(pk=1, name="<script>x</script>")
    texts = {"en": TEXTS["en"] | {"question": "<img src=x> {{ company }}?", "thanks": "<i>Thx</i>"}}
    link = link_of(asked(about=nps(texts=texts)))
    pages = [client.get(link), client.post(link, {"score": "5", "comment": "<b>"}, follow=True)]
    pages.append(client.get(link + "?change=1"))
    pages.append(client.get(link_of(Invitation.objects.get(), "survey_stop")))
    for page in pages:
        assert not re.search(r"<(script|img|i|b)[ >]", words(page))


def test_the_page_is_in_the_language_of_the_invitation_and_offers_the_others(client):
    link = link_of(asked(language="de"))
    page = words(client.get(link + "?score=3"))
    assert '<html lang="de" dir="ltr">' in page
    assert "Wie zufrieden sind Sie" in page
    assert "Absenden" in page
    assert 'href="?lang=en&amp;score=3"' in page
    english = words(client.get(link + "?lang=en"))
    assert '<html lang="en" dir="ltr">' in english
    assert '<html lang="de" dir="ltr">' in words(client.get(link + "?lang=xx"))
    client.post(link + "?lang=en", {"score": "3"})
    assert Response.objects.get().language == "en"


def test_our_own_words_are_english_where_we_do_not_speak_the_language(client):
    page = words(client.get(link_of(asked(about=nps(texts={"ar": TEXTS["en"]}), language="ar"))))
    assert '<html lang="ar" dir="rtl">' in page
    assert 'value="send" lang="en">Send</button>' in page


def test_dead_links_are_one_page_that_says_nothing(client):
    now = clock.now()
    person = customer("else").contacts.get()
    about = nps()

    def dead(**fields):
        return link_of(asked(person, about=about, **fields))

    revoked = asked(person, about=about)
    old = link_of(revoked)
    Invitation.objects.filter(pk=revoked.pk).update(state="revoked", nonce=new_nonce())
    live = link_of(asked(person, about=about))
    links = [
        "/s/no-such-token/",
        live[:-4] + "xyz/",
        dead(expires_at=now),
        dead(state="expired", expires_at=now - timedelta(days=1)),
        dead(state="revoked"),
        dead(contact=None),
        old,
        reverse("survey_answer", args=[survey_token(2**40, "n" * 22)]),
        reverse("survey_answer", args=[survey_token(revoked.pk, "")]),
    ]
    before = everything_stored()
    found = [client.get(link) for link in links] + [client.post(x, {"score": "7"}) for x in links]
    assert {page.status_code for page in found} == {410}
    assert len({page.content for page in found}) == 1
    assert everything_stored() == before
    assert client.get(live).status_code == 200


def test_the_link_of_an_erased_person_is_dead(client):
    invitation = asked()
    person = invitation.contact
    person.erased_at = clock.now()
    person.save()
    assert client.get(link_of(invitation)).status_code == 410
    assert client.post(link_of(invitation), {"score": "7"}).status_code == 410


@pytest.mark.parametrize("state", ["written", "sent", "answered"])
def test_what_is_on_its_way_can_be_answered(client, state):
    sent_at = None if state == "written" else clock.now()
    invitation = asked(state=state, sent_at=sent_at)
    client.post(link_of(invitation), {"score": "7"})
    invitation.refresh_from_db()
    assert (invitation.state, Response.objects.count()) == ("answered", 1)
    assert invitation.sent_at is not None


def test_one_link_shows_and_changes_nothing_of_another_customer(client):
    about = nps()
    mine = asked(customer("mine").contacts.get(), about=about)
    other = asked(customer("other").contacts.get(), about=about)
    client.post(link_of(other), {"score": "2", "comment": "secret-words"})
    before = Response.objects.get()
    page = words(client.get(link_of(mine)))
    assert "secret-words" not in page
    client.post(link_of(mine), {"score": "9", "invitation": other.pk, "contact": other.contact_id})
    assert Response.objects.get(invitation=mine).account == mine.account
    before.refresh_from_db()
    assert before.value == 2
    guessed = reverse("survey_answer", args=[survey_token(other.pk, mine.nonce)])
    assert client.get(guessed).status_code == 410


def test_headers_keep_the_link_to_oneself(client):
    link = link_of(asked())
    for page in (client.get(link), client.post(link, {"score": "x"}), client.get("/s/none/")):
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert "no-store" in page.headers["Cache-Control"]
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "<script" not in words(page)


def test_no_more_surveys_is_asked_first(client):
    invitation = asked()
    link = link_of(invitation, "survey_stop")
    assert link in words(client.get(link_of(invitation)))
    assert client.get(link).status_code == 200
    assert not SuppressedAddress.objects.exists()
    page = client.post(link)
    assert "You hear no more from" in words(page)
    assert suppression_of(invitation.contact) == "Unsubscribed"
    assert client.post(link).status_code == 200
    assert SuppressedAddress.objects.count() == 1


def test_an_old_mail_still_ends_them(client):
    invitation = asked(state="expired", expires_at=clock.now() - timedelta(days=90))
    assert client.post(link_of(invitation, "survey_stop")).status_code == 200
    assert SuppressedAddress.objects.count() == 1


def test_a_free_survey_takes_words_and_no_score(client):
    text = {key: TEXTS["en"][key] for key in ("subject", "intro", "reason")}
    about = survey("ideas", "on_request", kind="free", texts={"en": text})
    link = link_of(asked(about=about))
    assert client.post(link, {"comment": "  "}).status_code == 400
    client.post(link, {"comment": "Hello", "score": "7"})
    found = Response.objects.get()
    assert (found.value, found.standing, found.comment) == (None, None, "Hello")
    assert found.completed_at is not None


def test_the_look_is_the_companys(client):
    SurveyBranding.objects.create(
        pk=1, name="Tallis", colour="#FFE066", logo=b"\x89PNG", logo_type="image/png",
        privacy_url="https://tallis.example/privacy",
    )  # fmt: skip
    Installation.objects.update_or_create(pk=1, defaults={"name": "Other"})
    page = words(client.get(link_of(asked())))
    assert "How satisfied are you with Tallis?" in page
    assert 'href="https://tallis.example/privacy"' in page
    assert "Other" not in page
    styles = client.get("/survey-look/ffe066.css")
    assert styles.headers["Content-Type"].startswith("text/css")
    assert "#ffe066" in styles.content.decode()
    address = re.search(r'src="(/survey-look/\w+/logo)"', page)[1]
    logo = client.get(address)
    assert (logo.content, logo.headers["Content-Type"]) == (b"\x89PNG", "image/png")
    assert logo.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in logo.headers["Cache-Control"]


@pytest.mark.parametrize("colour", ["4338CA", "red", "4338caa", "4338c٣", "..%2f"])
def test_a_stylesheet_of_no_colour_is_not_found(client, colour):
    assert client.get(f"/survey-look/{colour}.css").status_code == 404


def test_opening_takes_few_queries(client, django_assert_max_num_queries):
    link = link_of(asked())
    with django_assert_max_num_queries(5):
        client.get(link)
