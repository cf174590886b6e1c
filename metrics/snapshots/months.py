"""The months: each account's position and what they add up to.

A month is computed when it is missing and again when the facts below it changed: a movement
learned late, a corrected rate or a corrected segment restates every window it lies in.
"""

import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import numpy as np

from accounts.money.rates import RateTable
from accounts.postgres_copy import copy
from metrics.definitions import PARTS, Method, Rate, Retention
from metrics.facts.ledger import rates_as_text
from metrics.facts.months import (
    LedgerState,
    first_movement_day,
    ledger_state,
    segment_digests,
)
from metrics.facts.positions import MonthPositions, read_months
from metrics.facts.scope import ReportScope
from metrics.models import TOTAL, AccountMonth, ReportedMonth, RetentionMonth, SnapshotMonth
from metrics.retention.rates import stored
from metrics.retention.vectors import KINDS, NO_KIND, net_change_kinds
from metrics.retention.windows import latest_month_end, month_end, month_ends

KEPT_MONTHS = 48


def write_months(*, day: date, rates: RateTable) -> list[date]:
    """Bring the months up to `day` in line with the ledger; those that were written."""
    months = _months_to_keep(day)
    wanted = _wanted_states(months, rates)
    changed = _months_to_write(wanted)
    for positions in read_months(months=changed, rates=rates, scope=ReportScope()):
        _write_month(positions)
    _store_month_states(wanted)
    _keep_reported_months(wanted, day=day)
    return changed


def _months_to_keep(day: date) -> tuple[date, ...]:
    first = first_movement_day()
    latest = latest_month_end(day)
    if first is None or first > latest:
        return ()
    oldest = month_end(first)
    count = (latest.year - oldest.year) * 12 + latest.month - oldest.month + 1
    return month_ends(until=latest, count=min(count, KEPT_MONTHS))


def _wanted_states(months: tuple[date, ...], rates: RateTable) -> list[SnapshotMonth]:
    """What each month should have been computed from, as things are now."""
    ledger: LedgerState = ledger_state(months=months)
    digests = segment_digests(months=months)
    return [
        SnapshotMonth(
            month=month,
            currency=rates.base,
            rates=rates_as_text(rates.on(month)),
            ledger_rows=ledger.rows[month],
            ledger_through=ledger.through,
            segments_digest=digests[month],
        )
        for month in months
    ]


_COMPARED = ("currency", "rates", "ledger_rows", "segments_digest")


def _months_to_write(wanted: list[SnapshotMonth]) -> list[date]:
    stored_states = {state.month: state for state in SnapshotMonth.objects.all()}
    return [
        state.month
        for state in wanted
        if (known := stored_states.get(state.month)) is None
        or any(getattr(known, name) != getattr(state, name) for name in _COMPARED)
    ]


def _store_month_states(wanted: list[SnapshotMonth]) -> None:
    """Unchanged months note how far the ledger was seen, so that pages look at newer rows only."""
    SnapshotMonth.objects.bulk_create(
        wanted,
        update_conflicts=True,
        unique_fields=["month"],
        update_fields=[*_COMPARED, "ledger_through"],
    )


def _keep_reported_months(states: list[SnapshotMonth], *, day: date) -> None:
    """Keeps the rates of the months that were stored for the first time."""
    known = set(ReportedMonth.objects.values_list("month", flat=True))
    new = [state for state in states if state.month not in known]
    if not new:
        return
    totals = {
        (row.month, row.method): row
        for row in RetentionMonth.objects.filter(month__in=[s.month for s in new], segment=TOTAL)
    }
    ReportedMonth.objects.bulk_create(
        ReportedMonth(
            month=state.month,
            reported_on=day,
            currency=state.currency,
            rates=state.rates,
            ledger_through=state.ledger_through,
            nrr=totals[state.month, Method.BY_ACCOUNT].nrr,
            grr_by_account=totals[state.month, Method.BY_ACCOUNT].grr,
            grr_by_movements=totals[state.month, Method.BY_MOVEMENTS].grr,
            logo=totals[state.month, Method.BY_ACCOUNT].logo,
        )
        for state in new
    )


def _write_month(positions: MonthPositions) -> None:
    _copy_account_months(positions)
    RetentionMonth.objects.filter(month=positions.month).delete()
    RetentionMonth.objects.bulk_create(
        row for method in Method for row in _retention_months(positions, method)
    )


def _retention_months(positions: MonthPositions, method: Method) -> Iterator[RetentionMonth]:
    by_segment = positions.retention(method)
    total = sum(by_segment.values(), Retention())
    for segment, found in {**by_segment, TOTAL: total}.items():
        parts: dict[str, Any] = {
            f"{prefix}_{name}": getattr(getattr(found, prefix), name)
            for prefix, part in PARTS.items()
            for name in part.sums()
        }
        rates: dict[str, Any] = {rate.value: stored(found.rate(rate)) for rate in Rate}
        yield RetentionMonth(
            month=positions.month, segment=segment, method=method, **parts, **rates
        )


_KIND_NAMES = {NO_KIND: "", **{code: kind.value for code, kind in enumerate(KINDS)}}
_COLUMNS = "account_id, month, segment, start_minor, end_minor, was_active, is_active, kind"


def _copy_account_months(positions: MonthPositions) -> None:
    """Accounts are in the order of their ids; those not there yet have no row."""
    AccountMonth.objects.filter(month=positions.month).delete()
    lines = io.StringIO("".join(_account_month_lines(positions)))
    copy(f"COPY metrics_accountmonth ({_COLUMNS}) FROM STDIN", lines)


def _account_month_lines(positions: MonthPositions) -> Iterable[str]:
    arrays = positions.arrays
    kinds = net_change_kinds(arrays)
    present = arrays.had_revenue | arrays.is_active | (arrays.end != 0)
    columns = (positions.accounts, positions.segments, arrays.start, arrays.end)
    flags = (arrays.was_active, arrays.is_active, kinds)
    chosen = np.flatnonzero(present)
    rows = zip(*(column[chosen].tolist() for column in (*columns, *flags)), strict=True)
    for account, segment, start, end, was_active, is_active, kind in rows:
        yield (
            f"{account}\t{positions.month}\t{positions.names[segment]}\t{start}\t{end}"
            f"\t{was_active}\t{is_active}\t{_KIND_NAMES[kind]}\n"
        )
