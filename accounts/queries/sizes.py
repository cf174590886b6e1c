"""Segments and touch tiers as they are defined, and all their bounds."""

from __future__ import annotations

from decimal import Decimal

from accounts.catalogue import label
from accounts.intake.tiers import SizeTable
from accounts.models.size import (
    SegmentBound,
    SegmentDefinition,
    SizeRow,
    TouchTierBound,
    TouchTierDefinition,
)


def size_table() -> SizeTable:
    """Every bound there is."""
    segments = SegmentBound.objects.values_list("valid_from", "segment__key", "arr_from")
    tiers = TouchTierBound.objects.values_list(
        "valid_from", "touch_tier__key", "score_from", "arr_from"
    )
    return SizeTable.of(
        segments=[(since, key, _as_decimal(arr)) for since, key, arr in segments],
        tiers=[
            (since, key, _as_decimal(score), _as_decimal(arr)) for since, key, score, arr in tiers
        ],
    )


def _as_decimal(floor: int | None) -> Decimal | None:
    return None if floor is None else Decimal(floor)


def segment_ids() -> dict[str, int]:
    return _ids_by_key(SegmentDefinition)


def touch_tier_ids() -> dict[str, int]:
    return _ids_by_key(TouchTierDefinition)


def segment_choices() -> list[tuple[str, str]]:
    return [(key, label(key)) for key in segment_ids()]


def touch_tier_choices() -> list[tuple[str, str]]:
    return [(key, label(key)) for key in touch_tier_ids()]


def _ids_by_key(model: type[SizeRow]) -> dict[str, int]:
    """By key, in the order in which they were defined; an id is never given again."""
    return dict(model._default_manager.order_by("pk").values_list("key", "pk"))
