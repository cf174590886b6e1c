"""How large the demo company is, over which days, and what its segments look like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from accounts.catalogue import Segment

ACCOUNTS_PER_BLOCK = 200
# Ids are given before loading: blocks can be made in any order, by any number of processes.
IDS_PER_BLOCK = 1_000_000
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentModel:
    """ARR in major units a year; probabilities are per renewal of an annual contract."""

    segment: Segment
    share: int
    arr_low: int
    arr_high: int
    arr_median: int
    arr_spread: float
    seat_price: int
    churn_threshold: float
    base_churn: float
    upsell_rate: float
    touches_a_month: float
    contacts: tuple[int, int]


SEGMENTS = (
    SegmentModel(
        segment=Segment.ENTERPRISE,
        share=40,
        arr_low=100_000,
        arr_high=480_000,
        arr_median=118_000,
        arr_spread=0.38,
        seat_price=1_500,
        churn_threshold=0.44,
        base_churn=0.004,
        upsell_rate=0.7,
        touches_a_month=2.6,
        contacts=(8, 14),
    ),
    SegmentModel(
        segment=Segment.MID_MARKET,
        share=120,
        arr_low=25_000,
        arr_high=100_000,
        arr_median=35_000,
        arr_spread=0.32,
        seat_price=1_200,
        churn_threshold=0.455,
        base_churn=0.012,
        upsell_rate=0.68,
        touches_a_month=1.1,
        contacts=(4, 8),
    ),
    SegmentModel(
        segment=Segment.SMB,
        share=180,
        arr_low=5_000,
        arr_high=25_000,
        arr_median=9_300,
        arr_spread=0.35,
        seat_price=900,
        churn_threshold=0.47,
        base_churn=0.03,
        upsell_rate=0.55,
        touches_a_month=0.4,
        contacts=(2, 4),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`last_day` is the last day with facts: yesterday, for a company that lives today."""

    last_day: date
    seed: int = 19
    accounts: int = 340
    years: float = 3.0

    @property
    def days(self) -> int:
        return round(self.years * DAYS_PER_YEAR)

    @property
    def first_day(self) -> date:
        return self.last_day - timedelta(days=self.days - 1)

    @property
    def blocks(self) -> int:
        return -(-self.accounts // ACCOUNTS_PER_BLOCK)

    @property
    def account_ids_per_block(self) -> int:
        """Ids stay close: reading a range beats looking ids up. There is room for the churned."""
        return round(ACCOUNTS_PER_BLOCK * (1.4 + 0.35 * self.years))

    def slots(self, *, block: int) -> range:
        """The places of customers in a block; each has one active account at the end."""
        begin = block * ACCOUNTS_PER_BLOCK
        return range(begin, min(begin + ACCOUNTS_PER_BLOCK, self.accounts))

    def random(self, *, block: int, topic: int, place: int = 0) -> np.random.Generator:
        """A stream of its own for each block, topic and place: more draws in one move no other.

        So a company that ends on another day has another calendar, and nearly the same fate.
        """
        return np.random.default_rng(np.random.SeedSequence([self.seed, block + 1, topic, place]))

    def segment_of_slots(self) -> np.ndarray:
        """Index into SEGMENTS for each slot: exact shares, shuffled."""
        total = sum(model.share for model in SEGMENTS)
        bounds = np.cumsum([model.share for model in SEGMENTS]) / total
        kinds = np.searchsorted(bounds, (np.arange(self.accounts) + 0.5) / self.accounts)
        order = np.random.default_rng(np.random.SeedSequence([self.seed, 0, 0]))
        return order.permutation(kinds)
