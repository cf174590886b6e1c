"""Which moment a report is about, and the figures that are stored for it while they are current."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection

from accounts.models import Installation
from accounts.money.rates import RateTable
from metrics.definitions import Method
from metrics.facts.health import BandTotal
from metrics.facts.ledger import rates_as_text
from metrics.facts.renewals import RenewalTotal
from metrics.facts.report_date import ReportDate
from metrics.facts.week import DAYS, ChangeTotal, NewsKind
from metrics.models import ReportDay
from metrics.retention.forecast import Chances
from metrics.retention.overdue import OverdueAccounts
from metrics.retention.renewals import RenewalState
from surveys.queries.nps import DAYS as NPS_DAYS
from surveys.queries.nps import NpsAnswers


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Of all accounts, as `HealthState`, `RenewalReport` and `WeekOfChanges` add them up."""

    health: tuple[BandTotal, ...]
    renewals: tuple[RenewalTotal, ...]
    week: tuple[ChangeTotal, ...]
    overdue: Mapping[Method, OverdueAccounts]
    """Of the twelve months to the last month-end, at `overdue_rates`; empty where not kept."""
    overdue_rates: Mapping[str, str]
    nps: NpsAnswers

    def as_json(self) -> dict[str, Any]:
        return {
            "health": [[b.band, b.at_risk, b.accounts, b.arr, b.below_sixty] for b in self.health],
            "renewals": [
                [t.state, t.at_risk, t.renewals, t.arr, t.expected] for t in self.renewals
            ],
            "week": [[t.change, t.count, t.amount] for t in self.week],
            "overdue": {method: found.as_json() for method, found in self.overdue.items()},
            "overdue_rates": dict(self.overdue_rates),
            "nps": self.nps.as_json(),
        }

    @classmethod
    def of_json(cls, figures: Mapping[str, Any]) -> "DayFigures":
        return cls(
            health=tuple(BandTotal(*row) for row in figures["health"]),
            renewals=tuple(
                RenewalTotal(RenewalState(state), *rest) for state, *rest in figures["renewals"]
            ),
            week=tuple(ChangeTotal(NewsKind(change), *rest) for change, *rest in figures["week"]),
            overdue={
                Method(method): OverdueAccounts.of_json(found)
                for method, found in figures.get("overdue", {}).items()
            },
            overdue_rates=figures.get("overdue_rates", {}),
            nps=NpsAnswers.of_json(figures["nps"]),
        )


StoredDays = Mapping[date, DayFigures]


def chances_as_text(chances: Chances) -> dict[str, str]:
    """As a stored day remembers them."""
    found = {
        f"{lower.normalize():f}": f"{chance.normalize():f}" for lower, chance in chances.bounds
    }
    return found | {"": f"{chances.unscored.normalize():f}"}


def latest_closed_day(*, until: date) -> date | None:
    """None before the first night."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(day) FROM health_closedday WHERE day <= %s", [until])
        day: date | None = cursor.fetchone()[0]
    return day


def moment_of(
    *, day: date, today: date, rates: RateTable, zone: str, stored: StoredDays
) -> tuple[ReportDate, DayFigures | None]:
    """The present while the day is not over; else its end, with what of it is stored."""
    moment = ReportDate(day=day, rates=rates.on(day), zone=zone, is_present=day >= today)
    if moment.is_present:
        return moment, None
    figures = stored.get(day)
    scored_on = latest_closed_day(until=day)
    return replace(moment, scored_on=scored_on, is_stored=figures is not None), figures


def stored_days(*, days: Iterable[date], rates: RateTable, chances: Chances) -> StoredDays:
    """Of those of these days that are stored and current, with one look at what was changed."""
    rows = [
        row
        for row in ReportDay.objects.filter(day__in=set(days))
        if _has_same_rates(row, rates, chances)
    ]
    changed = _changed_days(rows) if rows else set()
    return {row.day: DayFigures.of_json(row.figures) for row in rows if row.day not in changed}


def is_current(stored: ReportDay, *, rates: RateTable, chances: Chances) -> bool:
    """Computed today, its figures would be the same."""
    return _has_same_rates(stored, rates, chances) and not _changed_days([stored])


def _has_same_rates(stored: ReportDay, rates: RateTable, chances: Chances) -> bool:
    known = (stored.currency, stored.rates, stored.chances)
    return known == (rates.base, rates_as_text(rates.on(stored.day)), chances_as_text(chances))


# Uses index: accounts_revenuemovement_pkey. Only rows newer than what a day was computed from are
# looked at. ORDER BY makes the planner read them by the key: it cannot know how far the ledger of a
# day reaches, assumes a third of the table, and would scan all of it.
_CHANGED = """
    SELECT d.day
    FROM unnest(%(days)s::date[], %(ledgers)s::bigint[]) AS d (day, ledger_through)
    WHERE EXISTS (
        SELECT FROM (SELECT effective_on FROM accounts_revenuemovement
            WHERE id > d.ledger_through ORDER BY id OFFSET 0) recent
        WHERE effective_on <= d.day
    ) OR EXISTS (
        SELECT FROM metrics_factchange c
        WHERE (c.source = 'scores' AND c.day > d.day - %(week)s AND c.day <= d.day)
            OR (c.source IN ('overrides', 'open_ended') AND c.day <= d.day)
            OR (c.source = 'contracts' AND c.day <= d.day
                AND c.day >= date_trunc('quarter', d.day - %(week)s - %(grace)s))
            OR (c.source = 'answers' AND c.day >= d.day - %(nps_days)s AND c.day <= d.day)
    )
"""


def _changed_days(rows: Sequence[ReportDay]) -> set[date]:
    with connection.cursor() as cursor:
        cursor.execute(
            _CHANGED,
            {
                "days": [row.day for row in rows],
                "ledgers": [row.ledger_through for row in rows],
                "week": DAYS,
                "nps_days": NPS_DAYS,
                "grace": Installation.current().overdue_grace_days,
            },
        )
        return {day for (day,) in cursor.fetchall()}
