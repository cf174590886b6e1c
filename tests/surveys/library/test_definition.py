"""What an author may write, and what is said about the rest."""

import pytest

from surveys.catalogue import Moment, SurveyType
from surveys.library.definition_reader import SurveyError, read_survey, read_survey_yaml
from surveys.library.survey_yaml import as_mapping, write_survey_yaml


def said(**changes):
    texts = {"en": {"subject": "A question", "question": "How easy was it?", "reason": "Why?"}}
    whole = {"key": "effort", "name": "Effort", "kind": "ces", "moment": "on_request"}
    return whole | {"texts": texts} | changes


def problems_of(data) -> tuple[str, ...]:
    with pytest.raises(SurveyError) as caught:
        read_survey(data)
    return caught.value.problems


def test_what_is_not_said_is_as_usual():
    read = read_survey(said())
    assert (read.kind, read.lowest, read.highest) == (SurveyType.CES, 1, 7)
    assert (read.moment, read.delay_hours, read.expires_days) == (Moment.ON_REQUEST, 0, 30)
    assert not read.is_reversed
    assert read.texts["en"].low == ""


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"kind": "mood"}, "kind"),
        ({"scale": "1-9"}, "scale"),
        ({"kind": "nps", "moment": "first_value"}, "moment"),
        ({"kind": "csat", "moment": "rhythm"}, "moment"),
        ({"kind": "csat", "is_reversed": True}, "is_reversed"),
        ({"moment": "after_event"}, "event_kind"),
        ({"event_kind": "upgrade"}, "event_kind"),
        ({"expires_days": 0}, "expires_days"),
        ({"delay_hours": 721}, "delay_hours"),
        ({"texts": {}}, "texts"),
        ({"texts": {"english": {}}}, "texts.english"),
        ({"texts": {"en": {"subject": "A"}}}, "texts.en.question"),
        ({"texts": {"en": said()["texts"]["en"] | {"sbject": "A"}}}, "texts.en.sbject"),
        ({"further": [{"key": "what", "kind": "choice", "options": 1}]}, "further[1].options"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_each_fault_names_its_place(changes, place):
    found = problems_of(said(**changes))
    assert any(text.startswith(f"{place}: ") for text in found), found


def test_each_language_answers_each_further_question():
    english = said()["texts"]["en"]
    further = [{"key": "team", "kind": "choice", "options": 2}]
    whole = english | {"further": {"team": {"question": "Which?", "options": ["A", "B"]}}}
    assert read_survey(said(further=further, texts={"en": whole})).further[0].options == 2
    short = english | {"further": {"team": {"question": "Which?", "options": ["A"]}}}
    found = problems_of(said(further=further, texts={"en": whole, "de": short}))
    assert found == ("texts.de.further.team.options: 2 are needed, these are 1",)


def test_a_free_survey_has_no_scale():
    text = {"subject": "A question", "reason": "What should we do first?"}
    read = read_survey(said(kind="free", texts={"en": text}))
    assert (read.lowest, read.highest, read.is_scored) == (0, 0, False)


def test_written_and_read_again_it_is_the_same():
    read = read_survey(said(is_reversed=True, moment="after_event", event_kind="upgrade"))
    assert read_survey(as_mapping(read)) == read
    assert read_survey_yaml(write_survey_yaml(read)) == read


def test_what_is_no_yaml_is_said():
    with pytest.raises(SurveyError, match="This is not YAML"):
        read_survey_yaml("a: [")


@pytest.mark.parametrize("code", ["de", "pt-BR", "es-419", "zh-Hans", "zh-Hant-TW"])
def test_languages_are_written_as_those_of_people(code):
    texts = said()["texts"]
    assert list(read_survey(said(texts={code: texts["en"]})).texts) == [code]


@pytest.mark.parametrize("code", ["German", "de_DE", "DE", "pt-br", "qq", "zh-Hans-China"])
def test_what_is_no_code_of_a_language_is_refused(code):
    (problem,) = problems_of(said(texts={code: said()["texts"]["en"]}))
    assert "is no language" in problem
