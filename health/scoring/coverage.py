"""How much of a scorecard the connected sources can judge."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from health.scoring.specs import ComponentSpec, ScorecardSpec

_WHOLE = Decimal(100)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """Weights are points of 100. `judged`: of the measures whose sources all deliver and of which
    somebody has a value. `lacking`: by source that does not deliver, those of the measures that
    wait for it; one that waits for two stands under both. `empty`: by measure, of which its sources
    say nothing."""

    judged: Decimal
    lacking: Mapping[str, Decimal]
    empty: Mapping[str, Decimal]
    minimum: Decimal

    @property
    def is_enough(self) -> bool:
        """Whether an account of which every judged measure has a value gets a score."""
        return self.judged >= self.minimum


def source_coverage(
    spec: ScorecardSpec,
    *,
    sources_of: Mapping[str, Iterable[str]],
    connected: Collection[str],
    without_value: Collection[str] = (),
) -> SourceCoverage:
    """`sources_of`: keys of measures and the sources each of them needs; `without_value`: those of
    which no account has a value."""
    judged, lacking, empty = Decimal(0), dict[str, Decimal](), dict[str, Decimal]()
    for key, weight in _measure_points(spec.components, _WHOLE):
        missing = [source for source in sources_of[key] if source not in connected]
        for source in missing:
            lacking[source] = lacking.get(source, Decimal(0)) + weight
        if missing:
            continue
        if key in without_value:
            empty[key] = weight
        else:
            judged += weight
    # What is lacking is only said; what is judged is compared, and stays exact.
    return SourceCoverage(
        judged, _in_hundredths(lacking), _in_hundredths(empty), spec.minimum_confidence
    )


def _in_hundredths(points: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Thirds of a component add up to 9.999 and 10.002: they are told as 10."""
    return {key: value.quantize(_CENT, ROUND_HALF_UP) for key, value in points.items()}


def most_first(points: Mapping[str, Decimal]) -> list[tuple[str, Decimal]]:
    return sorted(points.items(), key=lambda item: (-item[1], item[0]))


def _measure_points(
    components: Iterable[ComponentSpec], of_parent: Decimal
) -> Iterator[tuple[str, Decimal]]:
    """Each measure with its points of the whole."""
    for component in components:
        weight = of_parent * component.weight / _WHOLE
        for measure in component.measures:
            yield measure.key, weight * measure.weight / _WHOLE
        yield from _measure_points(component.components, weight)
