"""What differs between two versions of a survey, in words."""

from dataclasses import replace

from surveys.catalogue import Delivery, Moment, Recipients
from surveys.library.changes import survey_differences
from surveys.library.definition_reader import read_survey
from surveys.library.shipped import shipped_survey
from surveys.library.survey_yaml import as_mapping

NPS = shipped_survey("nps")


def said(before, after):
    return [(each.place, each.before, each.after) for each in survey_differences(before, after)]


def changed(**fields):
    return read_survey(as_mapping(NPS) | fields)


def test_the_same_differs_in_nothing():
    assert said(NPS, NPS) == []


def test_settings_are_said_in_words():
    after = replace(
        NPS,
        name="Would you?",
        moment=Moment.ON_REQUEST,
        recipients=Recipients.DECIDERS,
        delivery=Delivery.IN_APP,
        delay_hours=24,
        needs_consent=True,
        audience="big",
        expires_days=14,
    )
    assert said(NPS, after) == [
        ("Name", "Would they recommend us?", "Would you?"),
        ("Asked", "On a rhythm, by touch tier", "When a playbook or a person asks"),
        ("Hours until it is sent", "0", "24"),
        ("Who is asked", "Everybody who may be written to", "Those who decide"),
        ("Channel", "E-mail", "In the product"),
        ("Only who agreed", "No", "Yes"),
        ("Audience", "", "big"),
        ("Days to answer", "30", "14"),
    ]


def test_a_scale_that_is_turned_is_said():
    ces = shipped_survey("effort_ces")
    assert said(ces, replace(ces, is_reversed=True)) == [
        ("Scale", "1 to 7", "1 to 7, the lowest is the best")
    ]


def test_languages_and_texts():
    only = {code: text for code, text in as_mapping(NPS)["texts"].items() if code == "en"}
    after = changed(texts={"en": only["en"] | {"thanks": "Thanks!"}})
    found = said(NPS, after)
    assert found[0] == (
        "Languages, the first one first",
        "English, German, French, Spanish",
        "English",
    )
    assert found[1] == ("English: Thanks", NPS.texts["en"].thanks, "Thanks!")
    assert ("German: Subject of the mail", NPS.texts["de"].subject, "") in found
    assert len(found) == 2 + 3 * 7


def test_further_questions_are_called_by_their_number():
    text = as_mapping(NPS)["texts"]["en"]

    def with_questions(*asked):
        further = {
            key: {"question": question, **({"options": options} if options else {})}
            for key, question, options in asked
        }
        kinds = [
            {"key": key, **({"kind": "choice", "options": len(options)} if options else {})}
            for key, _question, options in asked
        ]
        return changed(further=kinds, texts={"en": text | {"further": further}})

    one, two = ("a", "Which part?", ["X", "Y"]), ("b", "What else?", [])
    assert said(with_questions(one), with_questions(one, two)) == [
        ("Further questions", "Which part?", "Which part?; What else?"),
        ("English: further question 2", "", "What else?"),
    ]
    assert said(with_questions(one, two), with_questions(two)) == [
        ("Further questions", "Which part?; What else?", "What else?"),
        ("English: further question 1 (removed)", "Which part?", ""),
        ("English: options of further question 1 (removed)", "X; Y", ""),
    ]
    assert said(with_questions(one, two), with_questions(two, one)) == [
        ("Further questions", "Which part?; What else?", "What else?; Which part?")
    ]
