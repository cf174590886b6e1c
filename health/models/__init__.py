"""Scorecards, scores, the present state, crossings and overrides."""

from health.models.assignment import AssignmentRule, RuleSet
from health.models.distribution import MeasureDistribution
from health.models.readiness import LISTED, ReadinessLook
from health.models.score import (
    BandOverride,
    ClosedDay,
    CurrentHealth,
    HealthScore,
    SourceFeed,
    ThresholdCrossing,
)
from health.models.scorecard import DraftEdit, Publication, Scorecard
from health.models.scorecard_parts import AlertLine, Band, Component, Gate, Measure
from health.models.usage_packs import UsagePack, UsagePacking
from health.models.watch_line import WatchLine, WatchLineUse

__all__ = [
    "LISTED",
    "AlertLine",
    "AssignmentRule",
    "Band",
    "BandOverride",
    "ClosedDay",
    "Component",
    "CurrentHealth",
    "DraftEdit",
    "Gate",
    "HealthScore",
    "Measure",
    "MeasureDistribution",
    "Publication",
    "ReadinessLook",
    "RuleSet",
    "Scorecard",
    "SourceFeed",
    "ThresholdCrossing",
    "UsagePack",
    "UsagePacking",
    "WatchLine",
    "WatchLineUse",
]
