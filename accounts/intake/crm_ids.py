"""Ids of a CRM that writes the same one in 15 characters, whose case counts, and in 18."""

import re

_SHORT = re.compile(r"[A-Za-z0-9]{15}")
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def long_form(short: str) -> str | None:
    """The 18 characters: three more say which of the 15 are capitals. None for another id.

    >>> long_form("001Hs00003AbCdE")
    '001Hs00003AbCdEIAV'
    """
    if not _SHORT.fullmatch(short):
        return None
    ends = (
        _SIGNS[sum(1 << n for n, character in enumerate(short[at : at + 5]) if character.isupper())]
        for at in (0, 5, 10)
    )
    return short + "".join(ends)


def other_form(text: str) -> str | None:
    """Of 15 characters the 18, of 18 the 15; None where the last three do not fit."""
    if len(text) == 18:
        return text[:15] if long_form(text[:15]) == text else None
    return long_form(text)
