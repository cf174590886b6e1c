"""Rows on their way into Postgres: text for the small tables, binary for the large ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from accounts import binary_rows

NULL = r"\N"
# What COPY's binary format calls the types we send: numpy's big-endian codes, and their sizes.
SMALL, INTEGER, BIG = ">i2", ">i4", ">i8"


@dataclass(slots=True)
class TextTable:
    """Rows are tuples in the order of the columns; None is NULL, an empty text stays one."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, *values: object) -> None:
        self.rows.append(values)

    def as_csv(self) -> io.StringIO:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([NULL if v is None else v for v in row] for row in self.rows)
        out.seek(0)
        return out


@dataclass(frozen=True, slots=True)
class DemoColumn:
    name: str
    type: str
    values: np.ndarray


@dataclass(slots=True)
class BinaryTable:
    """Fixed-width columns only; chunks are encoded when they are added, so memory stays small."""

    name: str
    columns: tuple[str, ...]
    chunks: list[bytes] = field(default_factory=list)
    count: int = 0

    def add(self, columns: Sequence[DemoColumn]) -> None:
        self.chunks.append(binary_rows.rows([(each.type, each.values) for each in columns]))
        self.count += len(columns[0].values)

    def stream(self) -> io.BytesIO:
        return binary_rows.stream(self.chunks)


def postgres_days(first_day: date, numbers: np.ndarray) -> np.ndarray:
    """Day numbers as Postgres counts dates: days since 2000-01-01."""
    return numbers + first_day.toordinal() - binary_rows.FIRST_ORDINAL


def array_literal(values: Iterable[str]) -> str:
    """A Postgres array of plain words."""
    return "{" + ",".join(values) + "}"


def counts(tables: Iterable[TextTable | BinaryTable]) -> Iterator[tuple[str, int]]:
    for table in tables:
        yield table.name, table.count if isinstance(table, BinaryTable) else len(table.rows)
