"""From which band to which accounts would go, and what that sums to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.ui.bands import band_look
from cs_platform.models.previews import Preview, PreviewCell
from health.scoring import TOO_NEW, UNSCORED


@dataclass(frozen=True, slots=True)
class BandName:
    key: str
    word: str
    tone: str
    at_risk: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """`kind`: same, better, worse, or other where one side is unscored."""

    from_band: str
    to_band: str
    accounts: int
    arr_minor: int
    kind: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    band: BandName
    cells: tuple[Cell, ...]
    accounts: int
    arr_minor: int


@dataclass(frozen=True, slots=True)
class Sums:
    """(accounts, ARR); at risk with the bands set by hand, all others as computed."""

    better: tuple[int, int]
    worse: tuple[int, int]
    moved: int
    at_risk_before: tuple[int, int]
    at_risk_after: tuple[int, int]

    @property
    def at_risk_arr_change(self) -> int:
        return self.at_risk_after[1] - self.at_risk_before[1]


def matrix_of(
    cells: Sequence[PreviewCell], before: Sequence[BandName], after: Sequence[BandName]
) -> list[MatrixRow]:
    """A row for every band of today that is shown or has accounts."""
    found = {(cell.from_band, cell.to_band): cell for cell in cells}
    known = {band.key for band in before}
    gone = sorted({cell.from_band for cell in cells} - known)
    looks = {key: band_look(key) for key in gone}
    rows = [*before, *(BandName(k, look.word, look.tone, False) for k, look in looks.items())]
    return [_matrix_row(found, band, rows, after) for band in rows]


def _matrix_row(
    found: dict[tuple[str, str], PreviewCell],
    band: BandName,
    before: Sequence[BandName],
    after: Sequence[BandName],
) -> MatrixRow:
    cells = tuple(
        _matrix_cell(found.get((band.key, to.key)), band, to, before, after) for to in after
    )
    accounts = sum(cell.accounts for cell in cells)
    return MatrixRow(band, cells, accounts, sum(cell.arr_minor for cell in cells))


def _matrix_cell(
    stored: PreviewCell | None,
    band: BandName,
    to: BandName,
    before: Sequence[BandName],
    after: Sequence[BandName],
) -> Cell:
    kind = _move_kind(band.key, to.key, [b.key for b in before], [b.key for b in after])
    count, arr = (stored.accounts, stored.arr_minor) if stored else (0, 0)
    return Cell(band.key, to.key, count, arr, kind)


def _move_kind(old: str, new: str, before: list[str], after: list[str]) -> str:
    if old == new:
        return "same"
    if {UNSCORED, TOO_NEW} & {old, new}:
        return "other"
    if old in after:
        return "worse" if after.index(new) > after.index(old) else "better"
    if new in before:
        return "worse" if before.index(new) > before.index(old) else "better"
    return "other"


def column_totals(matrix: Sequence[MatrixRow]) -> list[tuple[int, int]]:
    columns = zip(*(row.cells for row in matrix), strict=True)
    return [
        (sum(cell.accounts for cell in column), sum(cell.arr_minor for cell in column))
        for column in columns
    ]


def sums_of(preview: Preview, matrix: Sequence[MatrixRow]) -> Sums:
    cells = [cell for row in matrix for cell in row.cells]

    def total(chosen: Sequence[Cell]) -> tuple[int, int]:
        return sum(cell.accounts for cell in chosen), sum(cell.arr_minor for cell in chosen)

    return Sums(
        better=total([cell for cell in cells if cell.kind == "better"]),
        worse=total([cell for cell in cells if cell.kind == "worse"]),
        moved=sum(cell.accounts for cell in cells if cell.kind != "same"),
        at_risk_before=(preview.at_risk_before[0], preview.at_risk_before[1]),
        at_risk_after=(preview.at_risk_after[0], preview.at_risk_after[1]),
    )
