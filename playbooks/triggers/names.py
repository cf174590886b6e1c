"""What people call the rows of an installation that playbooks name by their keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RowNames:
    """Names by key; what has none is called by its key, in words."""

    audiences: Mapping[str, str] = field(default_factory=dict)
    features: Mapping[str, str] = field(default_factory=dict)
    plans: Mapping[str, str] = field(default_factory=dict)
    playbooks: Mapping[str, str] = field(default_factory=dict)
    endpoints: Mapping[str, str] = field(default_factory=dict)
    surveys: Mapping[str, str] = field(default_factory=dict)


KEYS_ONLY = RowNames()


def name_of(names: Mapping[str, str], key: str) -> str:
    """("Renewing soon", or "renewing soon" for renewing_soon without a name)"""
    return names.get(key) or key.replace("_", " ")


def one_of(names: Mapping[str, str], keys: Collection[str]) -> str:
    """("Reports or Exports")"""
    return " or ".join(sorted(name_of(names, key) for key in keys))
