"""Drafts, versions, and what is refused on the way into force."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from surveys import publishing
from surveys.catalogue import SurveyType
from surveys.library.definition_reader import SurveyError
from surveys.library.shipped import KEYS, shipped_survey
from surveys.library.survey_yaml import as_mapping, write_survey_yaml
from surveys.models import Survey

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
AFTER_EVENT = {"kind": "csat", "scale": "1-5", "moment": "after_event"}
LANGUAGES = ["en", "de", "fr", "es"]


@pytest.fixture
def ops():
    return User.objects.create_user("ops@demo.example", name="Otto", role="ops")


def installed(key="nps") -> Survey:
    publishing.install_surveys(now=NOW)
    return Survey.objects.get(key=key)


@pytest.mark.parametrize("key", KEYS)
def test_what_ships_is_whole_in_four_languages(key):
    survey = shipped_survey(key)
    assert survey.key == key
    assert list(survey.texts) == LANGUAGES
    for text in survey.texts.values():
        assert all((text.subject, text.intro, text.question, text.reason, text.thanks))
        assert text.low.startswith(str(survey.lowest))
        assert text.high.startswith(str(survey.highest))


def test_a_new_installation_has_drafts_and_asks_nobody():
    assert publishing.install_surveys(now=NOW) == len(KEYS)
    assert publishing.install_surveys(now=NOW) == 0
    assert set(Survey.objects.values_list("state", flat=True)) == {"draft"}
    for row in Survey.objects.all():
        assert row.definition() == shipped_survey(row.key)


def test_the_first_language_stays_the_first():
    assert next(iter(installed().definition().texts)) == "en"
    text = write_survey_yaml(shipped_survey("nps")).replace("key: nps", "key: nps_fr")
    french_first = (
        text.replace("  en:", "  xx:").replace("  fr:", "  en:").replace("  xx:", "  fr:")
    )
    taken = publishing.import_survey(text=french_first, replaces=False, by=None, now=NOW)
    taken.refresh_from_db()
    assert (taken.first_language, next(iter(taken.definition().texts))) == ("fr", "fr")


def test_one_version_is_in_force_and_never_changes(ops):
    first = publishing.publish(survey=installed(), by=ops, now=NOW, reason="We begin")
    assert (first.state, first.published_by, first.reason) == ("published", ops, "We begin")
    draft = publishing.begin_draft(version=first, by=ops, now=NOW)
    assert publishing.begin_draft(version=first, by=ops, now=NOW) == draft
    publishing.publish(survey=draft, by=ops, now=NOW)
    assert [row.state for row in Survey.objects.filter(key="nps").order_by("version")] == [
        "retired",
        "published",
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        Survey.objects.filter(pk=first.pk).update(name="Another")
    with pytest.raises(publishing.SurveyNotADraftError):
        publishing.publish(survey=draft, by=ops, now=NOW)


def test_back_to_an_earlier_version_is_a_new_one(ops):
    first = publishing.publish(survey=installed(), by=ops, now=NOW)
    content = as_mapping(first.definition()) | {"name": "Would you?"}
    draft = publishing.begin_draft(version=first, by=ops, now=NOW)
    draft = publishing.save_draft(draft=draft, revision=1, content=content, by=ops, now=NOW)
    publishing.publish(survey=draft, by=ops, now=NOW)
    begun = publishing.begin_draft(version=first, by=ops, now=NOW)
    back = publishing.roll_back(version=first, by=ops, reason="Fewer answers", now=NOW)
    assert (back.version, back.name) == (4, first.name)
    assert back.reason == "Back to v1: Fewer answers"
    assert Survey.objects.get(pk=begun.pk).state == "draft"


def test_a_draft_is_saved_from_what_was_looked_at(ops):
    draft = installed()
    content = as_mapping(draft.definition())
    saved = publishing.save_draft(
        draft=draft, revision=1, content=content | {"key": "other", "name": "X"}, by=ops, now=NOW
    )
    assert (saved.key, saved.revision, saved.edited_by) == ("nps", 2, ops)
    with pytest.raises(publishing.SurveyMovedOnError):
        publishing.save_draft(draft=draft, revision=1, content=content, by=ops, now=NOW)
    wrong = content | {"expires_days": 0}
    with pytest.raises(SurveyError, match="expires_days"):
        publishing.save_draft(draft=draft, revision=2, content=wrong, by=ops, now=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"audience": "nobody"}, "audience"),
        (AFTER_EVENT | {"event_kind": "no_such"}, "event_kind"),
    ],
)
def test_what_names_nothing_does_not_come_into_force(ops, changes, field):
    draft = installed()
    content = as_mapping(draft.definition()) | changes
    draft = publishing.save_draft(draft=draft, revision=1, content=content, by=ops, now=NOW)
    with pytest.raises(SurveyError, match=field):
        publishing.publish(survey=draft, by=ops, now=NOW)
    assert Survey.objects.get(pk=draft.pk).state == "draft"


def test_text_takes_the_place_of_a_draft_only_where_that_is_said(ops):
    text = write_survey_yaml(installed().definition()).replace("recommend us", "name us")
    with pytest.raises(SurveyError, match="is a draft already"):
        publishing.import_survey(text=text, replaces=False, by=ops, now=NOW)
    taken = publishing.import_survey(text=text, replaces=True, by=ops, now=NOW)
    assert taken.name == "Would they name us?"
    assert Survey.objects.filter(key="nps").count() == 1


def test_out_of_force_it_asks_nobody_any_more(ops):
    survey = publishing.publish(survey=installed(), by=ops, now=NOW)
    assert publishing.retire(survey=survey).state == "retired"
    with pytest.raises(publishing.SurveyNotInForceError):
        publishing.retire(survey=survey)
    assert publishing.publish(survey=survey, by=ops, now=NOW).state == "published"


def at_once(work, *, times=3):
    """What each of them answered, or the error it met."""
    begin, answers = threading.Barrier(times), []

    def run():
        begin.wait()
        try:
            answers.append(work())
        except Exception as error:  # noqa: BLE001 - it is looked at
            answers.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_those_who_begin_at_once_share_one_draft(ops):
    first = publishing.publish(survey=installed(), by=ops, now=NOW)
    begun = at_once(lambda: publishing.begin_draft(version=first, by=ops, now=NOW))
    assert set(begun) == {Survey.objects.get(key="nps", state="draft")}


@pytest.mark.django_db(transaction=True)
def test_those_who_go_back_at_once_do_it_one_after_the_other(ops):
    first = publishing.publish(survey=installed(), by=ops, now=NOW)
    made = at_once(lambda: publishing.roll_back(version=first, by=ops, reason="Again", now=NOW))
    assert sorted(each.version for each in made) == [2, 3, 4]
    assert Survey.objects.get(key="nps", state="published").version == 4


@pytest.mark.django_db(transaction=True)
def test_a_new_key_is_taken_once(ops):
    told = {"key": "one", "name": "One", "kind": SurveyType.CSAT, "scale": "1-7"}
    made = at_once(
        lambda: publishing.new_draft(**told, is_reversed=False, language="en", by=ops, now=NOW)
    )
    assert sorted(type(each).__name__ for each in made) == ["Survey", "SurveyError", "SurveyError"]


def test_a_draft_may_be_saved_without_its_texts_but_not_published(ops):
    told = {"key": "one", "name": "One", "kind": SurveyType.CSAT, "scale": "1-7"}
    draft = publishing.new_draft(**told, is_reversed=False, language="de", by=ops, now=NOW)
    content = {"name": "Two", "kind": "csat", "moment": "on_request", "texts": {"de": {}}}
    with pytest.raises(SurveyError, match=r"texts\.de\.subject"):
        publishing.save_draft(draft=draft, revision=1, content=content, by=ops, now=NOW)
    saved = publishing.save_draft(
        draft=draft, revision=1, content=content, by=ops, now=NOW, may_be_incomplete=True
    )
    assert (saved.name, saved.revision, saved.edited_by) == ("Two", 2, ops)
    again = publishing.save_draft(
        draft=draft, revision=2, content=content, by=ops, now=NOW, may_be_incomplete=True
    )
    assert again.revision == 2
    with pytest.raises(SurveyError, match=r"texts\.de\.subject"):
        publishing.publish(survey=saved, by=ops, now=NOW)
    with pytest.raises(publishing.SurveyMovedOnError):
        publishing.publish(survey=saved, by=ops, now=NOW, revision=1)
    publishing.discard_draft(draft=saved)
    with pytest.raises(publishing.SurveyNotADraftError):
        publishing.discard_draft(draft=saved)
    with pytest.raises(publishing.SurveyNotADraftError):
        publishing.publish(survey=saved, by=ops, now=NOW)
