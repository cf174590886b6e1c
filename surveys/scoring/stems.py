"""Light stemming: forms of one word come to one stem, which is no word and is shown to nobody.

Endings only, in the spirit of the light stemmers of Harman (1991, J. Am. Soc. Inf. Sci. 42: 7–15)
for English and Savoy (2006, ACM SAC: 1031–1035) for German and French; Spanish is treated alike.
Taking off too little leaves two themes where one would do; taking off too much would mix what
customers mean, so stems stay long.
"""

import re
from functools import lru_cache

_SHORTEST = 4

# The first that fits is replaced, in each of the steps of a language; words are folded.
_STEPS: dict[str, tuple[tuple[tuple[str, str], ...], ...]] = {
    "en": (
        (("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("ies", "y")),
        (("ss", "ss"), ("us", "us"), ("is", "is"), ("s", "")),
        (("ing", ""), ("ied", "y"), ("ed", "")),
        (("e", ""),),
    ),
    "de": (
        (("ungen", "ung"), ("ern", ""), ("em", ""), ("en", ""), ("er", ""), ("es", "")),
        (("ss", "ss"), ("s", ""), ("e", ""), ("n", "")),
    ),
    "fr": (
        (("eaux", "eau"), ("aux", "al"), ("s", ""), ("x", "")),
        (("ees", ""), ("ee", ""), ("er", ""), ("ez", ""), ("e", "")),
    ),
    "es": (
        (("ces", "z"), ("iones", "ion"), ("ores", "or"), ("ales", "al"), ("s", "")),
        (("o", ""), ("a", ""), ("e", "")),
    ),
}
_DOUBLED = re.compile(r"([bdgmnprt])\1$")


@lru_cache(maxsize=50_000)
def stem(folded: str, language: str) -> str:
    """Of a folded word in one of the languages that have word lists."""
    for step in _STEPS[language]:
        folded = _without_ending(folded, step)
    return _DOUBLED.sub(r"\1", folded) if language == "en" else folded


def _without_ending(word: str, step: tuple[tuple[str, str], ...]) -> str:
    for ending, kept in step:
        if word.endswith(ending):
            shorter = word[: -len(ending)] + kept
            return shorter if len(shorter) >= _SHORTEST else word
    return word
