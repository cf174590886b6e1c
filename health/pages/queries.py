"""An account's health as it is explained: stored days and their readings.

Everything here reads what scoring left behind; nothing is judged anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext

from accounts.models import Account, BusinessEvent
from accounts.ui.bands import band_look
from accounts.ui.charts import BandLine, Chart, Note, ScorePoint, score_history
from health.measures import MEASURES
from health.models import BandOverride, HealthScore, ThresholdCrossing
from health.pages.labels import crossing_label, penalties_shown, raw_shown
from health.pages.version_notes import changes_of_card
from health.queries.absences import why_missing
from health.queries.distributions import held_against
from health.queries.scorecards import published_card
from health.scoring import MISSING, ComponentSpec, MeasureSpec, ScorecardSpec, to_decimal


@dataclass(frozen=True, slots=True)
class MeasureReading:
    key: str
    name: str
    raw: str
    reading: Decimal | None
    weight: Decimal
    points: Decimal | None
    """What it adds to the score: effective weight × reading."""
    why_missing: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ComponentReadings:
    key: str
    name: str
    level: int
    value: Decimal | None
    weight: Decimal
    measures: tuple[MeasureReading, ...]
    gates: tuple[str, ...]
    """Names of the gates that held and capped it."""


def history_chart(account: Account, *, first: date, last: date, card: ScorecardSpec) -> Chart:
    rows = list(
        HealthScore.objects.filter(account=account, day__range=(first, last))
        .order_by("day", "-revision")
        .distinct("day")
        .values_list("day", "score", "scorecard_id")
    )
    points = [ScorePoint(day, None if score is None else float(score)) for day, score, _ in rows]
    bands = [BandLine(b.tone, b.name, float(b.lower)) for b in card.bands]
    versions = changes_of_card([(day, card_id) for day, _, card_id in rows])
    notes = [*_crossing_notes(account, first, last), *versions, *_event_notes(account, first)]
    return score_history(points, bands=bands, notes=notes, label=gettext("Health score"))


def _crossing_notes(account: Account, first: date, last: date) -> list[Note]:
    found = ThresholdCrossing.objects.filter(
        account=account,
        day__range=(first, last),
        subject="score",
        kind=ThresholdCrossing.Kind.BAND,
        cause="moved",
    )
    return [
        Note(row.day, crossing_label(row), band_look(row.to_band).tone)
        for row in found.order_by("day", "seq")[:100]
    ]


def _event_notes(account: Account, first: date) -> list[Note]:
    found = BusinessEvent.objects.filter(
        account=account, kind__is_on_chart=True, occurred_on__gte=first
    ).select_related("kind")
    return [Note(row.occurred_on, row.kind.name) for row in found.order_by("occurred_on")[:50]]


def readings_of(stored: HealthScore, *, today: date) -> list[ComponentReadings]:
    """The scorecard's tree with the day's numbers in it."""
    card = published_card(stored.scorecard_id).spec
    values = dict(zip(card.component_keys, stored.components, strict=True))
    measures = _measure_readings(stored, card, today=today)
    gates = _gates_that_held(stored, card)
    weights = _component_weights(card)
    return [
        ComponentReadings(
            key=component.key,
            name=component.name,
            level=level,
            value=to_decimal(values[component.key]),
            weight=weights[component.key],
            measures=tuple(measures[measure.key] for measure in component.measures),
            gates=tuple(gates.get(component.key, [])),
        )
        for level, component in card.walk()
    ]


def taken_by_gates(stored: HealthScore, readings: Sequence[ComponentReadings]) -> Decimal:
    """What is left between the measures' points and the score: caps, and roundings on the way."""
    added = sum((m.points or Decimal(0) for c in readings for m in c.measures), Decimal(0))
    return Decimal(0) if stored.score is None else stored.score - added


def _component_weights(card: ScorecardSpec) -> dict[str, Decimal]:
    """Per cent of the whole score, whatever the level."""
    weights: dict[str, Decimal] = {}

    def descend(components: Sequence[ComponentSpec], share: Decimal) -> None:
        for component in components:
            weights[component.key] = component.weight * share
            descend(component.components, component.weight * share / 100)

    descend(card.components, Decimal(1))
    return weights


def _measure_readings(
    stored: HealthScore, card: ScorecardSpec, *, today: date
) -> dict[str, MeasureReading]:
    raw = dict(zip(card.raw_keys, stored.raw, strict=True))
    found = zip(card.measure_keys, stored.readings, strict=True)
    told = _Told(
        raw,
        why_missing(stored, [key for key, value in found if value == MISSING], today=today),
        held_against(stored, card.measure_keys, today=today),
    )
    return {
        measure.key: _measure_reading(measure, reading, weight, told)
        for measure, reading, weight in zip(
            card.measures, stored.readings, stored.weights, strict=True
        )
    }


@dataclass(frozen=True, slots=True)
class _Told:
    """By measure: its raw value, why it has none, and among whom it is a percentile."""

    raw: Mapping[str, float]
    why: Mapping[str, str]
    against: Mapping[str, str]


def _measure_reading(
    measure: MeasureSpec, reading: int, weight: int, told: _Told
) -> MeasureReading:
    key = measure.key
    definition = MEASURES[key]
    share = Decimal(weight) / 100
    value = to_decimal(reading)
    return MeasureReading(
        key=key,
        name=definition.name,
        raw=_raw_in_words(key, told) + penalties_shown(measure, told.raw),
        reading=value,
        weight=share,
        points=None if value is None else (share * value / 100).quantize(Decimal("0.01")),
        why_missing=told.why.get(key, ""),
        meaning=definition.raw,
    )


def _raw_in_words(key: str, told: _Told) -> str:
    """Of a percentile also among whom, and the value it is of."""
    shown, compared = raw_shown(key, told.raw[key]), MEASURES[key].compared
    if not shown or not compared:
        return shown
    among = f" {told.against[key]}" if key in told.against else ""
    return f"{shown}{among}; {raw_shown(compared, told.raw[compared])}"


def _gates_that_held(stored: HealthScore, card: ScorecardSpec) -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}
    for position, gate in enumerate(card.gates):
        if stored.gate_hits >> position & 1:
            held.setdefault(gate.component, []).append(
                gettext("%(name)s: at most %(cap)s")
                % {"name": gate.name, "cap": f"{float(gate.cap):g}"}
            )
    return held


def open_override(account: Account) -> BandOverride | None:
    return (
        BandOverride.objects.filter(account=account, ended_at__isnull=True)
        .select_related("created_by")
        .first()
    )
