"""Cells of a file somebody will open in a spreadsheet, and send back."""

import re

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\x00")
_NUMBER = re.compile(r"-?[0-9][0-9.,]*")


def neutral(text: str) -> str:
    """What a spreadsheet would take for a formula is marked as text; numbers stay numbers."""
    text = text.replace("\x00", "")
    if text.startswith(_STARTS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def as_it_was(text: str) -> str:
    """Takes the mark away from a cell that `neutral` wrote."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_STARTS) else text
