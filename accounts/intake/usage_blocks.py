"""Usage rows by the ten thousand: cells compared as machine words instead of one by one.

An account, a day or a feature is understood once and recognised by its bytes from then on. What
is in any way unusual goes the slow way, which decides and says why; this one only remembers.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accounts.catalogue import ActorClass
from accounts.intake.errors import FieldError, RecordError
from accounts.intake.field_values import EmptyValue, read_field
from accounts.intake.parse_options import EmptyCell, ParseOptions
from accounts.intake.plain_blocks import PlainBlock
from accounts.intake.specs.usage import USAGE
from accounts.intake.usage_rows import UsageReader, UsageRow

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Row = tuple[int, list[str]]
COLUMNS = ("account", "day", "feature", "events")
_WORD = 8
ACTOR, VALUE = "actor", "total_value"
# Of rows that say no value.
NO_VALUE = int(np.iinfo(np.int64).min)
_MOST_WORDS = {"account": 8, "day": 2, "feature": 10, ACTOR: 2}  # 64 bytes, 16, 80, 16
_MOST_DIGITS = 9
_MOST_OF_A_VALUE = 13
_MOST_REMEMBERED = 200_000
_APART, _END = "\x1f", "\n"
_MARKS = (_APART, _END, "\r", "\x00")
_NEWLINE, _RETURN = 10, 13
_MINUS, _POINT = 45, 46
_MIXES = np.array([0x9E3779B97F4A7C15 * (2 * n + 1) % 2**64 for n in range(10)], np.uint64)
# Keeps the first n bytes of a word that was read from lower addresses to higher ones.
_KEEP = np.array([(1 << (8 * n)) - 1 for n in range(_WORD)] + [2**64 - 1], dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class UsageColumns:
    """Rows as columns: `lines` of the file, places in the lists of names, events, the number of
    the class of actor, and what the events are worth in ten-thousandths (NO_VALUE: not said)."""

    lines: Ints
    account: Ints
    day: Ints
    feature: Ints
    events: Ints
    actor: Ints
    value: Ints
    accounts: Sequence[str]
    days: Sequence[date]
    features: Sequence[str]


@dataclass(slots=True)
class _Vocabulary:
    """Byte strings that were understood, by hash, compared in full."""

    words: int
    values: list[Any] = field(default_factory=list)
    places: dict[Any, int] = field(default_factory=dict)
    _hashes: Words = field(default_factory=lambda: np.empty(0, np.uint64))
    _known: Words = field(default_factory=lambda: np.empty((0, 0), np.uint64))
    _place: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    def place_of(self, value: Any) -> int:
        place = self.places.setdefault(value, len(self.values))
        if place == len(self.values):
            self.values.append(value)
        return place

    def find(self, cells: Words) -> Ints:
        """The place of each row of words, -1 where it is not known."""
        found = np.full(len(cells), -1, np.int64)
        if not len(self._hashes):
            return found
        hashes = _word_hashes(cells)
        at = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        same = self._hashes[at] == hashes
        for n in range(self.words):
            same &= self._known[at, n] == (cells[:, n] if n < cells.shape[1] else 0)
        found[same] = self._place[at[same]]
        return found

    def learn(self, cells: Words, places: Ints) -> None:
        wide = np.zeros((len(cells), self.words), np.uint64)
        wide[:, : cells.shape[1]] = cells
        known = np.concatenate([self._known.reshape(-1, self.words), wide])
        place = np.concatenate([self._place, places])
        hashes = _word_hashes(known)
        order = np.argsort(hashes)
        # Two strings of one hash: the second is looked up the slow way for ever.
        order = order[np.concatenate([[True], hashes[order][1:] != hashes[order][:-1]])]
        self._hashes, self._known, self._place = hashes[order], known[order], place[order]


def _word_hashes(cells: Words) -> Words:
    """Of the words that are not all zero: trailing ones do not count."""
    mixed = np.zeros(len(cells), np.uint64)
    for n in range(cells.shape[1]):
        mixed += (cells[:, n] ^ (cells[:, n] >> np.uint64(29))) * _MIXES[n]
    return mixed ^ (mixed >> np.uint64(32))


def _is_plain(row: list[str], *, width: int) -> bool:
    return len(row) == width and not any(mark in cell for cell in row for mark in _MARKS)


@dataclass(slots=True)
class BlockReader:
    """Reads batches of one file whose cells are `header`, in that order."""

    header: tuple[str, ...]
    reading: ParseOptions
    _slow: UsageReader = field(init=False)
    _words: dict[str, _Vocabulary] = field(init=False)

    def __post_init__(self) -> None:
        self._slow = UsageReader(self.header, self.reading)
        self._words = {
            name: _Vocabulary(max_value)
            for name, max_value in _MOST_WORDS.items()
            if name in COLUMNS or name in self.header
        }

    @property
    def _is_usual(self) -> bool:
        if VALUE in self.header and not self._has_plain_values:
            return False
        return set(self.header) - {ACTOR, VALUE} == set(COLUMNS)

    @property
    def _has_plain_values(self) -> bool:
        """With a decimal point, and an empty cell says nothing."""
        is_kept = self.reading.empty_cell(VALUE) == EmptyCell.KEEP
        return is_kept and self.reading.decimal_mark != ","

    def read(self, rows: Sequence[Row]) -> tuple[UsageColumns, list[RecordError]]:
        plain = self._plain_row_places(rows)
        text = "".join([_APART.join(rows[n][1]) + _END for n in plain])
        cells = _Cells(text.encode("utf-8", "surrogatepass"), ord(_APART), len(self.header))
        lines = np.fromiter((rows[n][0] for n in plain), np.int64, len(plain))
        places, good = self._read_cells(cells)
        taken = set(lines[good].tolist())
        slow = [(line, row) for line, row in rows if line not in taken]
        return self._with_slow_rows(lines, places, good, slow)

    def read_block(self, block: PlainBlock) -> tuple[UsageColumns, list[RecordError]]:
        """The same from the bytes of a file in which no cell is quoted."""
        if not self._is_usual:
            return self.read(block.rows())
        cells = _Cells(block.data, ord(block.delimiter), len(self.header))
        lines = cells.lines + block.line
        places, good = self._read_cells(cells)
        unusual = np.ones(cells.line_count, np.bool_)
        unusual[cells.lines[good]] = False
        return self._with_slow_rows(
            lines, places, good, block.rows(np.flatnonzero(unusual).tolist())
        )

    def _read_cells(self, cells: "_Cells") -> tuple[dict[str, Ints], NDArray[np.bool_]]:
        for name, vocabulary in self._words.items():
            if len(vocabulary.values) > _MOST_REMEMBERED:  # memory stays flat
                self._words[name] = _Vocabulary(vocabulary.words)
        return self._vocabulary_places(cells)

    def _with_slow_rows(
        self, lines: Ints, places: dict[str, Ints], good: NDArray[np.bool_], slow: Sequence[Row]
    ) -> tuple[UsageColumns, list[RecordError]]:
        good_rows, errors = self._slow.read(slow)
        return self._joined_columns(lines[good], places, np.flatnonzero(good), good_rows), errors

    def _plain_row_places(self, rows: Sequence[Row]) -> Sequence[int]:
        """Rows of the right width whose cells hold none of the marks that part them here."""
        width = len(self.header)
        if not self._is_usual:
            return []
        if all(len(row) == width for _, row in rows):
            text = "".join(["".join(row) for _, row in rows])
            if not any(mark in text for mark in _MARKS):
                return range(len(rows))
        return [n for n, (_, row) in enumerate(rows) if _is_plain(row, width=width)]

    def _vocabulary_places(self, cells: "_Cells") -> tuple[dict[str, Ints], NDArray[np.bool_]]:
        good = np.ones(cells.rows, np.bool_)
        places: dict[str, Ints] = {}
        for name, vocabulary in self._words.items():
            words, fits = cells.words(self.header.index(name), max_value=_MOST_WORDS[name])
            found = vocabulary.find(words)
            missing = np.flatnonzero((found < 0) & fits)
            if len(missing):
                self._learn_new_words(name, cells, words, missing)
                found = vocabulary.find(words)
            places[name] = found
            good &= (found >= 0) & fits
        places["events"], digits = cells.numbers(self.header.index("events"))
        if VALUE in self.header:
            places[VALUE], plain = cells.ten_thousandths(self.header.index(VALUE))
            digits &= plain
        return places, good & digits

    def _learn_new_words(self, name: str, cells: "_Cells", words: Words, missing: Ints) -> None:
        """Each new byte string is read once: no field of usage depends on another."""
        _, first = np.unique(_word_hashes(words[missing]), return_index=True)
        at, field = self.header.index(name), USAGE.by_name()[name]
        new, places = [], []
        for n in missing[first].tolist():
            with suppress(FieldError, EmptyValue):  # said when its row is read the slow way
                value = read_field(cells.text(at, n), field=field, reading=self.reading)
                new.append(n)
                places.append(self._words[name].place_of(value))
        if new:
            self._words[name].learn(words[new], np.array(places, np.int64))

    def _joined_columns(
        self, lines: Ints, places: dict[str, Ints], taken: Ints, slow: Sequence[UsageRow]
    ) -> UsageColumns:
        words = self._words
        also = {
            "account": [words["account"].place_of(row.account) for row in slow],
            "day": [words["day"].place_of(row.day) for row in slow],
            "feature": [words["feature"].place_of(row.feature) for row in slow],
            "events": [row.events for row in slow],
        }
        columns = {
            name: np.concatenate([places[name][taken], np.array(also[name], np.int64)])
            for name in COLUMNS
        }
        actor = np.concatenate(
            [self._actor_numbers(places, taken), np.array([row.actor for row in slow], np.int64)]
        )
        said = places[VALUE][taken] if VALUE in places else np.full(len(taken), NO_VALUE)
        slow_values = [NO_VALUE if row.value is None else row.value for row in slow]
        value = np.concatenate([said, np.array(slow_values, np.int64)])
        order = np.concatenate([lines, np.array([row.position for row in slow], np.int64)])
        return UsageColumns(
            order,
            columns["account"],
            columns["day"],
            columns["feature"],
            columns["events"],
            actor,
            value,
            words["account"].values,
            words["day"].values,
            words["feature"].values,
        )

    def _actor_numbers(self, places: dict[str, Ints], taken: Ints) -> Ints:
        if ACTOR not in places:
            return np.full(len(taken), ActorClass.PERSON.number, np.int64)
        numbers = [ActorClass(value).number for value in self._words[ACTOR].values]
        return np.array(numbers, np.int64)[places[ACTOR][taken]]


class _Cells:
    """Where each cell of whole lines begins and ends, and its bytes as words.

    Only lines of `width` cells: `lines` are their numbers, from 0.
    """

    def __init__(self, data: bytes, mark: int, width: int) -> None:
        # Room behind the last cell for the words that begin in it.
        self.data = data + bytes(_WORD * 10)
        self._bytes = np.frombuffer(self.data, np.uint8)
        marks = np.flatnonzero((self._bytes == _NEWLINE) | (self._bytes == mark))
        starts = np.concatenate([np.zeros(1, np.int64), marks + 1])[: len(marks)]
        ends = np.flatnonzero(self._bytes[marks] == _NEWLINE)
        widths = np.diff(ends, prepend=-1)
        self.line_count = len(ends)
        self.lines = np.flatnonzero(widths == width)
        within = np.repeat(widths == width, widths)
        self._starts = starts[within].reshape(-1, width)
        self._stops = marks[within].reshape(-1, width)
        self.rows = len(self.lines)
        if self.rows:
            self._stops[:, -1] -= self._bytes[self._stops[:, -1] - 1] == _RETURN
        # The eight bytes from any place on, without copying: words that overlap.
        self._at = np.ndarray((len(self.data) - _WORD + 1,), "<u8", self.data, strides=(1,))

    def text(self, place: int, row: int) -> str:
        found = self.data[self._starts[row, place] : self._stops[row, place]]
        return found.decode("utf-8", "surrogatepass")

    def words(self, place: int, *, max_value: int) -> tuple[Words, NDArray[np.bool_]]:
        starts = self._starts[:, place]
        lengths = self._stops[:, place] - starts
        fits = (lengths > 0) & (lengths <= max_value * _WORD)
        count = min(int(-(-lengths.max(initial=1) // _WORD)) or 1, max_value)
        words = np.empty((self.rows, count), np.uint64)
        for n in range(count):
            kept = np.clip(lengths - n * _WORD, 0, _WORD)
            words[:, n] = self._at[np.minimum(starts + n * _WORD, len(self._at) - 1)] & _KEEP[kept]
        return words, fits

    def numbers(self, place: int) -> tuple[Ints, NDArray[np.bool_]]:
        """Whole numbers of up to nine digits, and which cells are such."""
        starts = self._starts[:, place]
        lengths = self._stops[:, place] - starts
        good = (lengths > 0) & (lengths <= _MOST_DIGITS)
        values = np.zeros(self.rows, np.int64)
        for n in range(min(int(lengths.max(initial=0)), _MOST_DIGITS)):
            within = lengths > n
            digit = self._bytes[starts + n].astype(np.int64) - 48
            good &= ~within | ((digit >= 0) & (digit <= 9))
            values = np.where(within, values * 10 + digit, values)
        return values, good

    def ten_thousandths(self, place: int) -> tuple[Ints, NDArray[np.bool_]]:
        """Numbers with up to four decimals behind a point, NO_VALUE of an empty cell, and which
        cells are either."""
        starts = self._starts[:, place]
        lengths = self._stops[:, place] - starts
        good = lengths <= _MOST_OF_A_VALUE
        values, digits, decimals = (np.zeros(self.rows, np.int64) for _ in range(3))
        is_below, has_point = np.zeros(self.rows, np.bool_), np.zeros(self.rows, np.bool_)
        for n in range(min(int(lengths.max(initial=0)), _MOST_OF_A_VALUE)):
            within, byte = lengths > n, self._bytes[starts + n].astype(np.int64)
            is_digit = within & (byte >= 48) & (byte <= 57)
            is_point, is_minus = within & (byte == _POINT), within & (byte == _MINUS)
            good &= ~within | is_digit | (is_point & ~has_point) | (is_minus & (n == 0))
            has_point |= is_point
            is_below |= is_minus
            digits += is_digit
            decimals += is_digit & has_point
            values = np.where(is_digit, values * 10 + byte - 48, values)
        good &= (decimals <= 4) & (digits > decimals) & (has_point == (decimals > 0))
        values *= 10 ** (4 - np.minimum(decimals, 4))
        values[is_below] *= -1
        return np.where(lengths == 0, NO_VALUE, values), good | (lengths == 0)
