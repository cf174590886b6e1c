"""Changes to the content of a draft, in the shape of the YAML; the given content stays as it is.

Pure. Each raises KeyError where the question or language is not there (any more).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveys.catalogue import QuestionKind

Content = dict[str, Any]
FEWEST_OPTIONS, MOST_OPTIONS = 2, 12


def with_question(content: Mapping[str, Any], kind: QuestionKind) -> tuple[Content, str]:
    """A further question behind the others, without words yet, and its key."""
    asked = list(content.get("further", ()))
    taken = {each["key"] for each in asked}
    number = next(n for n in range(1, len(asked) + 2) if f"question_{n}" not in taken)
    new: Content = {"key": f"question_{number}", "kind": kind.value}
    if kind is QuestionKind.CHOICE:
        new["options"] = FEWEST_OPTIONS
    return {**content, "further": [*asked, new]}, new["key"]


def without_question(content: Mapping[str, Any], key: str) -> Content:
    """In all languages."""
    asked = list(content.get("further", ()))
    _place_of(asked, key)
    texts = {
        language: {
            **text,
            "further": {k: said for k, said in text.get("further", {}).items() if k != key},
        }
        for language, text in content["texts"].items()
    }
    return {**content, "further": [each for each in asked if each["key"] != key], "texts": texts}


def with_question_moved(content: Mapping[str, Any], key: str, *, by: int) -> Content:
    """One place up (-1) or down (1); the first stays first."""
    asked = list(content.get("further", ()))
    place = _place_of(asked, key)
    target = min(max(place + by, 0), len(asked) - 1)
    asked.insert(target, asked.pop(place))
    return {**content, "further": asked}


def _place_of(asked: list[Content], key: str) -> int:
    for place, each in enumerate(asked):
        if each["key"] == key:
            return place
    raise KeyError(key)


def with_language(content: Mapping[str, Any], language: str) -> Content:
    """Behind the others; what it says already stays."""
    texts = content["texts"]
    return {**content, "texts": {**texts, language: texts.get(language, {})}}


def without_language(content: Mapping[str, Any], language: str) -> Content:
    """Raises ValueError where it is the only one."""
    texts = dict(content["texts"])
    del texts[language]
    if not texts:
        raise ValueError(language)
    return _with_counted_options({**content, "texts": texts})


def with_language_first(content: Mapping[str, Any], language: str) -> Content:
    """The one for whoever speaks none of them."""
    texts = content["texts"]
    return _with_counted_options({**content, "texts": {language: texts[language], **texts}})


def with_text(content: Mapping[str, Any], language: str, text: Mapping[str, Any]) -> Content:
    """What the survey says in this language."""
    texts = content["texts"]
    if language not in texts:
        raise KeyError(language)
    return _with_counted_options({**content, "texts": {**texts, language: dict(text)}})


def _with_counted_options(content: Content) -> Content:
    """The first language says how many there are to choose from."""
    first = next(iter(content["texts"].values()))
    asked = [_with_count(each, first) for each in content.get("further", ())]
    return {**content, "further": asked}


def _with_count(asked: Content, first: Mapping[str, Any]) -> Content:
    if asked["kind"] != QuestionKind.CHOICE:
        return asked
    options = first.get("further", {}).get(asked["key"], {}).get("options", ())
    return {**asked, "options": min(max(len(options), FEWEST_OPTIONS), MOST_OPTIONS)}
