"""What is wrong with the names of a scorecard's measures, in words, and which rows they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from accounts.models import BusinessEventKind, Feature, InteractionKind
from health.measures import MEASURES
from health.measures.parameters import Parameter, ParameterKind
from health.scoring import Problem, ScorecardSpec

_WORDS = {
    ParameterKind.FEATURE: "there is no feature “{}”",
    ParameterKind.EVENT_KIND: "there is no kind of business event “{}”",
    ParameterKind.INTERACTION_KIND: "there is no kind of interaction “{}”",
}

NamedRow: TypeAlias = Feature | BusinessEventKind | InteractionKind
_MODELS: dict[ParameterKind, type[NamedRow]] = {
    ParameterKind.FEATURE: Feature,
    ParameterKind.EVENT_KIND: BusinessEventKind,
    ParameterKind.INTERACTION_KIND: InteractionKind,
}


def misnamed(card: ScorecardSpec) -> Iterator[Problem]:
    """What was chosen for a measure and does not exist."""
    chosen = {key: MEASURES[key].chosen for key in card.raw_keys if key in MEASURES}
    known = known_rows(pair for pairs in chosen.values() for pair in pairs)
    for key, pairs in chosen.items():
        for parameter, value in pairs:
            if parameter.is_row and value not in known[parameter.kind]:
                words = _WORDS[parameter.kind].format(value)
                yield Problem(f"Measure “{MEASURES[key].name}”", words, f"measure:{key}")


def known_rows(pairs: Iterable[tuple[Parameter, str]]) -> dict[ParameterKind, set[str]]:
    """Of the features and kinds that are named those that exist: a question each."""
    named: dict[ParameterKind, set[str]] = {kind: set() for kind in _WORDS}
    for parameter, value in pairs:
        if parameter.is_row:
            named[parameter.kind].add(value)
    return {kind: _existing_keys(_MODELS[kind], keys) for kind, keys in named.items()}


def _existing_keys(model: type[NamedRow], keys: set[str]) -> set[str]:
    if not keys:
        return set()
    return set(model._default_manager.filter(key__in=keys).values_list("key", flat=True))
