"""Rows of a large file by account: all rows of one account are judged in one transaction, so that
what a check says does not depend on where in the file they stand."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import IO
from zlib import crc32

from accounts.intake.fields import Kind
from accounts.intake.kept_rows import Row
from accounts.intake.specs import SPECS
from accounts.loading.account_names import external_ids

# Rows that are held at a time, and about as many as a transaction has.
BATCH, _ROWS = 5_000, 10_000
# Open files of a process are few.
_MOST = 200

Batches = Callable[[], Iterator[list[Row]]]


class AccountShards:
    """Rows in temporary files that have no name, in the order of the file; closed with `stack`."""

    def __init__(self, records: int, *, stack: ExitStack) -> None:
        count = max(1, min(_MOST, -(-records // _ROWS)))
        self._files: list[IO[str]] = [
            stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))  # noqa: SIM115 -- it is one
            for _ in range(count)
        ]

    def __len__(self) -> int:
        return len(self._files)

    def add(self, rows: Iterable[Row], keys: Iterable[str]) -> None:
        """Rows with one key are in one shard."""
        for row, key in zip(rows, keys, strict=True):
            shard = self._files[crc32(key.encode("utf-8", "surrogatepass")) % len(self._files)]
            shard.write(json.dumps(row) + "\n")

    def batches(self, number: int) -> Iterator[list[Row]]:
        """Of one shard, from its start."""
        shard = self._files[number]
        shard.seek(0)
        for lines in iter(lambda: list(islice(shard, BATCH)), []):
            yield [(line, row) for line, row in map(json.loads, lines)]


class ShardKeys:
    """By which key each row goes to its shard: the account it is about, and of accounts the topmost
    of those that stand above each other."""

    def __init__(self, kind: Kind, fields: Sequence[str], *, source: str) -> None:
        self._source = source
        self._parents: dict[str, str] = {}
        by = "account" if "account" in SPECS[kind].by_name() else SPECS[kind].key[0]
        self._at = fields.index(by) if by in fields else None
        is_family = kind == Kind.ACCOUNTS and "parent" in fields
        self._parent_at = fields.index("parent") if is_family else None
        self._is_named = by == "account"

    @property
    def needs_families(self) -> bool:
        return self._parent_at is not None

    def learn_families(self, rows: Iterable[Row]) -> None:
        """Who stands below whom, before keys are asked."""
        for _, row in rows:
            parent = _cell_at(row, self._parent_at)
            if parent:
                self._parents[_cell_at(row, self._at)] = parent

    def of(self, rows: Sequence[Row]) -> list[str]:
        cells = [_cell_at(row, self._at) for _, row in rows]
        names = external_ids(set(cells), source=self._source) if self._is_named else {}
        return [self._top_parent(names.get(cell, cell)) for cell in cells]

    def _top_parent(self, key: str) -> str:
        """A loop has no top: any of it that all of them name."""
        seen: list[str] = []
        while key in self._parents and key not in seen:
            seen.append(key)
            key = self._parents[key]
        return min(seen[seen.index(key) :]) if key in seen else key


def _cell_at(row: Sequence[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""
