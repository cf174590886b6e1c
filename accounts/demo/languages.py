"""What accounts and their people speak: most of them English."""

from __future__ import annotations

import numpy as np

_ENGLISH = "en"
# By region: a language and how many of its accounts speak it; English is what is left.
_OF_REGION = {
    "Europe": (("de", 0.26), ("fr", 0.16), ("es", 0.1)),
    "Latin America": (("es", 0.7),),
    "North America": (("fr", 0.04), ("es", 0.03)),
}
_KNOWN = 0.7
_AS_THE_ACCOUNT = 0.85
# Of those who speak another language than their account.
_OTHERS = ("de", "fr", "es", _ENGLISH)


def language_of_account(random: np.random.Generator, *, region: str) -> str:
    drawn = random.random()
    for language, share in _OF_REGION.get(region, ()):
        drawn -= share
        if drawn < 0:
            return language
    return _ENGLISH


def languages_of_people(random: np.random.Generator, *, account: str, people: int) -> list[str]:
    """One each, empty where nobody noted it. Colleagues of another language speak English more
    often than any other; at accounts that speak English few do not."""
    found = []
    for known, same, other in random.random((people, 3)):
        if known > _KNOWN:
            found.append("")
        elif same < (0.97 if account == _ENGLISH else _AS_THE_ACCOUNT):
            found.append(account)
        else:
            found.append(_OTHERS[min(int(other * 8), 3)])
    return found
