"""What the shipped scorecards say of a raw value, written down from the specification.

Exact arithmetic on fractions; nothing of the product is imported, and no file of it is read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise


def rounded(value: Fraction) -> Decimal:
    """Half up to two decimals."""
    return Decimal(math.floor(value * 100 + Fraction(1, 2))) / 100


def exact(number: object) -> Fraction:
    return Fraction(str(number)) if not isinstance(number, Fraction) else number


@dataclass(frozen=True)
class Line:
    """Straight lines between the points, flat outside them."""

    points: tuple[tuple[object, object], ...]

    def read(self, raw: Fraction) -> Decimal:
        points = [(exact(x), exact(y)) for x, y in self.points]
        if raw <= points[0][0]:
            return rounded(points[0][1])
        for (x, y), (further, then) in pairwise(points):
            if raw <= further:
                return rounded(y + (then - y) * (raw - x) / (further - x))
        return rounded(points[-1][1])


@dataclass(frozen=True)
class Logins:
    """The one curve of steps: < 2, < 5, < 11, ≤ 20, > 20 days a month."""

    def read(self, raw: Fraction) -> Decimal:
        below = [raw < 2, raw < 5, raw < 11, raw <= 20, True]
        return [Decimal(20), Decimal(40), Decimal(60), Decimal(80), Decimal(100)][below.index(True)]


CURVES = {
    "login_frequency": Logins(),
    "users_active": Line(((0, 0), (".2", 40), (".5", 75), (".8", 100))),
    "core_feature_depth": Line(((0, 0), (".25", 40), (".5", 65), (".75", 85), (1, 100))),
    "usage_trend": Line((("-.5", 0), ("-.2", 35), (0, 70), (".1", 85), (".2", 100))),
    "ticket_load": Line(((0, 100), (1, 85), (3, 60), (6, 30), (10, 0))),
    "defect_share": Line(((0, 100), (".25", 75), (".5", 45), (1, 10))),
    "days_to_resolution": Line(((1, 100), (3, 80), (7, 50), (14, 20), (30, 0))),
    "arr_movement": Line((("-.3", 0), ("-.1", 30), (0, 65), (".1", 85), (".25", 100))),
    "commercial_conversations_90d": Line(((0, 30), (1, 60), (2, 85), (3, 100))),
    "worst_days_overdue_180d": Line(((0, 100), (7, 75), (30, 40), (60, 0))),
    "champions": Line(((0, 0), (1, 50), (2, 85), (3, 100))),
    "days_since_executive": Line(((45, 100), (90, 85), (180, 60), (365, 20), (540, 0))),
    "days_since_conversation": Line(((14, 100), (30, 85), (60, 55), (90, 30), (150, 0))),
    "levels_engaged_180d": Line(((0, 0), (1, 35), (2, 70), (3, 100))),
    "usage_events(per=people, percentile=segment)": Line(
        ((0, 0), (25, 40), (50, 70), (75, 85), (100, 100))
    ),
    "sessions_per_user": Line(((0, 0), (2, 40), (8, 70), (16, 90), (24, 100))),
    "minutes_per_user(percentile=segment)": Line(
        ((0, 0), (25, 40), (50, 70), (75, 85), (100, 100))
    ),
    "nps": Line(((-100, 0), (0, 50), (30, 75), (70, 100))),
    "csm_sentiment": Line(((1, 0), (3, 50), (5, 100))),
    "executive_conversations": Line(((0, 0), (1, 60), (2, 85), (3, 100))),
    "ticket_trend": Line((("-.2", 100), (0, 85), (".5", 50), (1, 20), (2, 0))),
    "ticket_sentiment": Line(((0, 100), (".25", 75), (".5", 45), (1, 10))),
    "resolution_satisfaction": Line(((0, 0), (".5", 40), (".8", 75), (1, 100))),
    "users_growth": Line((("-.5", 0), ("-.2", 35), (0, 70), (".1", 85), (".2", 100))),
    "usage_growth": Line((("-.5", 0), ("-.2", 35), (0, 70), (".1", 85), (".2", 100))),
    "onboarding_steps_done": Line(((0, 0), (".5", 40), (".8", 75), (1, 100))),
    "users_logged_in_since_start": Line(((0, 0), (".2", 40), (".5", 75), (".8", 100))),
    "core_features_since_start": Line(((0, 0), (".25", 40), (".5", 65), (".75", 85), (1, 100))),
    "days_since_contact_in_onboarding": Line(((14, 100), (30, 50), (45, 0))),
    "first_value_days_late": Line(((0, 100), (7, 70), (14, 50), (30, 20), (60, 0))),
}
UPSELL_DECLINED, PUSHBACK = 30, 40

_SUPPORT = {"ticket_load": 40, "defect_share": 20, "days_to_resolution": 40}
_RELATIONSHIP = {
    "champions": 35,
    "days_since_executive": 25,
    "days_since_conversation": 20,
    "levels_engaged_180d": 20,
}
_USAGE = {"login_frequency": 20, "users_active": 30, "core_feature_depth": 50}
_FINANCIAL = {
    "arr_movement": 40,
    "commercial_conversations_90d": 30,
    "worst_days_overdue_180d": 30,
}


def _by_tier(
    usage: int, relationship: int, support: int, growth: int, financial: int, **last: int
) -> dict[str, tuple[int, dict[str, int]]]:
    return {
        "usage": (usage, _USAGE),
        "relationship": (relationship, _RELATIONSHIP),
        "support": (support, _SUPPORT),
        "growth": (growth, {"usage_trend": 100}),
        "financial": (financial, last or _FINANCIAL),
    }


# Each component with its weight, and the weights inside it.
CARDS: dict[str, dict[str, tuple[int, dict[str, int]]]] = {
    "four_inputs": {
        "engagement": (
            35,
            {
                "login_frequency": 20,
                "users_active": 15,
                "core_feature_depth": 25,
                "usage_trend": 40,
            },
        ),
        "support": (25, _SUPPORT),
        "commercial": (
            25,
            {"arr_movement": 50, "commercial_conversations_90d": 25, "worst_days_overdue_180d": 25},
        ),
        "relationship": (15, _RELATIONSHIP),
    },
    # In points of 100, as the specification has them.
    "five_components": {
        "usage": (
            30,
            {
                "login_frequency": 10,
                "core_feature_depth": 10,
                "usage_events(per=people, percentile=segment)": 10,
            },
        ),
        "engagement": (
            25,
            {
                "sessions_per_user": 10,
                "minutes_per_user(percentile=segment)": 10,
                "users_active": 5,
            },
        ),
        "relationship": (20, {"nps": 10, "csm_sentiment": 5, "executive_conversations": 5}),
        "support": (
            15,
            {"ticket_trend": 5, "ticket_sentiment": 5, "resolution_satisfaction": 5},
        ),
        "growth": (10, {"users_growth": 5, "usage_growth": 5}),
    },
    "high_touch": _by_tier(30, 25, 15, 15, 15),
    "low_touch": _by_tier(35, 15, 20, 15, 15),
    "tech_touch": _by_tier(50, 5, 25, 10, 10, arr_movement=60, worst_days_overdue_180d=40),
    "onboarding": {
        "steps": (30, {"onboarding_steps_done": 100}),
        "users": (20, {"users_logged_in_since_start": 100}),
        "first_use": (20, {"core_features_since_start": 100}),
        "contact": (15, {"days_since_contact_in_onboarding": 100}),
        "first_value": (15, {"first_value_days_late": 100}),
    },
}


def mean_of(values: dict[str, Decimal], weights: dict[str, object]) -> Decimal:
    """Weighted mean of those that have a value."""
    total = sum(exact(weights[key]) for key in values)
    return rounded(sum(exact(weights[key]) * exact(values[key]) for key in values) / total)


def worked(
    card: str,
    raw: dict[str, object],
    *,
    taken_off: dict[str, int] | None = None,
    caps: dict[str, int] | None = None,
) -> tuple[dict[str, Decimal], dict[str, Decimal], Decimal]:
    """Readings, components and score. `taken_off`: points off a reading, which stops at 0; `caps`:
    gates that hold, by component."""
    readings, components = {}, {}
    for component, (_, weights) in CARDS[card].items():
        inside = {key: CURVES[key].read(exact(raw[key])) for key in weights if key in raw}
        for key, points in (taken_off or {}).items():
            if key in inside:
                inside[key] = max(inside[key] - points, Decimal(0))
        readings |= inside
        if inside:
            mean = mean_of(inside, dict(weights))
            components[component] = min(mean, Decimal((caps or {}).get(component, 100)))
    score = mean_of(components, {key: weight for key, (weight, _) in CARDS[card].items()})
    return readings, components, score
