"""Accounts and ARR by band, and what of it is at risk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import User
from metrics.facts.health import BandAccount, BandFilter, BandTotal, HealthState
from metrics.facts.ledger import read_rates
from metrics.facts.scope import Scope
from metrics.models import HealthMonth
from metrics.queries.figures import PAGE_SIZE
from metrics.retention.windows import latest_month_end


@dataclass(frozen=True, slots=True)
class HealthPicture:
    """ARR in minor units of the reporting currency; `month` None is now."""

    month: date | None
    bands: tuple[BandTotal, ...]

    @property
    def accounts(self) -> int:
        return sum(band.accounts for band in self.bands)

    @property
    def arr(self) -> int:
        return sum(band.arr for band in self.bands)

    @property
    def accounts_at_risk(self) -> int:
        return sum(band.accounts for band in self.bands if band.at_risk)

    @property
    def arr_at_risk(self) -> int:
        return sum(band.arr for band in self.bands if band.at_risk)


def health_now(*, scope: Scope, base: str, rates: Mapping[str, Decimal]) -> HealthPicture:
    totals = HealthState(scope=scope, base=base, rates=rates).totals()
    return HealthPicture(month=None, bands=tuple(totals))


def health_of_month(*, month: date, scope: Scope) -> HealthPicture | None:
    """None where that month-end was not kept."""
    totals = _stored(month) if scope.accounts is None else _scoped(month, scope)
    return HealthPicture(month=month, bands=tuple(totals)) if totals else None


def _stored(month: date) -> Sequence[BandTotal]:
    return [
        BandTotal(
            band=row.band,
            at_risk=row.at_risk,
            accounts=row.accounts,
            arr=row.arr_minor,
            below_sixty=row.below_sixty,
        )
        for row in HealthMonth.objects.filter(month=month).order_by("band", "at_risk")
    ]


def _scoped(month: date, scope: Scope) -> Sequence[BandTotal]:
    """Amounts are the month's own, already converted."""
    return HealthState(scope=scope, base="", rates={}, month=month).totals()


@dataclass(frozen=True, slots=True)
class HealthList:
    """A page of accounts; `count` and `arr` are of all pages."""

    month: date | None
    rows: tuple[BandAccount, ...]
    count: int
    arr: int


def health_accounts(
    *, user: User, base: str, as_of: date, today: date, wanted: BandFilter, page: int
) -> HealthList:
    """As the overview counts them: now, or on the last month-end of an earlier day."""
    month = None if as_of >= today else latest_month_end(as_of)
    rates = read_rates(base=base).on(as_of)
    state = HealthState(scope=Scope.of(user=user), base=base, rates=rates, month=month)
    chosen = [
        total
        for total in state.totals()
        if wanted.band in ("", total.band) and (total.at_risk or not wanted.at_risk)
    ]
    rows = state.accounts(wanted=wanted, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    return HealthList(
        month=month,
        rows=tuple(rows),
        count=sum(total.accounts for total in chosen),
        arr=sum(total.arr for total in chosen),
    )
