"""Rows of the three usage tables, and what the month's limit says about them."""

from __future__ import annotations

import numpy as np

from accounts.demo.tables import BIG, INTEGER, SMALL, DemoColumn, postgres_days
from accounts.demo.timeline import Timeline
from accounts.demo.usage import AccountUsage, Season
from accounts.demo.writer import Writer

LIMIT_SHARE = 0.8
QUIET_MONTHS = 6
_USER_KEYS = np.array([f"u{n:04d}".encode() for n in range(1, 2_001)])


def add_usage(writer: Writer, *, account_id: int, usage: AccountUsage) -> None:
    first = writer.timeline.first_day
    kept = usage.feature_days >= writer.usage_from
    days = postgres_days(first, usage.feature_days[kept])
    writer.tables.usage.add(
        (
            DemoColumn("account_id", BIG, np.full(len(days), account_id)),
            DemoColumn("day", INTEGER, days),
            DemoColumn("feature_id", SMALL, usage.feature_ids[kept]),
            DemoColumn("learned_on", INTEGER, days),
            DemoColumn("events", INTEGER, usage.events[kept]),
        )
    )
    kept = usage.session_days >= writer.usage_from
    days = postgres_days(first, usage.session_days[kept])
    writer.tables.sessions.add(
        (
            DemoColumn("account_id", BIG, np.full(len(days), account_id)),
            DemoColumn("day", INTEGER, days),
            DemoColumn("learned_on", INTEGER, days),
            DemoColumn("sessions", INTEGER, usage.sessions[kept]),
            DemoColumn("minutes", INTEGER, usage.minutes[kept]),
        )
    )
    _add_user_months(writer, account_id=account_id, usage=usage)


def _add_user_months(writer: Writer, *, account_id: int, usage: AccountUsage) -> None:
    kept = usage.user_months >= writer.season.month_of_day[writer.usage_from]
    firsts = [writer.day(n).replace(day=1) for n in writer.season.month_starts]
    months = postgres_days(
        writer.timeline.first_day, np.array([writer.timeline.number(day) for day in firsts])
    )
    keys = _USER_KEYS[usage.users[kept]]
    writer.tables.users.add(
        (
            DemoColumn("account_id", BIG, np.full(len(keys), account_id)),
            DemoColumn("month", INTEGER, months[usage.user_months[kept]]),
            DemoColumn("user_key", "S5", keys),
            DemoColumn("days", INTEGER, usage.user_bits[kept]),
        )
    )


def usage_limit(
    random: np.random.Generator, *, usage: AccountUsage | None, season: Season
) -> int | None:
    """Events a month the account has bought: some fill it, most are far from it."""
    if usage is None or not len(usage.events):
        return None
    monthly = monthly_events(usage, season=season)
    roomy = float(np.median(monthly[monthly > 0])) * float(random.uniform(1.15, 3.0))
    return max(1_000, round(roomy / 1_000) * 1_000)


def monthly_events(usage: AccountUsage, *, season: Season) -> np.ndarray:
    """Events of each month of the season."""
    months = season.month_of_day[usage.feature_days]
    return np.bincount(months, weights=usage.events, minlength=len(season.month_starts))


def limit_days(
    usage: AccountUsage | None, *, limit: int | None, season: Season, timeline: Timeline
) -> list[int]:
    """Days on which a month's events passed 80 % of the limit, for the first time in six months."""
    if usage is None or limit is None:
        return []
    found: list[int] = []
    quiet_until = -1
    for month in np.flatnonzero(monthly_events(usage, season=season) >= LIMIT_SHARE * limit):
        if month < quiet_until:
            continue
        inside = season.month_of_day[usage.feature_days] == month
        order = np.argsort(usage.feature_days[inside], kind="stable")
        running = np.cumsum(usage.events[inside][order])
        place = int(np.searchsorted(running, LIMIT_SHARE * limit))
        found.append(int(usage.feature_days[inside][order][min(place, len(order) - 1)]))
        quiet_until = int(month) + QUIET_MONTHS
    return [day for day in found if day < timeline.days]
