"""What people write, as clauses of words, in the four languages whose word lists are here.

Words are compared without case and accents (`fold`), since people type neither reliably.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

LANGUAGES: Final = ("en", "de", "fr", "es")

_FOLDER = Path(__file__).parent / "word_lists"
_CUT = re.compile(r"[.,;:!?()\[\]{}\"“”„«»¿¡/\n\r…–—|]+")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_NOT = re.compile(r"n['’]t$", re.IGNORECASE)
_APOSTROPHE = re.compile(r"['’]")
_SHORTEST_BEGINNING = 3
_ENOUGH = 0.25
"""Of the words of a text about half are stop words of its language."""


class WrittenWord(NamedTuple):
    written: str
    folded: str


@dataclass(frozen=True, slots=True)
class WordList:
    """Of one language, folded. `weights` of words and of beginnings of words: −3 to 3."""

    stop: frozenset[str]
    joins: frozenset[str]
    """Stop words that stand within a name: ease of use."""
    negation: frozenset[str]
    stronger: frozenset[str]
    weaker: frozenset[str]
    turns: frozenset[str]
    """What begins another thought within a sentence."""
    weights: dict[str, int]
    beginnings: dict[str, int]

    def weight(self, folded: str) -> int | None:
        """None of a word that says nothing; of several beginnings the longest counts."""
        found = self.weights.get(folded)
        if found is not None:
            return found
        lengths = range(len(folded), _SHORTEST_BEGINNING - 1, -1)
        begun = (self.beginnings.get(folded[:length]) for length in lengths)
        return next((weight for weight in begun if weight is not None), None)


def fold(text: str) -> str:
    """Größe → grosse, problème → probleme."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@lru_cache(maxsize=len(LANGUAGES))
def word_list(language: str) -> WordList:
    """One of LANGUAGES."""
    words: dict[str, list[str]] = defaultdict(list)
    section = ""
    for line in (_FOLDER / f"{language}.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            words[section] += fold(line).split()
    weights: dict[str, int] = {}
    beginnings: dict[str, int] = {}
    for weight in (-3, -2, -1, 1, 2, 3):
        for word in words[f"{weight:+d}"]:
            if word.endswith("*"):
                beginnings[word[:-1]] = weight
            else:
                weights[word] = weight
    sets = {
        name: frozenset(words[name])
        for name in ("stop", "joins", "negation", "stronger", "weaker", "turns")
    }
    return WordList(**sets, weights=weights, beginnings=beginnings)


def clauses(text: str) -> Iterator[list[WrittenWord]]:
    """Runs of words without a punctuation mark between them."""
    for piece in _CUT.split(text):
        words = [part for word in _WORD.findall(piece) for part in _word_parts(word)]
        if words:
            yield words


@lru_cache(maxsize=50_000)
def _word_parts(word: str) -> tuple[WrittenWord, ...]:
    """doesn't → does not; l'export → l, export; set-up is one word, as setup is."""
    parts = [_NOT.sub("", word), "not"] if _NOT.search(word) else _APOSTROPHE.split(word)
    return tuple(WrittenWord(part, fold(part).replace("-", "")) for part in parts if part)


def language_of(words: Sequence[WrittenWord], *, said: str | None = None) -> str | None:
    """The language whose stop words are met most often; where that does not decide, the one `said`
    (`de`, `de-AT`). None of another, or where nothing tells: related languages share some words, so
    one that is said and not read here is believed unless many words speak against it.
    """
    said = (said or "").lower().replace("_", "-").split("-")[0]
    hits = {
        language: sum(word.folded in word_list(language).stop for word in words)
        for language in LANGUAGES
    }
    needed = len(words) * _ENOUGH if said and said not in LANGUAGES else 1
    most = max(hits.values())
    found = [language for language in LANGUAGES if hits[language] == most]
    if most >= max(1, needed) and len(found) == 1:
        return found[0]
    return said if said in LANGUAGES else None
