"""A draft filled in field by field: what is saved, what is said beside each field, two editors."""

import re

import pytest
from django.urls import reverse

from accounts.models import BusinessEventKind, SavedView, User
from surveys.library.shipped import shipped_survey
from surveys.library.survey_yaml import write_survey_yaml
from surveys.models import Survey
from surveys.publishing import draft_of, install_surveys, publish
from tests.permission_house import NOW, build_house

pytestmark = pytest.mark.django_db
SETTINGS = {
    "name": "Did the release help?",
    "scale": "csat_7",
    "moment": "after_event",
    "event_kind": "release",
    "delay_hours": "48",
    "recipients": "deciders",
    "audience": "big_ones",
    "needs_consent": "on",
    "delivery": "in_app",
    "expires_days": "14",
}
TEXTS = {
    "subject": "About the release",
    "intro": "One click.",
    "question": "How satisfied are you with the release?",
    "low": "1 · not at all",
    "high": "7 · very",
    "reason": "Why?",
    "thanks": "Thank you.",
}
AS_YAML = """
name: Did the release help?
kind: csat
scale: 1-7
moment: after_event
event_kind: release
delay_hours: 48
recipients: deciders
delivery: in_app
needs_consent: true
audience: big_ones
expires_days: 14
further:
- {key: question_1, kind: choice, options: 3}
- {key: question_2, kind: text}
texts:
  en:
    subject: About the release
    intro: One click.
    question: How satisfied are you with the release?
    low: 1 · not at all
    high: 7 · very
    reason: Why?
    thanks: Thank you.
    further:
      question_1: {question: 'Which part?', options: [Reports, Alerts, Neither]}
      question_2: {question: 'What would you add?'}
"""


@pytest.fixture
def house():
    BusinessEventKind.objects.create(key="release", name="Release")
    owner = User.objects.create_user("v@demo.example", role="ops")
    SavedView.objects.create(
        key="big_ones", name="Big ones", owner=owner,
        created_at=NOW, filters={}, shared_on=NOW.date(), counted_at=NOW,
    )  # fmt: skip
    return build_house()


@pytest.fixture
def ops(client, house):
    client.force_login(house.people["ops"])
    return client


def at(step, survey, *more):
    return reverse(f"survey_{step}", args=[survey.pk, *more])


def send(client, survey, page, *more, follow=True, **said):
    said.setdefault("revision", Survey.objects.get(pk=survey.pk).revision)
    return client.post(at(page, survey, *more), said, follow=follow)


def begun(client, **said):
    told = {"name": "Release", "scale": "csat_5", "language": "English", "key": "", **said}
    answered = client.post(reverse("survey_new"), told)
    assert answered.status_code == 302, words(answered)
    return Survey.objects.get(state="draft")


def typed_in(form):
    """As a browser sends it: a box that is not ticked is left out."""
    values = {name: form[name].value() for name in form.fields}
    return {
        name: value for name, value in values.items() if value is not None and value is not False
    }


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def problems(client, survey):
    return [each.words for each in client.get(at("version", survey)).context["problems"]]


def errors(response):
    return {name: list(said) for name, said in response.context["form"].errors.items()}


def test_a_survey_from_nothing_by_form_is_the_one_that_yaml_says(ops):
    draft = begun(ops)
    assert (draft.key, draft.version, draft.kind, draft.moment) == (
        "release", 1, "csat", "on_request",
    )  # fmt: skip
    send(ops, draft, "version", **SETTINGS)
    send(ops, draft, "text", "en", do="add:choice", **TEXTS)
    send(ops, draft, "text", "en", do="add:text", **TEXTS)
    further = {
        "question_1-question": "Which part?",
        "question_1-options": "Reports\n\n Alerts \r\nNeither\n",
        "question_2-question": "What would you add?",
    }
    send(ops, draft, "text", "en", do="save", **TEXTS, **further)
    assert problems(ops, draft) == []
    by_form = Survey.objects.get(pk=draft.pk).definition()

    send(ops, draft, "yaml", text=write_survey_yaml(shipped_survey("nps")))
    assert Survey.objects.get(pk=draft.pk).definition() != by_form
    taken = send(ops, draft, "yaml", text=AS_YAML)
    assert errors(taken) == {}
    assert Survey.objects.get(pk=draft.pk).definition() == by_form
    send(ops, draft, "publish", reason="We begin")
    assert Survey.objects.get(key="release").state == "published"


@pytest.mark.parametrize("key", ["nps", "effort_ces", "onboarding_csat"])
def test_saving_a_form_as_it_is_shown_changes_nothing(ops, key):
    draft = draft_of(shipped_survey(key), now=NOW)
    for page in (["version"], ["text", "en"], ["text", "de"]):
        form = ops.get(at(page[0], draft, *page[1:])).context["form"]
        assert send(ops, draft, *page, **typed_in(form)).status_code == 200
    row = Survey.objects.get(pk=draft.pk)
    assert (row.definition(), row.revision) == (shipped_survey(key), 1)


@pytest.mark.parametrize(
    ("said", "field", "words_"),
    [
        ({"name": " "}, "name", "cannot be empty"),
        ({"scale": "mood"}, "scale", "Choose one of these"),
        ({"scale": "nps"}, "moment", "never after something happened"),
        ({"moment": "rhythm"}, "moment", "Only NPS is asked on a rhythm"),
        ({"event_kind": ""}, "event_kind", "Choose the kind of event"),
        ({"event_kind": "nowhere"}, "event_kind", "Choose one of these"),
        ({"delay_hours": "721"}, "delay_hours", "from 0 to 720"),
        ({"delay_hours": "soon"}, "delay_hours", "from 0 to 720"),
        ({"expires_days": "0"}, "expires_days", "from 1 to 365"),
        ({"audience": "gone"}, "audience", "Choose one of these"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(ops, said, field, words_):
    draft = begun(ops)
    answered = send(ops, draft, "version", **{**SETTINGS, **said})
    assert list(errors(answered)) == [field]
    assert words_ in errors(answered)[field][0]
    html = answered.content.decode()
    assert f'id="id_{field}_error"' in html
    assert f"id_{field}_error" in re.search(rf'aria-describedby="([^"]*id_{field}_[^"]*)"', html)[1]
    assert Survey.objects.get(pk=draft.pk).name == "Release"


def test_the_kind_of_event_goes_with_the_moment(ops):
    draft = begun(ops)
    send(ops, draft, "version", **SETTINGS)
    send(ops, draft, "version", **{**SETTINGS, "moment": "on_request"})
    assert Survey.objects.get(pk=draft.pk).event_kind == ""


def test_what_is_missing_is_said_at_the_top_and_beside_the_field(ops):
    draft = begun(ops)
    told = ops.get(at("text", draft, "en")).context["problems"]
    assert [(each.where, each.href) for each in told] == [
        ("English: Subject of the mail", at("text", draft, "en") + "#id_subject"),
        ("English: Question", at("text", draft, "en") + "#id_question"),
        ("English: Asks for the reason", at("text", draft, "en") + "#id_reason"),
    ]
    send(ops, draft, "text", "en", **{**TEXTS, "reason": ""})
    html = ops.get(at("text", draft, "en")).content.decode()
    assert 'id="id_reason_gap"' in html
    assert 'id="id_subject_gap"' not in html
    assert "thing is missing" in words(send(ops, draft, "publish", reason="Too early"))
    assert Survey.objects.get(pk=draft.pk).state == "draft"


def test_options_are_counted_by_the_first_language(ops):
    draft = begun(ops)
    send(ops, draft, "text", "en", do="add:choice", **TEXTS)
    one = {"question_1-question": "Which?", "question_1-options": "Reports"}
    send(ops, draft, "text", "en", **TEXTS, **one)
    assert problems(ops, draft) == ["Still missing: at least two options, one a line."]
    send(ops, draft, "text", "en", **TEXTS, **{**one, "question_1-options": "A\nB\nC"})
    send(ops, draft, "languages", do="add", language="de")
    german = {"question_1-question": "Welche?", "question_1-options": "A\nB"}
    send(ops, draft, "text", "de", **TEXTS, **german)
    assert problems(ops, draft) == [
        "Write 3 options, one a line, in the order of the first language."
    ]
    send(ops, draft, "languages", do="first:de")
    row = Survey.objects.get(pk=draft.pk)
    assert (row.first_language, row.further[0]["options"]) == ("de", 2)
    many = {**german, "question_1-options": "\n".join("ABCDEFGHIJKLM")}
    assert (
        "At most 12"
        in errors(send(ops, draft, "text", "de", **TEXTS, **many))["question_1-options"][0]
    )
    long = {**german, "question_1-options": "A\n" + "b" * 81}
    assert (
        "at most 80"
        in errors(send(ops, draft, "text", "de", **TEXTS, **long))["question_1-options"][0]
    )


def test_questions_are_added_moved_and_removed_and_what_was_typed_is_saved_too(ops):
    draft = begun(ops)
    for _ in range(5):
        send(ops, draft, "text", "en", do="add:text", subject="Typed")
    assert Survey.objects.get(pk=draft.pk).texts["en"]["subject"] == "Typed"
    html = ops.get(at("text", draft, "en")).content.decode()
    assert "add:text" not in html
    over = send(ops, draft, "text", "en", do="add:text")
    assert "At most 5 further questions" in words(over)
    send(ops, draft, "text", "en", do="remove:question_2")
    answered = send(ops, draft, "text", "en", do="up:question_3")
    assert keys(draft) == ["question_3", "question_1", "question_4", "question_5"]
    assert answered.context["focus"] == "down-question_3"
    answered = send(ops, draft, "text", "en", do="down:question_1")
    assert keys(draft) == ["question_3", "question_4", "question_1", "question_5"]
    assert answered.context["focus"] == "down-question_1"
    send(ops, draft, "text", "en", do="add:text")
    assert keys(draft)[-1] == "question_2"
    gone = send(ops, draft, "text", "en", do="up:question_9")
    assert "not there any more" in words(gone)


def keys(draft):
    return [each["key"] for each in Survey.objects.get(pk=draft.pk).further]


def test_languages_are_added_by_name_put_first_and_removed(ops):
    draft = draft_of(shipped_survey("nps"), now=NOW)
    answered = send(ops, draft, "languages", do="add", language="Portuguese (Brazil)")
    assert answered.redirect_chain[-1][0] == at("text", draft, "pt-BR")
    assert "The first language says: One question about" in words(answered)
    page = ops.get(at("languages", draft))
    gaps = dict(page.context["rows"])
    assert gaps["de"] == []
    assert ("Thanks", "Empty here: another language says something.") in gaps["pt-BR"]
    assert len(page.context["problems"]) == 3
    send(ops, draft, "languages", do="remove:pt-BR")
    send(ops, draft, "languages", do="first:fr")
    row = Survey.objects.get(pk=draft.pk)
    assert (set(row.texts), row.first_language) == ({"en", "de", "fr", "es"}, "fr")
    wrong = send(ops, draft, "languages", do="add", language="Klingon")
    assert "no language that we know" in errors(wrong)["language"][0]
    for deed in ("remove:xx", "sing:de", "first:"):
        assert "Nothing was done" in words(send(ops, draft, "languages", do=deed))
    for code in ("en", "de", "es"):
        send(ops, draft, "languages", do=f"remove:{code}")
    assert "one language has to stay" in words(send(ops, draft, "languages", do="remove:fr"))
    assert "no such language" in words(ops.get(at("text", draft, "de"), follow=True))


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
def test_yaml_that_is_wrong_is_told_and_kept_as_typed(ops, change, said):
    draft = draft_of(shipped_survey("nps"), now=NOW)
    typed = change(ops.get(at("yaml", draft)).context["form"].initial["text"])
    answered = send(ops, draft, "yaml", text=typed)
    assert any(said in error for error in errors(answered)["text"])
    assert answered.context["form"]["text"].value() == typed
    assert Survey.objects.get(pk=draft.pk).revision == 1


def test_who_saved_later_sees_both_and_saves_again(ops):
    draft = draft_of(shipped_survey("nps"), now=NOW)
    form = ops.get(at("version", draft)).context["form"]
    shown = typed_in(form)
    send(ops, draft, "version", **{**shown, "name": "One"})
    mine = {**shown, "name": "Two", "expires_days": "7"}
    answered = send(ops, draft, "version", revision=1, **mine)
    assert errors(answered) == {}
    assert "saved this draft while you had it open" in words(answered)
    saved = {name: field.saved for name, field in answered.context["fields"].items() if field.saved}
    assert saved == {"name": "One", "expires_days": "30"}
    assert Survey.objects.get(pk=draft.pk).name == "One"
    again = re.search(r'name="revision" value="(\d+)"', answered.content.decode())[1]
    send(ops, draft, "version", revision=again, **mine)
    row = Survey.objects.get(pk=draft.pk)
    assert (row.name, row.expires_days) == ("Two", 7)


def test_who_was_overtaken_is_told_with_what_is_wrong_too(ops):
    draft = draft_of(shipped_survey("nps"), now=NOW)
    shown = typed_in(ops.get(at("version", draft)).context["form"])
    send(ops, draft, "version", **{**shown, "name": "One"})
    wrong = {**shown, "name": "Two", "expires_days": "0"}
    answered = send(ops, draft, "version", revision=1, **wrong)
    assert list(errors(answered)) == ["expires_days"]
    assert "saved this draft while you had it open" in words(answered)
    assert answered.context["fields"]["name"].saved == "One"
    text = ops.get(at("yaml", draft)).context["form"].initial["text"]
    wrong_text = text.replace("kind: nps", "kind: mood")
    for page, said in (
        (["text", "en"], {"do": "up:gone", **TEXTS}),
        (["yaml"], {"text": wrong_text}),
    ):
        answered = send(ops, draft, *page, revision=1, **said)
        assert "saved this draft while you had it open" in words(answered)
    assert Survey.objects.get(pk=draft.pk).revision == 2


def test_lines_of_a_browser_are_lines_of_yaml(ops):
    draft = begun(ops)
    send(ops, draft, "text", "en", **{**TEXTS, "intro": "One\r\n\r\nTwo\r\n"})
    row = Survey.objects.get(pk=draft.pk)
    assert row.texts["en"]["intro"] == "One\n\nTwo"
    send(ops, draft, "text", "en", **{**TEXTS, "intro": "One\r\n\r\nTwo"})
    assert Survey.objects.get(pk=draft.pk).revision == row.revision


def test_a_language_that_somebody_removed_meanwhile_is_told(ops):
    draft = draft_of(shipped_survey("nps"), now=NOW)
    send(ops, draft, "languages", do="remove:de")
    answered = send(ops, draft, "text", "de", revision=1, **TEXTS)
    assert "no such language" in words(answered)


def test_a_draft_that_was_published_or_thrown_away_meanwhile_takes_nothing(ops, house):
    draft = draft_of(shipped_survey("nps"), now=NOW)
    publish(survey=draft, by=None, now=NOW)
    for page in (["version"], ["text", "en"], ["languages"], ["yaml"], ["discard"]):
        answered = send(ops, draft, *page, **TEXTS, text="x")
        assert "was published and never changes" in words(answered)
    assert ops.get(at("version", draft)).status_code == 200
    gone = draft_of(shipped_survey("effort_ces"), now=NOW)
    answered = send(ops, gone, "discard")
    assert "is thrown away" in words(answered)
    for page in (["version"], ["text", "en"], ["publish"], ["versions"]):
        assert ops.get(at(page[0], gone, *page[1:])).status_code == 404


def test_the_last_change_is_taken_back_and_done_again(ops):
    draft = draft_of(shipped_survey("nps"), now=NOW)
    assert "nothing to take back" in words(send(ops, draft, "take_back"))
    send(ops, draft, "languages", do="remove:de")
    where = at("languages", draft)
    answered = send(ops, draft, "take_back", next=where)
    assert answered.redirect_chain[-1][0] == where
    assert Survey.objects.get(pk=draft.pk).definition() == shipped_survey("nps")
    send(ops, draft, "take_back")
    assert "de" not in Survey.objects.get(pk=draft.pk).texts


def test_what_somebody_else_saved_since_is_not_taken_back(ops):
    draft = draft_of(shipped_survey("nps"), now=NOW)
    send(ops, draft, "languages", do="remove:de")
    assert "Take back the last change" in words(ops.get(at("version", draft)))
    Survey.objects.filter(pk=draft.pk).update(revision=7, name="Theirs")
    assert "Take back the last change" not in words(ops.get(at("version", draft)))
    assert "nothing to take back" in words(send(ops, draft, "take_back"))
    assert Survey.objects.get(pk=draft.pk).name == "Theirs"


def test_with_htmx_a_part_comes_back_with_the_next_revision(ops):
    draft = draft_of(shipped_survey("nps"), now=NOW)
    said = {"revision": 1, "do": "add:text", **TEXTS}
    answered = ops.post(at("text", draft, "en"), said, headers={"HX-Request": "true"})
    html = answered.content.decode()
    assert html.lstrip().startswith('<div id="survey-draft">')
    assert 'name="revision" value="2"' in html
    assert 'hx-swap-oob="innerHTML:#toasts"' in html
    assert re.search(
        r'id="id_question_1-question"[^>]*autofocus|autofocus[^>]*id="id_question_1-question"', html
    )
    away = ops.post(at("text", draft, "xx"), {"revision": 2}, headers={"HX-Request": "true"})
    assert away.headers["HX-Redirect"] == at("languages", draft)


def test_what_answers_start_is_said(ops):
    install_surveys(now=NOW)
    for key, said in {
        "nps": ["A low answer, 0 to 6", "A high answer, 9 to 10", "Any answer"],
        "onboarding_csat": ["A low answer, 1 to 2", "A high answer, 4 to 5", "Any answer"],
    }.items():
        page = ops.get(at("version", Survey.objects.get(key=key)))
        assert [each.answers for each in page.context["starts"]] == said
        assert "deals with it within a day" in words(page)


@pytest.mark.parametrize(
    ("said", "field", "problem"),
    [
        ({"name": ""}, "name", "cannot be empty"),
        ({"language": "Klingon"}, "language", "no language that we know"),
        ({"key": "Not A Key"}, "key", "Small letters"),
        ({"name": "…"}, "key", "Small letters"),
        ({"key": "nps"}, "key", "There is a survey “nps” already"),
    ],
)
def test_a_new_survey_is_refused_beside_the_field(ops, said, field, problem):
    draft_of(shipped_survey("nps"), now=NOW)
    told = {"name": "Release", "scale": "csat_5", "language": "en", "key": "", **said}
    answered = ops.post(reverse("survey_new"), told)
    assert problem in errors(answered)[field][0]
    assert Survey.objects.count() == 1


def test_a_draft_without_all_texts_is_previewed(ops):
    draft = begun(ops)
    assert ops.get(at("preview_frame", draft)).status_code == 200
    assert at("preview_frame", draft) in ops.get(at("text", draft, "en")).content.decode()
