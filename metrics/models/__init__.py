"""Stored months and days, and what CS ops decides about reports."""

from metrics.models.days import AccountDay, ContractDay, FactChange, ReportDay
from metrics.models.forecasts import ForecastNight, RenewalForecast
from metrics.models.months import (
    TOTAL,
    AccountMonth,
    ReportedMonth,
    RetentionMonth,
    SnapshotMonth,
)
from metrics.models.settings import RenewalChance, RetentionTarget

__all__ = [
    "TOTAL",
    "AccountDay",
    "AccountMonth",
    "ContractDay",
    "FactChange",
    "ForecastNight",
    "RenewalChance",
    "RenewalForecast",
    "ReportDay",
    "ReportedMonth",
    "RetentionMonth",
    "RetentionTarget",
    "SnapshotMonth",
]
