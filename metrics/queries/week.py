"""What changed in the week, one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

from metrics.facts.week import ChangeRow, ChangeTotal, NewsKind
from metrics.queries.figures import PAGE_SIZE
from metrics.queries.report_snapshot import ReportSnapshot


@dataclass(frozen=True, slots=True)
class ChangeList:
    """A page of news; `total` is of all pages, `totals` of all kinds."""

    rows: tuple[ChangeRow, ...]
    total: ChangeTotal
    totals: tuple[ChangeTotal, ...]


def change_list(*, snapshot: ReportSnapshot, change: NewsKind, page: int) -> ChangeList:
    rows = snapshot.week().rows(change=change, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    totals = snapshot.week_totals()
    found = {total.change: total for total in totals}
    total = found.get(change, ChangeTotal(change, 0, 0))
    return ChangeList(rows=tuple(rows), total=total, totals=totals)


def all_changes(*, snapshot: ReportSnapshot, change: NewsKind) -> Iterator[ChangeRow]:
    return snapshot.week().all_rows(change=change)
