"""Plain text as runs of which some are links: only whole http and https addresses are."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\^{}|]+", re.IGNORECASE)
# Of the sentence around it rather than of the address.
_SENTENCE_ENDS = ".,;:!?…"


def linked_runs(text: str) -> list[tuple[str, str]]:
    """Each run of the text, and where it leads, empty where it leads nowhere; together they are
    the text."""
    return [run for run in _text_and_links(text) if run[0]]


def _text_and_links(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    for found in _ADDRESS.finditer(text):
        address = _without_sentence(found[0])
        if not is_web_address(address):
            continue
        yield text[place : found.start()], ""
        yield address, address
        place = found.start() + len(address)
    yield text[place:], ""


def _without_sentence(address: str) -> str:
    """A bracket that closes is of the address where it opens in it."""
    while address and (
        address[-1] in _SENTENCE_ENDS
        or (address[-1] == ")" and address.count(")") > address.count("("))
    ):
        address = address[:-1]
    return address


def is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
