"""What the demo company's people, programs and agents do in the product, as a tool tells it."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from accounts.demo.offering import FEATURES
from accounts.demo.schema import BlockTables
from accounts.demo.tables import BinaryTable
from tests.golden.health.telling import Telling

_EPOCH = date(2000, 1, 1)
_PEOPLE = 6  # of whom active days are told; the others are left out to be quick
_ACTORS = {"connectors": "service"}


def usage_of(tables: BlockTables, keys: Mapping[int, str]) -> Iterator[Telling]:
    features = {feature.id: feature.key for feature in FEATURES}
    for account, day, number, _, events in _packed(tables.usage, "qihii"):
        feature = features[number]
        raw = {"account": keys[account], "feature": feature, "events": events}
        yield _dated("usage", day, raw | {"actor": _ACTORS.get(feature, "person")})
    for account, month, user, bits in _packed(tables.users, "qi5si"):
        if int(user[1:]) <= _PEOPLE:
            actor = "agent" if int(user[1:]) == _PEOPLE else "person"
            raw = {"account": keys[account], "user": user.decode(), "actor": actor}
            for bit in range(31):
                if bits >> bit & 1:
                    yield _dated("user_days", month + bit, raw)


def _dated(kind: str, number: int, raw: dict[str, Any]) -> Telling:
    day = _EPOCH + timedelta(days=number)
    return Telling(day, kind, raw | {"day": day.isoformat()})


def _packed(table: BinaryTable, kinds: str) -> Iterator[tuple[Any, ...]]:
    """Rows of the binary COPY: a count of fields, then each one behind its length."""
    fields = re.findall(r"5s|[a-z]", kinds)
    row = struct.Struct(">h" + "".join(f"i{kind}" for kind in fields))
    for chunk in table.chunks:
        for found in row.iter_unpack(chunk):
            yield found[2::2]
