"""Which texts are missing: the same that keep a survey from being read, and those to translate."""

import pytest

from surveys.library.definition_reader import examine_survey
from surveys.library.missing_texts import text_gaps
from surveys.library.shipped import KEYS, shipped_survey

WHOLE = {"subject": "About it", "question": "How was it?", "reason": "Why?"}


def survey(texts, *, kind="csat", further=()):
    said = {"key": "one", "name": "One", "kind": kind, "moment": "on_request"}
    return examine_survey({**said, "further": list(further), "texts": texts})


def gaps(texts, **said):
    found = text_gaps(survey(texts, **said)[0])
    return [(gap.language, gap.fault.value, gap.name, gap.key) for gap in found]


@pytest.mark.parametrize("key", KEYS)
def test_what_ships_lacks_nothing(key):
    assert text_gaps(shipped_survey(key)) == []


def test_what_is_needed_depends_on_the_kind():
    assert gaps({"en": {}}) == [
        ("en", "missing", "subject", ""),
        ("en", "missing", "question", ""),
        ("en", "missing", "reason", ""),
    ]
    assert gaps({"en": {}}, kind="free") == [
        ("en", "missing", "subject", ""),
        ("en", "missing", "reason", ""),
    ]


def test_what_another_language_says_is_to_be_translated_and_keeps_nothing_back():
    texts = {"en": WHOLE | {"thanks": "Thank you"}, "de": WHOLE | {"intro": "Ein Klick"}}
    assert gaps(texts) == [
        ("en", "untranslated", "intro", ""),
        ("de", "untranslated", "thanks", ""),
    ]
    definition, problems = survey(texts)
    assert problems == []
    assert not any(gap.is_needed for gap in text_gaps(definition))


def test_options_are_as_many_as_in_the_first_language():
    asked = [{"key": "which", "kind": "choice", "options": 3}]

    def text(*options):
        return WHOLE | {"further": {"which": {"question": "Which?", "options": list(options)}}}

    assert gaps({"en": text("A", "B", "C"), "de": text("A")}, further=asked) == [
        ("de", "other_options", "options", "which")
    ]
    asked[0]["options"] = 2
    assert gaps({"en": text("A")}, further=asked) == [("en", "few_options", "options", "which")]


@pytest.mark.parametrize("name", ["subject", "question", "reason"])
def test_what_is_needed_is_what_the_reader_refuses(name):
    definition, problems = survey({"en": WHOLE | {name: ""}})
    assert [gap.name for gap in text_gaps(definition)] == [name]
    assert [problem.partition(":")[0] for problem in problems] == [f"texts.en.{name}"]
