"""Accounts and ARR by band, and what of it is at risk."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from health.scoring import TOO_NEW, UNSCORED
from metrics.facts.health import BandAccount, BandFilter, BandTotal
from metrics.queries.figures import PAGE_SIZE
from metrics.queries.report_snapshot import ReportSnapshot


@dataclass(frozen=True, slots=True)
class HealthPicture:
    """ARR in minor units of the reporting currency; `day` None is now."""

    day: date | None
    bands: tuple[BandTotal, ...]

    @property
    def accounts(self) -> int:
        return sum(band.accounts for band in self.bands)

    @property
    def arr(self) -> int:
        return sum(band.arr for band in self.bands)

    @property
    def unjudged(self) -> tuple[int, int]:
        """Accounts without a score, or too new for one, and their ARR: at risk or not, nobody
        knows."""
        found = [band for band in self.bands if band.band in (UNSCORED, TOO_NEW)]
        return sum(band.accounts for band in found), sum(band.arr for band in found)

    @property
    def accounts_at_risk(self) -> int:
        return sum(band.accounts for band in self.bands if band.at_risk)

    @property
    def arr_at_risk(self) -> int:
        return sum(band.arr for band in self.bands if band.at_risk)


def health_of(snapshot: ReportSnapshot) -> HealthPicture | None:
    """None where nothing was scored by then."""
    if not snapshot.is_scored:
        return None
    bands = snapshot.health_totals()
    return HealthPicture(day=snapshot.moment.scored_on, bands=bands) if bands else None


@dataclass(frozen=True, slots=True)
class HealthList:
    """A page of accounts; `count` and `arr` are of all pages, `totals` of all bands. `day` None is
    now."""

    day: date | None
    rows: tuple[BandAccount, ...]
    totals: tuple[BandTotal, ...]
    count: int
    arr: int


def health_accounts(*, snapshot: ReportSnapshot, wanted: BandFilter, page: int) -> HealthList:
    """As the overview counts them, the largest first."""
    totals = snapshot.health_totals()
    chosen = [total for total in totals if wanted.keeps(total)]
    rows = snapshot.state().accounts(wanted=wanted, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    return HealthList(
        day=snapshot.moment.scored_on,
        rows=tuple(rows),
        totals=totals,
        count=sum(total.accounts for total in chosen),
        arr=sum(total.arr for total in chosen),
    )


def all_health_accounts(*, snapshot: ReportSnapshot, wanted: BandFilter) -> Iterator[BandAccount]:
    return snapshot.state().all_accounts(wanted=wanted)
