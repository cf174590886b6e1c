"""How a text sounds, −1 to 1, by counting words that weigh something.

A small lexicon for each language, with what stands near a word: a negation turns it about and takes
of its force, an intensifier adds to it. The scheme and its constants are those of VADER (Hutto &
Gilbert 2014, ICWSM), the words are our own. It reads neither irony nor what is only implied.
"""

from collections.abc import Iterator
from math import sqrt

from surveys.scoring.free_text import (
    LANGUAGES,
    WordList,
    WrittenWord,
    clauses,
    language_of,
    word_list,
)

_REACH = 3
"""So many words before a word change it."""
_TURNED = -0.74
_STRONGER, _WEAKER = 1.29, 0.71
_NORMAL = 15.0
"""A sum of ±4 is about ±0.7."""

_NEGATES_BEHIND = frozenset({"de", "fr"})
"""funktioniert nicht, marche pas: here a negation follows its verb."""


def sentiment(text: str, *, language: str | None = None) -> float | None:
    """−1 to 1; `language` is what is known of whoever wrote it. None where no word weighs
    anything, or the language is none of those with a lexicon."""
    found = list(clauses(text))
    words = [word for clause in found for word in clause]
    spoken = language_of(words, said=language)
    if spoken is None and language:
        return None
    tried = [spoken] if spoken else LANGUAGES
    weights = max((list(_weights_of(found, each)) for each in tried), key=len)
    if not weights:
        return None
    total = sum(weights)
    return total / sqrt(total * total + _NORMAL)


def _weights_of(found: list[list[WrittenWord]], language: str) -> Iterator[float]:
    known = word_list(language)
    for clause in found:
        for thought in _thoughts_of(clause, known):
            for place, word in enumerate(thought):
                weight = known.weight(word)
                if weight is not None:
                    yield weight * _force_at(place, thought, language, known)


def _thoughts_of(clause: list[WrittenWord], known: WordList) -> Iterator[list[str]]:
    """Cut before each "but"."""
    thought: list[str] = []
    for word in clause:
        if word.folded in known.turns:
            yield thought
            thought = []
        else:
            thought.append(word.folded)
    yield thought


def _force_at(place: int, thought: list[str], language: str, known: WordList) -> float:
    before = thought[max(0, place - _REACH) : place]
    force = 1.0
    for word in before:
        if word in known.stronger:
            force *= _STRONGER
        elif word in known.weaker:
            force *= _WEAKER
    is_turned = any(word in known.negation for word in before)
    if not is_turned and language in _NEGATES_BEHIND:
        is_turned = _is_negated_behind(thought[place + 1 :], known)
    return force * _TURNED if is_turned else force


def _is_negated_behind(after: list[str], known: WordList) -> bool:
    """By a negation within reach that has no word of its own to turn."""
    for place, word in enumerate(after[:_REACH]):
        if word in known.negation:
            return not any(known.weight(each) for each in after[place + 1 :][:_REACH])
        if known.weight(word):
            return False
    return False
