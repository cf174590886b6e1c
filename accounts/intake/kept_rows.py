"""Rows of an upload as they are kept until it is imported: whole chunks of them, packed."""

import gzip
import json
from collections.abc import Iterable, Iterator

Row = tuple[int, list[str]]
MOST_ROWS = 5_000
_MOST_CHARACTERS = 4_000_000
# Packing costs more time than it saves room above this.
_LEVEL = 1


def chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Up to 5,000 rows each, fewer where they are long: memory stays flat."""
    chunk: list[Row] = []
    characters = 0
    for line, row in rows:
        chunk.append((line, row))
        characters += sum(map(len, row))
        if len(chunk) >= MOST_ROWS or characters >= _MOST_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def pack(rows: list[Row]) -> bytes:
    return gzip.compress(json.dumps(rows, ensure_ascii=False).encode(), _LEVEL)


def unpack(body: bytes) -> list[Row]:
    return [(line, row) for line, row in json.loads(gzip.decompress(body))]


def quotes(body: bytes, *, needles: Iterable[str]) -> bool:
    """Whether a cell mentions one of these texts, in any case."""
    text = gzip.decompress(body).decode().casefold()
    return any(
        json.dumps(needle, ensure_ascii=False)[1:-1].casefold() in text for needle in needles
    )
