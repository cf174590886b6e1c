"""What free answers are about: terms that keep company, and on which side they are said.

Plain counting, the same answers always in the same themes. A term is a word or two words that
follow each other, by their stems; an answer has a term or not, however often. Terms that mostly
occur in the same answers are one theme.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log, sqrt
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from surveys.scoring.free_text import (
    LANGUAGES,
    WordList,
    WrittenWord,
    clauses,
    language_of,
    word_list,
)
from surveys.scoring.intervals import Z95
from surveys.scoring.scores import Standing
from surveys.scoring.stems import stem

Stems: TypeAlias = tuple[str, ...]
Clause: TypeAlias = Sequence[WrittenWord]

FEWEST: Final = 3
"""Answers that make a theme at least, and of many answers this share:"""
SHARE: Final = 1 / 200

_TOGETHER = 0.5
"""Of the answers with either of two terms this share has both: then they are one theme."""
_COVERED = 0.75
"""Of the answers of a word this share belongs to longer terms with it: then it says no more."""
_MOST_TERMS = 600
"""Terms that are looked at, the most frequent: themes are shown by tens."""
_PRIOR = 10.0
"""As if so many answers of each side had been like all answers together."""


class Leaning(StrEnum):
    """On which side a theme is said more often than chance makes it."""

    UNFAVOURABLE = "unfavourable"
    FAVOURABLE = "favourable"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class FreeAnswer:
    """`language`: what is known of whoever wrote it."""

    id: int
    text: str
    standing: Standing | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """`label` and `terms` as people write them most often; `answers`: their ids in order.

    `weight`: deviates by which the log odds of the theme among unfavourable answers exceed those
    among favourable ones, below 0 the reverse.
    """

    label: str
    terms: tuple[str, ...]
    answers: tuple[int, ...]
    weight: float

    @property
    def leaning(self) -> Leaning:
        if abs(self.weight) < Z95:
            return Leaning.NEITHER
        return Leaning.UNFAVOURABLE if self.weight > 0 else Leaning.FAVOURABLE


def themes(answers: Iterable[FreeAnswer], *, limit: int = 30) -> list[Theme]:
    """The themes that most answers have, `limit` at most, the most frequent first."""
    every = sorted(answers, key=lambda each: each.id)
    found = _TermIndex()
    for answer, written in zip(every, _read_texts(every), strict=True):
        for language, part in written:
            found.add(answer.id, part, language)
    support = max(FEWEST, round(SHARE * len(every)))
    common = found.common(support)
    groups = _without_covered_words(_groups_of(common), common)
    sides = _Sides.of(every)
    made = [_theme_of(group, common, found, sides) for group in groups]
    return sorted(made, key=lambda theme: (-len(theme.answers), theme.label))[:limit]


def _read_texts(answers: Sequence[FreeAnswer]) -> Iterator[list[tuple[str, Clause]]]:
    """The clauses of each, in their language: some people change it within an answer. Without any
    stop word it is the language in which others use most of its words, else English."""
    texts: list[list[tuple[str | None, Clause]]] = []
    known: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    for answer in answers:
        parts = list(clauses(answer.text))
        whole = language_of([word for part in parts for word in part], said=answer.language)
        texts.append([(language_of(part, said=whole), part) for part in parts])
        for language, part in texts[-1]:
            if language:
                known[language].update(word.folded for word in part)
    for text in texts:
        yield [(language or _likeliest_language(part, known), part) for language, part in text]


def _likeliest_language(part: Clause, known: Mapping[str, set[str]]) -> str:
    return max(LANGUAGES, key=lambda each: sum(word.folded in known[each] for word in part))


class _TermIndex:
    """Which answers have a term, and how people write it."""

    def __init__(self) -> None:
        self.answers: dict[Stems, set[int]] = defaultdict(set)
        self.written: dict[Stems, Counter[str]] = defaultdict(Counter)

    def add(self, answer: int, part: Clause, language: str) -> None:
        for term, written in _terms_in(part, language):
            self.answers[term].add(answer)
            self.written[term][written] += 1

    def common(self, support: int) -> dict[Stems, set[int]]:
        enough = [term for term, ids in self.answers.items() if len(ids) >= support]
        enough.sort(key=lambda term: (-len(self.answers[term]), term))
        return {term: self.answers[term] for term in enough[:_MOST_TERMS]}

    def label(self, term: Stems) -> str:
        """The most frequent way of writing it, of equally frequent ones the first by alphabet."""
        return min(self.written[term].items(), key=lambda item: (-item[1], item[0]))[0]


def _terms_in(words: Clause, language: str) -> Iterator[tuple[Stems, str]]:
    """Words that say something, and pairs of them: next to each other, joined (ease of use), or
    with a negation (not working)."""
    known = word_list(language)
    last, last_root, last_is_negation, reach = -9, "", False, 1
    for place, word in enumerate(words):
        is_negation = word.folded in known.negation
        if not is_negation and _says_nothing(word.folded, known):
            reach = 2 if word.folded in known.joins else 1
            continue
        root = stem(word.folded, language)
        if not is_negation:
            yield (root,), word.written.lower()
        if place - last <= reach and not (is_negation and last_is_negation):
            written = " ".join(each.written for each in words[last : place + 1])
            yield (last_root, root), written.lower()
        last, last_root, last_is_negation, reach = place, root, is_negation, 1


def _says_nothing(folded: str, known: WordList) -> bool:
    return len(folded) < 2 or folded.isdigit() or folded in known.stop


def _groups_of(common: Mapping[Stems, set[int]]) -> list[list[Stems]]:
    """Each term joins the most frequent one that it mostly occurs with, else leads a group."""
    ordered = sorted(common, key=lambda each: (-len(common[each]), each))
    near = _mostly_together([common[term] for term in ordered])
    groups: dict[int, list[Stems]] = {}
    for place, term in enumerate(ordered):
        leader = next((each for each in groups if near[place, each]), place)
        groups.setdefault(leader, []).append(term)
    return list(groups.values())


def _mostly_together(answers: Sequence[set[int]]) -> npt.NDArray[np.bool_]:
    """Of each two terms, by the answers that have them."""
    places = {answer: place for place, answer in enumerate(sorted(set().union(*answers)))}
    has = np.zeros((len(answers), len(places)), dtype=np.float32)  # counts stay exact to 2**24
    for term, ids in enumerate(answers):
        has[term, [places[answer] for answer in ids]] = 1
    both = has @ has.T
    alone = np.diag(both)
    return np.asarray(both >= _TOGETHER * (alone[:, None] + alone[None, :] - both), np.bool_)


def _without_covered_words(
    groups: list[list[Stems]], common: Mapping[Stems, set[int]]
) -> list[list[Stems]]:
    """Without the single words that longer terms of other groups say better."""
    kept = []
    for group in groups:
        if len(group) == 1 and len(group[0]) == 1:
            longer = [common[term] for term in common if len(term) > 1 and group[0][0] in term]
            own = common[group[0]]
            if len(set().union(*longer) & own) >= _COVERED * len(own):
                continue
        kept.append(group)
    return kept


@dataclass(frozen=True, slots=True)
class _Sides:
    every: int
    unfavourable: frozenset[int]
    favourable: frozenset[int]

    @classmethod
    def of(cls, answers: Sequence[FreeAnswer]) -> "_Sides":
        def ids(standing: Standing) -> frozenset[int]:
            return frozenset(each.id for each in answers if each.standing is standing)

        return cls(len(answers), ids(Standing.UNFAVOURABLE), ids(Standing.FAVOURABLE))

    def weight(self, answers: set[int]) -> float:
        """Log odds ratio with an informative Dirichlet prior, in its own deviates (Monroe, Colaresi
        & Quinn 2008, Political Analysis 16: 372–403), of answers with the theme against those
        without."""
        share = len(answers) / self.every
        odds, variance = [], 0.0
        for side in (self.unfavourable, self.favourable):
            having = len(answers & side) + _PRIOR * share
            lacking = len(side) - len(answers & side) + _PRIOR * (1 - share)
            odds.append(log(having) - log(max(lacking, 0.5)))
            variance += 1 / having
        return (odds[0] - odds[1]) / sqrt(variance)


def _theme_of(
    group: Sequence[Stems], common: Mapping[Stems, set[int]], found: _TermIndex, sides: _Sides
) -> Theme:
    answers = set().union(*(common[term] for term in group))
    # Of terms that are nearly as frequent as the first the longest reads best.
    readable = [term for term in group if 2 * len(common[term]) >= len(common[group[0]])]
    best = max(readable, key=lambda term: (len(term), len(common[term]), found.label(term)))
    return Theme(
        label=found.label(best),
        terms=tuple(found.label(term) for term in group),
        answers=tuple(sorted(answers)),
        weight=sides.weight(answers),
    )
