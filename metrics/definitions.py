"""What every figure of revenue retention is made of, said once.

A figure is a sum over accounts (`MadeOf`) or a quotient of such sums (`Ratio`). The arrays of
`metrics.retention.vectors`, the SQL of `metrics.facts.figure_sql`, the stored months, the pages,
their lists and their files are all made from the declarations here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from fractions import Fraction
from typing import Any, Self

from accounts.catalogue import MovementKind


class Method(StrEnum):
    """What a report counts as the changes of an account; start, end and NRR are the same."""

    BY_ACCOUNT = "accounts"
    """The net change between the two ends of the window, as one change."""
    BY_MOVEMENTS = "movements"
    """The movements in the window; those of one day are one movement."""


class Adds(StrEnum):
    """What an account adds to a sum."""

    START = "start"
    """Its ARR at the start of the window."""
    END = "end"
    """Its ARR at the end."""
    CHANGE = "change"
    """Its changes, of the kinds named or of all, as the method counts them."""
    ONE = "one"
    """1, of the kinds named when its net change between the two ends is of such a kind."""


class Accounts(Enum):
    """Which accounts a sum is over: (paid at the start, pays at the end), None: either."""

    ALL = (None, None)
    COHORT = (True, None)
    PAYING = (None, True)
    KEPT = (True, True)
    LEFT = (True, False)


@dataclass(frozen=True, slots=True)
class MadeOf:
    """A sum over accounts. Changes are signed: a loss is below zero, and `sign` turns it."""

    adds: Adds
    kinds: tuple[MovementKind, ...] = ()
    of: Accounts = Accounts.ALL
    sign: int = 1

    @property
    def is_level(self) -> bool:
        """ARR on a day, made of all history, not of what happened in the window."""
        return self.adds in (Adds.START, Adds.END)


NEW = MovementKind.NEW
REACTIVATION = MovementKind.REACTIVATION
EXPANSION = MovementKind.EXPANSION
CONTRACTION = MovementKind.CONTRACTION
CHURN = MovementKind.CHURN


def _start_field(of: Accounts = Accounts.ALL) -> Any:
    return field(default=0, metadata={"made_of": MadeOf(Adds.START, of=of)})


def _change_field(*kinds: MovementKind, of: Accounts = Accounts.ALL, sign: int = 1) -> Any:
    return field(default=0, metadata={"made_of": MadeOf(Adds.CHANGE, kinds, of=of, sign=sign)})


def _count_field(*kinds: MovementKind, of: Accounts = Accounts.ALL) -> Any:
    return field(default=0, metadata={"made_of": MadeOf(Adds.ONE, kinds, of=of)})


@dataclass(frozen=True, slots=True)
class Summable:
    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @classmethod
    def sums(cls) -> dict[str, MadeOf]:
        """What each number is made of, in their order."""
        return {f.name: f.metadata["made_of"] for f in fields(cls)}


@dataclass(frozen=True, slots=True)
class Bridge(Summable):
    """All accounts: start + new + reactivation + expansion − contraction − churn = end."""

    start: int = _start_field()
    new: int = _change_field(NEW)
    reactivation: int = _change_field(REACTIVATION)
    expansion: int = _change_field(EXPANSION)
    contraction: int = _change_field(CONTRACTION, sign=-1)
    churn: int = _change_field(CHURN, sign=-1)

    @property
    def end(self) -> int:
        gained = self.new + self.reactivation + self.expansion
        return self.start + gained - self.contraction - self.churn


@dataclass(frozen=True, slots=True)
class Cohort(Summable):
    """The accounts that paid at the start; what is new is no part of it."""

    start: int = _start_field(of=Accounts.COHORT)
    reactivation: int = _change_field(REACTIVATION, of=Accounts.COHORT)
    # A second contract booked as "new" on a paying account is that account's expansion.
    expansion: int = _change_field(EXPANSION, NEW, of=Accounts.COHORT)
    contraction: int = _change_field(CONTRACTION, of=Accounts.COHORT, sign=-1)
    churn: int = _change_field(CHURN, of=Accounts.COHORT, sign=-1)

    @property
    def end(self) -> int:
        return self.start + self.reactivation + self.expansion - self.contraction - self.churn

    @property
    def kept(self) -> int:
        """What is left of the start without any growth."""
        return self.start - self.contraction - self.churn


@dataclass(frozen=True, slots=True)
class Logos(Summable):
    """Accounts, counted by their state at the two ends whatever the method."""

    start: int = _count_field(of=Accounts.COHORT)
    kept: int = _count_field(of=Accounts.KEPT)
    end: int = _count_field(of=Accounts.PAYING)
    new: int = _count_field(NEW)
    reactivated: int = _count_field(REACTIVATION)
    expanded: int = _count_field(EXPANSION, of=Accounts.COHORT)
    contracted: int = _count_field(CONTRACTION, of=Accounts.COHORT)


@dataclass(frozen=True, slots=True)
class Retention:
    """All sums of one report, or of one group of it."""

    bridge: Bridge = Bridge()
    cohort: Cohort = Cohort()
    logos: Logos = Logos()

    def __add__(self, other: "Retention") -> "Retention":
        return Retention(
            bridge=self.bridge + other.bridge,
            cohort=self.cohort + other.cohort,
            logos=self.logos + other.logos,
        )

    def rate(self, rate: "Rate") -> Fraction | None:
        return RATES[rate].of(self)


PARTS: dict[str, type[Summable]] = {"bridge": Bridge, "cohort": Cohort, "logos": Logos}
"""The parts of a Retention by their names."""


def ratio(*, part: int, whole: int) -> Fraction | None:
    """None where nothing is there to be a part of: "no cohort", never a division by zero."""
    return Fraction(part, whole) if whole > 0 else None


@dataclass(frozen=True, slots=True)
class Ratio:
    """`part` ÷ `whole` of the same report, exact, never clamped."""

    label: str
    short: str
    meaning: str
    part: Callable[[Retention], int]
    whole: Callable[[Retention], int]
    is_share: bool = False
    """Lies between 0 and 1 unless the ledger says something unusual, which pages then name."""

    @property
    def title(self) -> str:
        return self.label if self.short == self.label else f"{self.label} ({self.short})"

    def of(self, retention: Retention) -> Fraction | None:
        return ratio(part=self.part(retention), whole=self.whole(retention))


class Rate(StrEnum):
    """The rates that have targets, bands and a line over the months."""

    NRR = "nrr"
    GRR = "grr"
    LOGO = "logo"


RATES = {
    Rate.NRR: Ratio(
        label="Net revenue retention",
        short="NRR",
        meaning="ARR at the end ÷ ARR at the start, of the accounts that paid at the start.",
        part=lambda found: found.cohort.end,
        whole=lambda found: found.cohort.start,
    ),
    Rate.GRR: Ratio(
        label="Gross revenue retention",
        short="GRR",
        meaning="ARR at the start without contraction and churn ÷ ARR at the start; no growth"
        " counts.",
        part=lambda found: found.cohort.kept,
        whole=lambda found: found.cohort.start,
        is_share=True,
    ),
    Rate.LOGO: Ratio(
        label="Logo retention",
        short="Logo retention",
        meaning="Of the accounts that paid at the start, those that still pay at the end.",
        part=lambda found: found.logos.kept,
        whole=lambda found: found.logos.start,
        is_share=True,
    ),
}
NET_REVENUE_CHURN = Ratio(
    label="Net revenue churn",
    short="net revenue churn",
    meaning="ARR the cohort lost less what it gained ÷ its ARR at the start; below zero it grew.",
    part=lambda found: found.cohort.start - found.cohort.end,
    whole=lambda found: found.cohort.start,
)
QUICK_RATIO = Ratio(
    label="Quick ratio",
    short="quick ratio",
    meaning="ARR won (new, reactivation, expansion) for each unit lost (contraction, churn).",
    part=lambda found: found.bridge.new + found.bridge.reactivation + found.bridge.expansion,
    whole=lambda found: found.bridge.contraction + found.bridge.churn,
)


class Figure(StrEnum):
    """What opens a list of accounts and one of movements."""

    START = "start"
    NEW = "new"
    REACTIVATION = "reactivation"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    CHURN = "churn"
    END = "end"
    NRR = "nrr"
    GRR = "grr"
    LOGO = "logo"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a figure opens: the accounts that add to it, and their movements.

    `total` is what the list adds up to, from the sums of the report. Without `lists_all`, accounts
    that add nothing are left out.
    """

    label: str
    meaning: str
    made_of: MadeOf
    total: Callable[[Retention], int]
    lists_all: bool = False


def _opened_rate(
    rate: Rate, made_of: MadeOf, total: Callable[[Retention], int], **more: bool
) -> Opened:
    return Opened(RATES[rate].label, RATES[rate].meaning, made_of, total, **more)


FIGURES = {
    Figure.START: Opened(
        label="ARR at the start",
        meaning="What all accounts paid at the end of the day the window starts.",
        made_of=MadeOf(Adds.START),
        total=lambda found: found.bridge.start,
    ),
    Figure.NEW: Opened(
        label="New",
        meaning="ARR of accounts that pay for the first time.",
        made_of=MadeOf(Adds.CHANGE, (NEW,)),
        total=lambda found: found.bridge.new,
    ),
    Figure.REACTIVATION: Opened(
        label="Reactivation",
        meaning="ARR of accounts that had stopped paying and pay again.",
        made_of=MadeOf(Adds.CHANGE, (REACTIVATION,)),
        total=lambda found: found.bridge.reactivation,
    ),
    Figure.EXPANSION: Opened(
        label="Expansion",
        meaning="More ARR of accounts that paid already.",
        made_of=MadeOf(Adds.CHANGE, (EXPANSION,)),
        total=lambda found: found.bridge.expansion,
    ),
    Figure.CONTRACTION: Opened(
        label="Contraction",
        meaning="Less ARR of accounts that still pay.",
        made_of=MadeOf(Adds.CHANGE, (CONTRACTION,)),
        total=lambda found: -found.bridge.contraction,
    ),
    Figure.CHURN: Opened(
        label="Churn",
        meaning="ARR of accounts that stopped paying.",
        made_of=MadeOf(Adds.CHANGE, (CHURN,)),
        total=lambda found: -found.bridge.churn,
    ),
    Figure.END: Opened(
        label="ARR at the end",
        meaning="What all accounts pay at the end of the last day of the window.",
        made_of=MadeOf(Adds.END),
        total=lambda found: found.bridge.end,
    ),
    Figure.NRR: _opened_rate(
        Rate.NRR,
        MadeOf(Adds.CHANGE, of=Accounts.COHORT),
        lambda found: found.cohort.end - found.cohort.start,
        lists_all=True,
    ),
    Figure.GRR: _opened_rate(
        Rate.GRR,
        MadeOf(Adds.CHANGE, (CONTRACTION, CHURN), of=Accounts.COHORT),
        lambda found: found.cohort.kept - found.cohort.start,
    ),
    Figure.LOGO: _opened_rate(
        Rate.LOGO,
        MadeOf(Adds.CHANGE, of=Accounts.LEFT),
        lambda found: -found.cohort.churn,  # by account: the churn is that of those who left
        lists_all=True,
    ),
}
