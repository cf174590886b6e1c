"""Segments and touch tiers as they are defined, and their bounds in force on a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from accounts.catalogue import label
from accounts.intake.tiers import Sizes, TierBounds
from accounts.models.size import (
    SegmentBound,
    SegmentDefinition,
    SizeRow,
    TouchTierBound,
    TouchTierDefinition,
)


def sizes_on(day: date) -> Sizes:
    """The latest bound of each on or before the day; one without a floor is given to nobody."""
    segments = SegmentBound.objects.filter(valid_from__lte=day).order_by("segment", "-valid_from")
    tiers = TouchTierBound.objects.filter(valid_from__lte=day)
    floors = [
        (key, Decimal(floor))
        for key, floor in segments.distinct("segment").values_list("segment__key", "arr_from")
        if floor is not None
    ]
    found = [
        TierBounds(key, Decimal(score), None if arr is None else Decimal(arr))
        for key, score, arr in tiers.order_by("touch_tier", "-valid_from")
        .distinct("touch_tier")
        .values_list("touch_tier__key", "score_from", "arr_from")
        if score is not None
    ]
    return Sizes(
        segments=tuple(sorted(floors, key=lambda each: each[1])),
        tiers=tuple(sorted(found, key=lambda each: each.score_from)),
    )


def segment_ids() -> dict[str, int]:
    return _ids(SegmentDefinition)


def touch_tier_ids() -> dict[str, int]:
    return _ids(TouchTierDefinition)


def segment_choices() -> list[tuple[str, str]]:
    return [(key, label(key)) for key in segment_ids()]


def touch_tier_choices() -> list[tuple[str, str]]:
    return [(key, label(key)) for key in touch_tier_ids()]


def _ids(model: type[SizeRow]) -> dict[str, int]:
    """By key, in the order in which they were defined; an id is never given again."""
    return dict(model._default_manager.order_by("pk").values_list("key", "pk"))
