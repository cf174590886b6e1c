"""Surveys on the pages of CS ops: a draft saved, published, replaced, and taken back."""

from datetime import timedelta

import pytest
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


def page(client, survey):
    return client.get(reverse("survey_version", args=[survey.pk]))


def post(client, step, survey, **said):
    return client.post(reverse(f"survey_{step}", args=[survey.pk]), said, follow=True)


def text_of(client, survey):
    return page(client, survey).context["form"].initial["text"]


def test_the_list_leads_to_each_survey(ops):
    html = ops.get(reverse("surveys_editor")).content.decode()
    for survey in Survey.objects.all():
        assert reverse("survey_version", args=[survey.pk]) in html
    assert Survey.objects.count() == len(KEYS)


def test_from_a_draft_into_force_and_back(ops):
    draft = nps()
    text = text_of(ops, draft).replace("Would they recommend us?", "Would you?")
    post(ops, "version", draft, text=text, revision=1)
    assert nps().name == "Would you?"
    post(ops, "publish", draft, reason="We begin")
    assert nps("published").reason == "We begin"
    answered = post(ops, "begin", nps("published"))
    assert answered.redirect_chain[-1][0] == reverse("survey_version", args=[nps().pk])
    post(ops, "publish", nps(), reason="Again")
    first = Survey.objects.get(key="nps", version=1)
    assert first.state == "retired"
    post(ops, "back", first, reason="Fewer answers")
    assert nps("published").reason == "Back to v1: Fewer answers"
    post(ops, "retire", nps("published"), reason="We end")
    assert not Survey.objects.filter(key="nps", state="published").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("kind: nps", "kind: mood"), "kind: “mood” is none of"),
        (lambda text: text.replace("expires_days: 30", "expires_days: 0"), "expires_days: "),
        (lambda text: "a: [", "This is not YAML"),
        (lambda text: "just words", "Write named fields"),
        (lambda text: "", "This field is required"),
    ],
)
def test_what_is_wrong_is_said_beside_the_text_and_what_was_typed_is_kept(ops, change, said):
    draft = nps()
    typed = change(text_of(ops, draft))
    answered = ops.post(reverse("survey_version", args=[draft.pk]), {"text": typed, "revision": 1})
    assert answered.status_code == 400
    assert any(said in error for error in answered.context["form"].errors["text"])
    assert answered.context["form"]["text"].value() == typed
    assert nps().revision == 1


def test_who_saved_later_looks_again(ops):
    draft = nps()
    text = text_of(ops, draft)
    for name in ("One", "Two"):
        answered = post(
            ops, "version", draft, text=text.replace("Would they recommend us?", name), revision=1
        )
    assert "Somebody saved it meanwhile" in answered.content.decode()
    assert nps().name == "One"


def test_into_force_needs_a_reason(ops):
    assert "Say why." in post(ops, "publish", nps()).content.decode()
    assert nps().state == "draft"


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
    rows = ops.get(f"{reverse('survey_forecast')}?survey={nps().pk}").context["rows"]
    assert [(row.name, row.sent, row.total_held_back) for row in rows] == [
        ("All surveys", 2, 1),
        ("Would they recommend us?", 2, 1),
    ]
    assert not Invitation.objects.exists()
    for wrong in ("x", "0", "99999999999999999999", str(nps().pk + 10**6)):
        assert ops.get(f"{reverse('survey_forecast')}?survey={wrong}").status_code == 404


def test_the_preview_shows_three_widths_and_records_nothing(ops):
    draft = nps()
    html = ops.get(reverse("survey_preview", args=[draft.pk]) + "?lang=de").content.decode()
    frame = reverse("survey_preview_frame", args=[draft.pk])
    assert html.count(f'src="{frame}?lang=de"') == 3
    assert all(f'width="{width}"' in html for width in (390, 768, 1280))
    shown = ops.get(f"{frame}?lang=de")
    assert "Wie wahrscheinlich ist es" in shown.content.decode()
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    assert ops.post(frame, {"score": "11"}).status_code == 400
    assert "Thank you" in ops.post(f"{frame}?lang=en", {"score": "9"}).content.decode()
    assert not Response.objects.exists()


def test_pages_ask_a_fixed_number_of_questions(ops, django_assert_num_queries):
    ops.get(reverse("surveys_editor"))
    with django_assert_num_queries(5):
        ops.get(reverse("surveys_editor"))
    with django_assert_num_queries(7):
        page(ops, nps())
