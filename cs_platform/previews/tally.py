"""Adds up what batches of accounts would do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from cs_platform.models.previews import BINS
from health.facts.scope import Ints
from health.preview import Outlook
from health.scoring import MISSING, Calm, to_decimal
from playbooks.engine.crossing_preview import Foreseen

_BIN = 10_000 // BINS


@dataclass(frozen=True, slots=True)
class Mover:
    account_id: int
    from_band: str
    to_band: str
    old_score: Decimal | None
    new_score: Decimal | None
    arr_minor: int
    reason: str
    from_card: str
    to_card: str


@dataclass(slots=True)
class Tally:
    """`cells` and `cell_arr` are by (band today, band under the draft), both computed; `cards` and
    `card_arr` by the names of the scorecards, of accounts that get another one.

    `at_risk_before` and `at_risk_after` are (accounts, ARR) in bands at risk, today and under the
    draft; a band set by hand counts rather than the computed one. `calm` is what each margin and
    dwell would have done.
    """

    accounts: int = 0
    rescored: int = 0
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    cell_arr: Counter[tuple[str, str]] = field(default_factory=Counter)
    cards: Counter[tuple[str, str]] = field(default_factory=Counter)
    card_arr: Counter[tuple[str, str]] = field(default_factory=Counter)
    before_bins: Ints = field(default_factory=lambda: np.zeros(BINS, dtype=np.int64))
    after_bins: Ints = field(default_factory=lambda: np.zeros(BINS, dtype=np.int64))
    movers: list[Mover] = field(default_factory=list)
    foreseen: dict[int, Foreseen] = field(default_factory=dict)
    arr: dict[int, int] = field(default_factory=dict)
    at_risk_before: tuple[int, int] = (0, 0)
    at_risk_after: tuple[int, int] = (0, 0)
    calm: list[Calm] = field(default_factory=list)

    def add_calm(self, found: list[Calm]) -> None:
        """One of each margin and dwell, in the same order for every batch."""
        self.calm = [
            one.plus(other)
            for one, other in zip(self.calm or [Calm()] * len(found), found, strict=True)
        ]

    def add(self, outlook: Outlook) -> None:
        self.accounts += len(outlook)
        self.rescored += int((outlook.old_score != outlook.new_score).sum())
        self.before_bins += in_bins(outlook.old_score)
        self.after_bins += in_bins(outlook.new_score)
        for cell, arr in zip(
            zip(outlook.old_band, outlook.new_band, strict=True),
            outlook.arr.tolist(),
            strict=True,
        ):
            self.cells[cell] += 1
            self.cell_arr[cell] += arr
        if any(outlook.cards):
            self.cards[outlook.cards] += len(outlook)
            self.card_arr[outlook.cards] += int(outlook.arr.sum())
        before, after = outlook.risky
        self.at_risk_before = _at_risk_sums(self.at_risk_before, outlook, outlook.old_band, before)
        self.at_risk_after = _at_risk_sums(self.at_risk_after, outlook, outlook.new_band, after)
        for row, reason in outlook.reasons.items():
            self.movers.append(_mover_of_row(outlook, row, reason))
        for row in {*outlook.reasons, *outlook.crossings}:
            self._add_foreseen(outlook, row)

    def _add_foreseen(self, outlook: Outlook, row: int) -> None:
        account_id = int(outlook.account_ids[row])
        self.arr[account_id] = int(outlook.arr[row])
        self.foreseen[account_id] = Foreseen(
            to_decimal(int(outlook.new_score[row])),
            outlook.new_band[row],
            outlook.crossings.get(row, ()),
        )


def _at_risk_sums(
    sums: tuple[int, int], outlook: Outlook, bands: list[str], risky: frozenset[str]
) -> tuple[int, int]:
    rows = [row for row, band in enumerate(bands) if outlook.held.get(row, band) in risky]
    return sums[0] + len(rows), sums[1] + int(outlook.arr[rows].sum())


def in_bins(scores: Ints) -> Ints:
    """Accounts in steps of five points; 100 belongs to the last, unscored to none."""
    known = scores[scores != MISSING]
    return np.bincount(np.minimum(known // _BIN, BINS - 1), minlength=BINS)


def _mover_of_row(outlook: Outlook, row: int, reason: str) -> Mover:
    return Mover(
        account_id=int(outlook.account_ids[row]),
        from_band=outlook.old_band[row],
        to_band=outlook.new_band[row],
        old_score=to_decimal(int(outlook.old_score[row])),
        new_score=to_decimal(int(outlook.new_score[row])),
        arr_minor=int(outlook.arr[row]),
        reason=reason,
        from_card=outlook.cards[0],
        to_card=outlook.cards[1],
    )
