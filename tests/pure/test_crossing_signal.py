"""The payload of a crossing: a key that is renamed, left out or added is refused, not guessed."""

import json
from datetime import date
from decimal import Decimal

import pytest

from health.signals import CrossingSignal, Direction, SignalShapeError
from playbooks.triggers.signal_matches import parse_signal
from tests.crossings import a_crossing, passing
from tests.pure.falls import NOW

STORED = {
    "day": "2025-03-13",
    "subject": "measure:ticket_load",
    "line": "6",
    "direction": "up",
    "before": "below",
    "after": "above",
    "value": "6.4",
    "score_before": "52.00",
    "score": None,
    "scorecard": "four_inputs",
    "version": 3,
    "handled_first": True,
    "is_overridden": False,
    "crossing_group": "2025-03-13:1",
}


def test_what_is_stored_reads_as_what_was_told():
    told = CrossingSignal.from_json(STORED)

    assert (told.day, told.line, told.value) == (date(2025, 3, 13), Decimal(6), Decimal("6.4"))
    assert (told.direction, told.score) == (Direction.UP, None)
    assert told.to_json() == STORED


@pytest.mark.parametrize(
    "crossing", [a_crossing(), passing("40", score="35.00", previous="48.00", version=7)]
)
def test_a_crossing_survives_json(crossing):
    assert CrossingSignal.from_json(json.loads(json.dumps(crossing.to_json()))) == crossing


@pytest.mark.parametrize("key", sorted(STORED))
def test_a_renamed_key_is_refused_by_the_playbook_and_named(key):
    renamed = {name: value for name, value in STORED.items() if name != key}
    renamed[f"{key}_new"] = STORED[key]

    with pytest.raises(SignalShapeError) as refused:
        parse_signal(signal_id=1, kind="health.crossed", occurred_at=NOW, payload=renamed)

    assert str(refused.value) == f"“{key}” is missing; “{key}_new” is unknown"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("day", "yesterday"),
        ("day", None),
        ("subject", ""),
        ("line", 6),
        ("value", "NaN"),
        ("score", "low"),
        ("direction", "none"),
        ("version", "3"),
        ("version", True),
        ("handled_first", 1),
        ("is_overridden", None),
        ("before", None),
    ],
)
def test_a_value_of_another_type_is_refused(key, value):
    with pytest.raises(SignalShapeError) as refused:
        CrossingSignal.from_json(STORED | {key: value})

    assert str(refused.value) == f"“{key}” cannot be read, a {type(value).__name__}"
