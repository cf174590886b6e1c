"""Forecasts as they were made a while before renewals ended."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection

from metrics.facts.scope import ReportScope
from metrics.retention.windows import Window

DAYS_OF_GRACE = 7
"""Where a night was missed, the forecast of one of so many nights before it counts."""


class KeptForecast(NamedTuple):
    """What was expected of a renewal so many days before its end, in the reporting currency."""

    days_ahead: int
    account_id: int
    line: str
    ends_on: date
    expected: int


# Uses index: renewal_forecast_end.
_KEPT = """
    SELECT days_ahead, account_id, line, ends_on, sum(expected_minor)::bigint
    FROM (
        SELECT DISTINCT ON (h.days_ahead, f.account_id, f.line, f.ends_on, f.contract)
            h.days_ahead, f.account_id, f.line, f.ends_on, f.expected_minor
        FROM metrics_renewalforecast f
        CROSS JOIN unnest(%(horizons)s::integer[]) AS h (days_ahead)
        JOIN metrics_forecastnight n ON n.day = f.day AND n.currency = %(base)s
        WHERE f.ends_on > %(after)s AND f.ends_on <= %(until)s
            AND f.day <= f.ends_on - h.days_ahead
            AND f.day > f.ends_on - h.days_ahead - %(grace)s AND {scope}
        ORDER BY h.days_ahead, f.account_id, f.line, f.ends_on, f.contract, f.day DESC
    ) kept
    GROUP BY days_ahead, account_id, line, ends_on
"""


def kept_forecasts(
    *, window: Window, horizons: Sequence[int], base: str, scope: ReportScope
) -> list[KeptForecast]:
    """Of the renewals that end in the window, for each of the horizons (days before the end)."""
    with connection.cursor() as cursor:
        cursor.execute(
            _KEPT.format(scope=scope.of_column("f.account_id")),
            {
                "after": window.start,
                "until": window.end,
                "horizons": list(horizons),
                "base": base,
                "grace": DAYS_OF_GRACE,
            },
        )
        return [KeptForecast._make(row) for row in cursor.fetchall()]
