"""The format of COPY … (FORMAT binary) to and from numpy: rows of one width, without NULL."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Column: TypeAlias = tuple[str, npt.NDArray[Any]]

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
# Dates travel as days since 2000-01-01.
DATE_SHIFT = date(2000, 1, 1).toordinal() - date(1970, 1, 1).toordinal()
# The same for days counted from year 1, as `date.toordinal` does.
FIRST_ORDINAL = date(2000, 1, 1).toordinal()
_ELEMENT_OIDS = {">i2": 21, ">f8": 701}


def rows(columns: Sequence[Column]) -> bytes:
    """Columns as (numpy type, values): one-dimensional values are scalars, others arrays.

    Types are big-endian (“>i2”, “>i4”, “>i8”, “>f8”) or bytes of one length (“S5”).
    """
    count = len(columns[0][1])
    fields: list[Any] = [("fields", ">i2")]
    for number, (kind, values) in enumerate(columns):
        fields += _column_dtype(f"c{number}", kind, values)
    block = np.zeros(count, dtype=np.dtype(fields))
    block["fields"] = len(columns)
    for number, (kind, values) in enumerate(columns):
        _fill_column(block, f"c{number}", kind, values)
    return block.tobytes()


def stream(blocks: Iterable[bytes]) -> io.BytesIO:
    """Rows as COPY reads them."""
    return io.BytesIO(b"".join([HEADER, *blocks, TRAILER]))


def columns_of(buffer: io.BytesIO, kinds: Mapping[str, str]) -> npt.NDArray[np.void]:
    """What COPY wrote: a column of each name, of its numpy type."""
    layout: list[tuple[str, str]] = [("_fields", ">i2")]
    for name, kind in kinds.items():
        layout += [(f"_{name}_size", ">i4"), (name, kind)]
    view = buffer.getbuffer()
    body = view[len(HEADER) : len(view) - len(TRAILER)]
    return np.frombuffer(body, dtype=np.dtype(layout))


def _column_dtype(name: str, kind: str, values: npt.NDArray[Any]) -> list[Any]:
    """Entries of a structured numpy type."""
    if values.ndim == 1:
        return [(f"{name}_size", ">i4"), (name, kind)]
    element = np.dtype([("size", ">i4"), ("value", kind)])
    return [
        (f"{name}_size", ">i4"),
        (f"{name}_head", ">i4", (5,)),
        (name, element, (values.shape[1],)),
    ]


def _fill_column(block: npt.NDArray[Any], name: str, kind: str, values: npt.NDArray[Any]) -> None:
    width = np.dtype(kind).itemsize
    if values.ndim == 1:
        block[f"{name}_size"] = width
        block[name] = values
        return
    length = values.shape[1]
    block[f"{name}_size"] = 20 + length * (4 + width)
    # One dimension, no NULLs, the element type, its length, counted from 1.
    block[f"{name}_head"] = (1, 0, _ELEMENT_OIDS[kind], length, 1)
    block[name]["size"] = width
    block[name]["value"] = values
