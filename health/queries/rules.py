"""The assignment rules as they are read: which version is in force, and what a version says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from health.models import RuleSet

_COLUMNS = (
    "scorecard_key",
    "stage",
    "touch_tier",
    "segment",
    "plan_id",
    "minimum_arr",
    "note",
)


@dataclass(frozen=True, slots=True)
class RuleContent:
    """A rule without its place. ARR in whole units of the installation's currency, inclusive; what
    is empty is not asked."""

    scorecard_key: str
    stage: str = ""
    touch_tier: str = ""
    segment: str = ""
    plan_id: int | None = None
    minimum_arr: int | None = None
    note: str = ""

    @property
    def asks(self) -> tuple[object, ...]:
        return (self.stage, self.touch_tier, self.segment, self.plan_id, self.minimum_arr)

    @property
    def is_catch_all(self) -> bool:
        return self.asks == ("", "", "", None, None)

    @property
    def columns(self) -> Mapping[str, Any]:
        return asdict(self)


def rules_in_force() -> RuleSet | None:
    """The version that was published last."""
    return RuleSet.objects.filter(state=RuleSet.State.PUBLISHED).order_by("-version").first()


def content_of(rules: RuleSet) -> list[RuleContent]:
    """In their order."""
    rows = rules.rules.order_by("position").values_list(*_COLUMNS)
    return [RuleContent(*row) for row in rows]
