"""What a file is, by its content: its name and what a browser calls it prove nothing."""

from __future__ import annotations

from typing import Final

MOST_BYTES: Final = 12_000
"""A page of a survey comes with it to less than 20 kB."""


def picture_type(data: bytes) -> str:
    """The media type of a PNG, JPEG or WebP; empty for anything else, an SVG among them.

    >>> picture_type(b"<svg></svg>")
    ''
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return ""
