"""How much of a scorecard the connected sources can judge."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from health.scoring.specs import ComponentSpec, ScorecardSpec

_WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """Weights are points of 100. `connected`: of the measures whose sources all deliver. `lacking`:
    by source that does not, those of the measures that wait for it; one that waits for two stands
    under both."""

    connected: Decimal
    lacking: Mapping[str, Decimal]
    minimum: Decimal

    @property
    def is_enough(self) -> bool:
        """Whether an account of which every connected source delivers gets a score."""
        return self.connected >= self.minimum


def source_coverage(
    spec: ScorecardSpec, *, sources_of: Mapping[str, Iterable[str]], connected: Collection[str]
) -> SourceCoverage:
    """`sources_of`: keys of measures and the sources each of them needs."""
    judged, lacking = Decimal(0), dict[str, Decimal]()
    for key, weight in _weights(spec.components, _WHOLE):
        missing = [source for source in sources_of[key] if source not in connected]
        judged += 0 if missing else weight
        for source in missing:
            lacking[source] = lacking.get(source, Decimal(0)) + weight
    return SourceCoverage(judged, lacking, spec.minimum_confidence)


def _weights(
    components: Iterable[ComponentSpec], of_parent: Decimal
) -> Iterator[tuple[str, Decimal]]:
    """Each measure with its points of the whole."""
    for component in components:
        weight = of_parent * component.weight / _WHOLE
        for measure in component.measures:
            yield measure.key, weight * measure.weight / _WHOLE
        yield from _weights(component.components, weight)
