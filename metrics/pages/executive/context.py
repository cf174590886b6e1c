"""What the executive page prints, from what metrics.queries answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext, ngettext

from accounts.models import User
from accounts.ui import formats
from accounts.ui.bands import band_look, band_order
from accounts.ui.charts import Chart, Note, Part, distribution
from health.pages.version_notes import published_anywhere
from metrics.definitions import (
    NET_REVENUE_CHURN,
    QUICK_RATIO,
    Rate,
    Retention,
    ratio,
)
from metrics.facts.attributes import Cut
from metrics.facts.health import BandTotal
from metrics.pages.executive.causes import move_of_retention
from metrics.pages.executive.figures import (
    bridge_chart,
    bridge_steps,
    points,
    rate_tiles,
    risk_chart,
    shown_rate,
)
from metrics.pages.executive.labels import (
    CUTS,
    METHODS,
    failure_labels,
    group_label,
    news,
)
from metrics.queries.health import HealthPicture
from metrics.queries.ledger_report import GroupRetention, Question, Report, read_report
from metrics.queries.overview import Overview
from metrics.queries.renewals import RenewalQuarter
from metrics.retention.rates import percent


@dataclass(frozen=True, slots=True)
class GroupRow:
    key: str
    word: str
    retention: Retention
    nrr: str
    grr: str
    logo: str
    target: str
    is_below_target: bool


def report_context(
    report: Overview, *, user: User, question: Question, query: str
) -> dict[str, Any]:
    table = _group_report(report, user=user, question=question)
    return {
        "report": report,
        "tiles": rate_tiles(report),
        "move": move_of_retention(report),
        "groups": _group_rows(report, table, question.by),
        "overdue_nrr": ""
        if report.overdue is None
        else shown_rate(report.overdue.without.rate(Rate.NRR)),
        "failure": None if report.failure is None else failure_labels(report),
        "is_empty": report.latest.total == Retention(),
        **_report_choices(question),
        **_bridge_context(table, currency=question.base, query=query),
        **_health_context(report, currency=question.base),
        **_renewals_summary(report.renewals),
        "news": [news(total, currency=question.base) for total in report.week],
        "week": report.snapshot.week().window,
    }


def _report_choices(question: Question) -> dict[str, Any]:
    return {
        "by": question.by,
        "by_word": gettext(CUTS[question.by]),
        "cuts": [(cut.value, gettext(word)) for cut, word in CUTS.items()],
        "method": question.method,
        "method_word": gettext(METHODS[question.method]),
        "methods": [(key.value, gettext(word)) for key, word in METHODS.items()],
    }


def _bridge_context(table: Report, *, currency: str, query: str) -> dict[str, Any]:
    steps = bridge_steps(table.total)
    quick, churn = QUICK_RATIO.of(table.total), NET_REVENUE_CHURN.of(table.total)
    return {
        "steps": steps,
        "bridge": bridge_chart(steps, currency=currency, query=query),
        "ratios": [
            *([] if churn is None else [(NET_REVENUE_CHURN, shown_rate(churn))]),
            *([] if quick is None else [(QUICK_RATIO, f"{float(quick):.1f}")]),
        ],
    }


def _group_report(report: Overview, *, user: User, question: Question) -> Report:
    """The months' own segments where they answer it, else a report from the ledger."""
    if question.by is Cut.SEGMENT:
        groups = [GroupRetention(value, found) for value, found in report.latest.segments.items()]
        groups.sort(key=lambda group: (-group.retention.bridge.start, group.value))
        return Report(total=report.latest.total, groups=tuple(groups))
    return read_report(question=question, user=user).report()


def _group_rows(report: Overview, table: Report, by: Cut) -> list[GroupRow]:
    word = group_label(by, start=report.window.start)
    rows = []
    for group in table.groups:
        found = group.retention
        net = found.rate(Rate.NRR)
        target = report.segment_targets.get((Rate.NRR, group.value)) if by is Cut.SEGMENT else None
        rows.append(
            GroupRow(
                key=group.value,
                word=word(group.value),
                retention=found,
                nrr=shown_rate(net),
                grr=shown_rate(found.rate(Rate.GRR)),
                logo=shown_rate(found.rate(Rate.LOGO)),
                target="" if target is None else _percent_range(target.low, target.high),
                is_below_target=target is not None and net is not None and net < target.low,
            )
        )
    return rows


def _percent_range(low: Fraction, high: Fraction) -> str:
    return f"{percent(rate=low, places=0)}–{percent(rate=high, places=0)}%"


def _health_context(report: Overview, *, currency: str) -> dict[str, Any]:
    now, before = report.health, report.health_before
    if now is None or not now.accounts:
        return {"health": None}
    bands = _one_total_per_band(now)
    return {
        "health": now,
        "unjudged": now.unjudged[0],
        "unjudged_arr": now.unjudged[1],
        "risk_chart": risk_chart(report, notes=_version_notes(report)),
        "health_before": before,
        "bands": bands,
        "by_accounts": _band_distribution(
            bands, gettext("Accounts by band"), lambda b: (b.accounts, f"{b.accounts:,}")
        ),
        "by_arr": _band_distribution(
            bands, gettext("ARR by band"), lambda b: (b.arr, formats.money(b.arr, currency))
        ),
        "risk_since": gettext("since %(day)s") % {"day": formats.day(report.compared_on)},
        "risk_change": None if before is None else now.arr_at_risk - before.arr_at_risk,
        "risk_change_shown": None
        if before is None
        else formats.money(abs(now.arr_at_risk - before.arr_at_risk), currency),
        **_risk_accounts(now, before),
        "risk_share": points(Fraction(now.arr_at_risk, now.arr) if now.arr else None, Fraction(0)),
    }


def _version_notes(report: Overview) -> list[Note]:
    """Bands decide what is at risk, so a version that came into force is marked on its line."""
    day = report.snapshot.moment.day
    first = report.at_risk_by_month[0][0] if report.at_risk_by_month else day
    return published_anywhere(first=first, last=day)


def _risk_accounts(now: HealthPicture, before: HealthPicture | None) -> dict[str, Any]:
    if before is None:
        return {"risk_accounts_change": None}
    change = now.accounts_at_risk - before.accounts_at_risk
    unit = ngettext("account", "accounts", abs(change))
    return {"risk_accounts_change": change, "risk_accounts_unit": unit}


def _one_total_per_band(picture: HealthPicture) -> list[BandTotal]:
    """One row a band, the best first, unscored apart at the end."""
    found: dict[str, BandTotal] = {}
    for band in picture.bands:
        known = found.get(band.band)
        found[band.band] = BandTotal(
            band=band.band,
            at_risk=band.at_risk or (known is not None and known.at_risk),
            accounts=band.accounts + (known.accounts if known else 0),
            arr=band.arr + (known.arr if known else 0),
        )
    return sorted(found.values(), key=lambda band: band_order(band.band))


def _band_distribution(
    bands: list[BandTotal], label: str, value: Callable[[BandTotal], tuple[int, str]]
) -> Chart:
    return distribution(
        [
            Part(band_look(band.band).tone, band_look(band.band).word, *value(band))
            for band in bands
        ],
        label=label,
    )


def _renewals_summary(quarter: RenewalQuarter) -> dict[str, Any]:
    """`forecast` is a part of what is due: renewed counts whole, what is open by its health."""
    share = ratio(part=quarter.due.expected, whole=quarter.due.arr)
    return {
        "renewals": quarter,
        "forecast_share": None if share is None else percent(rate=share),
    }
