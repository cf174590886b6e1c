"""Changes to a draft: what they leave alone, and what they say of what is not there."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.catalogue import QuestionKind
from surveys.library import draft_edits as edits
from surveys.library.definition_reader import examine_survey
from surveys.library.survey_yaml import as_mapping


def draft(*kinds, languages=("en", "de")):
    further = [
        {"key": f"q{n}", "kind": kind, **({"options": 2} if kind == "choice" else {})}
        for n, kind in enumerate(kinds, start=1)
    ]
    texts = {
        code: {"subject": code, "further": {each["key"]: {"question": "?"} for each in further}}
        for code in languages
    }
    return {"key": "one", "name": "One", "kind": "csat", "further": further, "texts": texts}


def keys(content):
    return [each["key"] for each in content["further"]]


@given(st.lists(st.sampled_from(["text", "choice"]), min_size=1, max_size=5), st.data())
def test_moving_is_an_order_of_the_same_questions(kinds, data):
    content = draft(*kinds)
    before = copy.deepcopy(content)
    key = data.draw(st.sampled_from(keys(content)))
    by = data.draw(st.sampled_from([-1, 1]))
    moved = edits.with_question_moved(content, key, by=by)
    order = keys(content)
    place = order.index(key)
    other = place + by
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
    assert keys(moved) == order
    assert moved["texts"] == content["texts"]
    assert content == before


@given(st.lists(st.sampled_from(list(QuestionKind)), max_size=5))
def test_what_is_added_and_removed_again_was_never_there(kinds):
    content = draft("text", "choice")
    added = content
    made = []
    for kind in kinds:
        added, key = edits.with_question(added, kind)
        made.append(key)
    assert keys(added) == ["q1", "q2", *made]
    assert len(set(made)) == len(made)
    for key in made:
        added = edits.without_question(added, key)
    assert added == content


def test_a_question_goes_in_all_languages():
    left = edits.without_question(draft("text", "choice"), "q1")
    assert keys(left) == ["q2"]
    assert all(set(text["further"]) == {"q2"} for text in left["texts"].values())


@pytest.mark.parametrize(
    ("lines", "count"), [([], 2), (["A"], 2), (["A", "B", "C"], 3), (["A"] * 20, 12)]
)
def test_the_first_language_says_how_many_options_there_are(lines, count):
    text = {"further": {"q1": {"question": "?", "options": lines}}}
    first = edits.with_text(draft("choice"), "en", text)
    assert first["further"][0]["options"] == count
    later = edits.with_text(draft("choice"), "de", text)
    assert later["further"][0]["options"] == 2
    assert edits.with_language_first(later, "de")["further"][0]["options"] == count
    assert edits.without_language(later, "en")["further"][0]["options"] == count


def test_languages_come_last_first_and_go():
    content = edits.with_language(draft(), "fr")
    assert list(content["texts"]) == ["en", "de", "fr"]
    assert edits.with_language(content, "de") == content
    assert list(edits.with_language_first(content, "fr")["texts"]) == ["fr", "en", "de"]
    assert list(edits.without_language(content, "en")["texts"]) == ["de", "fr"]
    with pytest.raises(ValueError, match="en"):
        edits.without_language(draft(languages=["en"]), "en")


@pytest.mark.parametrize(
    "change",
    [
        lambda content: edits.with_question_moved(content, "gone", by=1),
        lambda content: edits.without_question(content, "gone"),
        lambda content: edits.without_language(content, "fr"),
        lambda content: edits.with_language_first(content, "fr"),
        lambda content: edits.with_text(content, "fr", {}),
    ],
)
def test_what_is_not_there_any_more_is_told(change):
    with pytest.raises(KeyError):
        change(draft("text"))


@given(st.lists(st.sampled_from(list(QuestionKind)), max_size=5), st.sampled_from(["fr", "de"]))
def test_a_draft_without_texts_is_read_again_as_it_was(kinds, language):
    content = {"key": "one", "name": "One", "kind": "csat", "moment": "on_request"}
    content["texts"] = {language: {}}
    for kind in kinds:
        content, _key = edits.with_question(content, kind)
    once = as_mapping(examine_survey(content)[0])
    assert as_mapping(examine_survey(once)[0]) == once
    assert [each["kind"] for each in once.get("further", [])] == [kind.value for kind in kinds]
    assert list(once["texts"]) == [language]
