"""The feature catalogue as of a day: which features are core, and for which plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from accounts.models import Feature, Plan
from health.facts.scope import Ints
from health.measures.inputs import Flags, Floats

_BITS = 63


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Read once for all days; `on` cuts it as of one."""

    features: tuple[Feature, ...]
    plans: dict[int, str]

    def on(self, day: date) -> CoreFeatures:
        core = [
            feature for feature in self.features if feature.is_core and _is_core_on(feature, day)
        ]
        ids = np.array([feature.id for feature in core], dtype=np.int64)
        plan_ids = np.array([-1, *sorted(self.plans)], dtype=np.int64)
        belongs = np.array(
            [
                [_belongs_to_plan(feature, self.plans.get(int(plan))) for feature in core]
                for plan in plan_ids
            ],
            dtype=np.bool_,
        ).reshape(len(plan_ids), len(core))
        return CoreFeatures(ids, plan_ids, belongs)


@dataclass(frozen=True, slots=True)
class CoreFeatures:
    """Sorted core feature ids, plan ids (-1: no plan), and which feature belongs to which plan."""

    ids: Ints
    plan_ids: Ints
    belongs: Flags

    def of_accounts(self, plan_id: Ints) -> Flags:
        """accounts × core features: True where the feature is a core one of the account's plan."""
        return self.belongs[np.searchsorted(self.plan_ids, plan_id)]

    def alike(self) -> dict[int, list[int]]:
        """Core features that belong to the same plans, by the first of them.

        At most as many to one as a bigint has bits to tell them apart.
        """
        kinds: dict[tuple[bytes, int], list[int]] = {}
        sizes: dict[bytes, int] = {}
        for column, feature in enumerate(self.ids.tolist()):
            plans = self.belongs[:, column].tobytes()
            size = sizes[plans] = sizes.get(plans, -1) + 1
            kinds.setdefault((plans, size // _BITS), []).append(feature)
        return {features[0]: features for features in kinds.values()}

    def in_plan(self, plan_id: Ints) -> Floats:
        return np.asarray(self.of_accounts(plan_id).sum(axis=1), dtype=np.float64)


def load_catalogue(plans: Sequence[Plan]) -> Catalogue:
    features = tuple(Feature.objects.order_by("id"))
    return Catalogue(features, {plan.id: plan.key for plan in plans})


def _is_core_on(feature: Feature, day: date) -> bool:
    return feature.valid_from <= day and (feature.valid_to is None or feature.valid_to > day)


def is_offered(feature: Feature, plan: str | None, day: date) -> bool:
    """Whether the plan has the feature, and it has not been taken away by the day."""
    return _belongs_to_plan(feature, plan) and (feature.valid_to is None or feature.valid_to > day)


def _belongs_to_plan(feature: Feature, plan: str | None) -> bool:
    """A feature without plans belongs to all, also to an account whose plan is unknown."""
    return not feature.plans or plan in feature.plans
