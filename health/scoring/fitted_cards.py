"""A scorecard without what no connected source can judge, its weights spread over what is left."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from health.scoring.specs import ComponentSpec, GateSpec, MeasureSpec, Penalty, ScorecardSpec

_WHOLE = Decimal(100)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Fitting:
    """Parts by key. `weights` are those of all components and measures that stay; `penalties` of
    measures that keep only some of theirs."""

    measures: tuple[str, ...]
    components: tuple[str, ...]
    gates: tuple[str, ...]
    component_weights: dict[str, Decimal]
    measure_weights: dict[str, Decimal]
    penalties: dict[str, tuple[Penalty, ...]]

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the card can be judged."""
        return not self.measure_weights


def fit(spec: ScorecardSpec, *, judged: Collection[str]) -> Fitting:
    """What has to change so that only `judged` measures count.

    A component goes with its last measure; a gate goes where it looks at what nobody delivers,
    because a missing value holds nothing. Weights that stand together keep their proportions.
    """
    kept = {component.key for component in _kept_components(spec.components, judged)}
    return Fitting(
        measures=tuple(key for key in spec.measure_keys if key not in judged),
        components=tuple(key for key in spec.component_keys if key not in kept),
        gates=tuple(gate.key for gate in spec.gates if not _is_gate_judged(gate, kept, judged)),
        component_weights=dict(_component_weights(spec.components, kept)),
        measure_weights={
            key: weight
            for _, component in spec.walk()
            for key, weight in _measure_weights(component.measures, judged).items()
        },
        penalties=_penalties_kept(spec, judged),
    )


def _kept_components(
    components: tuple[ComponentSpec, ...], judged: Collection[str]
) -> Iterator[ComponentSpec]:
    for component in components:
        below = list(_kept_components(component.components, judged))
        if below or any(measure.key in judged for measure in component.measures):
            yield component
            yield from below


def _is_gate_judged(gate: GateSpec, kept: Collection[str], judged: Collection[str]) -> bool:
    return gate.component in kept and all(c.measure in judged for c in gate.conditions)


def _component_weights(
    components: tuple[ComponentSpec, ...], kept: Collection[str]
) -> Iterator[tuple[str, Decimal]]:
    yield from spread({c.key: c.weight for c in components if c.key in kept}).items()
    for component in components:
        yield from _component_weights(component.components, kept)


def _measure_weights(
    measures: tuple[MeasureSpec, ...], judged: Collection[str]
) -> dict[str, Decimal]:
    return spread({measure.key: measure.weight for measure in measures if measure.key in judged})


def _penalties_kept(spec: ScorecardSpec, judged: Collection[str]) -> dict[str, tuple[Penalty, ...]]:
    left = {
        measure.key: tuple(p for p in measure.penalties if p.measure in judged)
        for measure in spec.measures
        if measure.key in judged
    }
    return {
        m.key: left[m.key] for m in spec.measures if left.get(m.key, m.penalties) != m.penalties
    }


def spread(weights: dict[str, Decimal]) -> dict[str, Decimal]:
    """The same proportions, adding up to 100 in hundredths: the largest remainders round up."""
    total = sum(weights.values(), Decimal(0))
    if not total:
        return {}
    exact = {key: weight * _WHOLE / total for key, weight in weights.items()}
    found = {key: value.quantize(_CENT, ROUND_DOWN) for key, value in exact.items()}
    short = int((_WHOLE - sum(found.values(), Decimal(0))) / _CENT)
    by_remainder = sorted(exact, key=lambda key: found[key] - exact[key])
    for key in by_remainder[:short]:
        found[key] += _CENT
    return found
