"""Two people on one draft: what was sent, spelled as content is, and a form of what was merged."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from health.pages.scorecards.fields import FLAGS, NUMBERS, read_number
from health.publishing.content import LINES, Content, spelled
from health.scoring import plain


def submitted(data: Mapping[str, str], *, names: set[str]) -> Content:
    """What somebody sent, spelled as content is; of parts that were not on their page nothing."""
    content = {}
    for name in names:
        flag = name.rpartition("-")[2] in FLAGS
        stem = name.rpartition("-")[0]
        was_there = f"{stem}-name" in data if stem else "revision" in data
        if flag and was_there:
            content[name] = "yes" if name in data else ""
        elif not flag and name in data:
            content[name] = _spelled_as_typed(name, data[name])
    return content


def _spelled_as_typed(name: str, text: str) -> str:
    if name == LINES:
        parts = [_number_as_typed(part) for part in text.split(",") if part.strip()]
        return ", ".join(sorted(parts, key=_number_or_zero, reverse=True))
    return _number_as_typed(text) if name.rpartition("-")[2] in NUMBERS else spelled(text)


def _number_as_typed(text: str) -> str:
    number = read_number(text)
    return spelled(text) if number is None else plain(number)


def _number_or_zero(text: str) -> Decimal:
    return read_number(text) or Decimal(0)


def as_data(content: Content, sent: Mapping[str, Any], *, revision: int) -> dict[str, Any]:
    """A form's data out of merged content, with the new parts that were being typed."""
    data: dict[str, Any] = {
        name: text for name, text in content.items() if text or name.rpartition("-")[2] not in FLAGS
    }
    data |= {name: value for name, value in sent.items() if name.startswith("new-")}
    return data | {"revision": revision}
