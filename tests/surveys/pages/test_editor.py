"""Surveys on the pages of CS ops: the list, into force with a reason, versions, and taken back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import clock
from accounts.models import Account
from surveys.library.shipped import KEYS
from surveys.models import Invitation, Response, Survey
from surveys.publishing import install_surveys
from tests.permission_house import NOW, build_house

pytestmark = pytest.mark.django_db


@pytest.fixture
def ops(client):
    install_surveys(now=NOW)
    client.force_login(build_house().people["ops"])
    return client


def nps(state="draft"):
    return Survey.objects.get(key="nps", state=state)


def at(step, survey, *more):
    return reverse(f"survey_{step}", args=[survey.pk, *more])


def post(client, step, survey, **said):
    survey.refresh_from_db()
    return client.post(at(step, survey), {"revision": survey.revision, **said}, follow=True)


def renamed(client, survey, name):
    text = client.get(at("yaml", survey)).context["form"].initial["text"]
    return post(client, "yaml", survey, text=text.replace("Would they recommend us?", name))


def test_the_list_leads_to_each_survey(ops):
    html = ops.get(reverse("surveys_editor")).content.decode()
    for survey in Survey.objects.all():
        assert at("version", survey) in html
    assert Survey.objects.count() == len(KEYS)
    assert reverse("survey_new") in html


def test_from_a_draft_into_force_and_back(ops):
    draft = nps()
    renamed(ops, draft, "Would you?")
    assert nps().name == "Would you?"
    post(ops, "publish", draft, reason="We begin")
    assert nps("published").reason == "We begin"
    answered = post(ops, "begin", nps("published"))
    assert answered.redirect_chain[-1][0] == at("version", nps())
    post(ops, "publish", nps(), reason="Again")
    first = Survey.objects.get(key="nps", version=1)
    assert first.state == "retired"
    post(ops, "back", first, reason="Fewer answers")
    assert nps("published").reason == "Back to v1: Fewer answers"
    post(ops, "retire", nps("published"))
    assert not Survey.objects.filter(key="nps", state="published").exists()
    latest = Survey.objects.filter(key="nps").order_by("-version")[0]
    assert at("version", latest) in ops.get(reverse("surveys_editor")).content.decode()


def test_into_force_needs_a_reason(ops):
    assert "Say why" in post(ops, "publish", nps()).content.decode()
    assert nps().state == "draft"


def test_only_what_was_looked_at_comes_into_force(ops):
    draft = nps()
    seen = draft.revision
    renamed(ops, draft, "Would you?")
    answered = ops.post(at("publish", draft), {"revision": seen, "reason": "As seen"}, follow=True)
    assert "Somebody saved it meanwhile" in answered.content.decode()
    assert nps().state == "draft"


def test_what_changed_is_said_in_words_before_and_after(ops):
    draft = nps()
    post(ops, "publish", draft, reason="We begin")
    post(ops, "begin", draft)
    renamed(ops, nps(), "Would you?")
    said = [("Name", "Would they recommend us?", "Would you?")]
    before = ops.get(at("publish", nps()))
    assert [(each.place, each.before, each.after) for each in before.context["changes"]] == said
    second = nps()
    post(ops, "publish", second, reason="Shorter")
    after = ops.get(at("versions", second))
    assert [(each.place, each.before, each.after) for each in after.context["changes"]] == said
    html = ops.get(at("versions", second) + f"?with={draft.pk}").content.decode()
    assert "What v2 changed against v1" in html
    assert at("back", draft) in html
    assert ops.get(at("versions", second) + "?with=x").status_code == 404
    back = ops.get(at("back", draft)).context["changes"]
    assert [(each.before, each.after) for each in back] == [("Would you?", said[0][1])]


def test_only_what_is_out_of_force_is_gone_back_to(ops):
    answered = post(ops, "back", nps(), reason="Why not")
    assert "Only what is out of force" in answered.content.decode()
    assert not Survey.objects.exclude(state="draft").exists()


def test_a_draft_says_what_it_would_do_before_it_is_published(ops):
    day = clock.today()
    for number in range(3):
        account = Account.objects.create(
            external_id=f"n{number}", name="New", status="active",
            customer_since=day - timedelta(days=25),
        )  # fmt: skip
        account.contacts.create(
            external_id=f"p{number}", name="Bo", email=f"bo{number}@x.example", met_on=day,
            do_not_contact=number == 2,
        )  # fmt: skip
    html = ops.get(reverse("survey_forecast")).content.decode()
    assert "publish a survey first" in html
    leads = f"{reverse('survey_forecast')}?survey={nps().pk}"
    for page in ("version", "publish"):
        assert leads in ops.get(at(page, nps())).content.decode()
    rows = ops.get(leads).context["rows"]
    assert [(row.name, row.sent, row.total_held_back) for row in rows] == [
        ("All surveys", 2, 1),
        ("Would they recommend us?", 2, 1),
    ]
    assert not Invitation.objects.exists()
    for wrong in ("x", "0", "99999999999999999999", str(nps().pk + 10**6)):
        assert ops.get(f"{reverse('survey_forecast')}?survey={wrong}").status_code == 404


def test_the_preview_shows_three_widths_and_records_nothing(ops):
    draft = nps()
    html = ops.get(at("preview", draft) + "?lang=de").content.decode()
    frame = at("preview_frame", draft)
    assert html.count(f'src="{frame}?lang=de"') == 3
    assert all(f'width="{width}"' in html for width in (390, 768, 1280))
    shown = ops.get(f"{frame}?lang=de")
    assert "Wie wahrscheinlich ist es" in shown.content.decode()
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    assert ops.post(frame, {"score": "11"}).status_code == 400
    assert "Thank you" in ops.post(f"{frame}?lang=en", {"score": "9"}).content.decode()
    assert not Response.objects.exists()


def test_pages_ask_a_fixed_number_of_questions(ops):
    draft = nps()
    asked = {
        reverse("surveys_editor"): 5,
        at("version", draft): 10,
        at("text", draft, "en"): 6,
        at("languages", draft): 6,
        at("yaml", draft): 6,
        at("publish", draft): 6,
        at("versions", draft): 6,
    }
    assert {address: questions_of(ops, address) for address in asked} == asked


def questions_of(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)
