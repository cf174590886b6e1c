"""What pulls a trigger, fits a playbook, or is a recovery, on values alone."""

from dataclasses import replace
from decimal import Decimal

import pytest

from health.signals import Direction
from playbooks.triggers.rules import Escalation, Recovery, Trigger, lines_of
from playbooks.triggers.signal_matches import has_recovered, matches
from playbooks.triggers.vocabulary import EscalationKind, OwnerRole, TriggerKind
from tests.crossings import a_crossing, passing
from tests.pure.falls import (
    BELOW_40,
    CANCELLATION,
    TO_INTERVENE,
    TO_WATCH,
    TO_WATCH_SEEN,
    crossed,
    noticed,
    seen,
)


def test_a_crossing_pulls_the_trigger_with_its_bands():
    assert matches(trigger=TO_WATCH, inputs=TO_WATCH_SEEN)
    assert not matches(trigger=TO_INTERVENE, inputs=TO_WATCH_SEEN)


@pytest.mark.parametrize(
    "change",
    [
        {"direction": Direction.UP},
        {"subject": "component:support"},
        {"before": "intervene"},
        {"line": Decimal(40)},
    ],
)
def test_any_other_crossing_pulls_nothing(change):
    other = replace(TO_WATCH_SEEN.crossing, **change)

    assert not matches(trigger=TO_WATCH, inputs=seen(other))


def test_a_trigger_may_look_at_one_component():
    support = replace(TO_WATCH, subject="component:support")

    fall = crossed("healthy", "watch", score="60", previous="80", subject="component:support")

    assert matches(trigger=support, inputs=fall)


@pytest.mark.parametrize(
    ("crossing", "pulled"),
    [
        (passing("40", score="39.99", previous="41.00"), True),
        (passing("40.0000", score="39.99", previous="41.00"), True),
        (passing("40", score="42.00", previous="39.00"), False),  # rises
        (passing("20", score="19.00", previous="45.00"), False),  # line 40 has its own crossing
        (a_crossing("watch", "intervene", score="39.99", previous="55.00"), False),  # so here
        (passing("40", score="39", previous="55", subject="component:support"), False),
    ],
)
def test_score_below_is_pulled_by_the_crossing_of_its_line(crossing, pulled):
    assert matches(trigger=BELOW_40, inputs=seen(crossing)) is pulled


@pytest.mark.parametrize(
    ("direction", "score", "previous", "pulled"),
    [
        (Direction.UP, "60", "70", False),
        (Direction.UP, "70", "60", True),
        (Direction.DOWN, "60", "70", True),
    ],
)
def test_a_measure_passes_a_line_in_one_direction(direction, score, previous, pulled):
    load = Trigger(
        "load",
        TriggerKind.VALUE_PASSES,
        subject="measure:ticket_load",
        direction=direction,
        value=Decimal(6),
    )
    crossing = passing("6", score=score, previous=previous, subject="measure:ticket_load")

    assert matches(trigger=load, inputs=seen(crossing)) is pulled


def test_what_a_playbook_waits_for_is_what_health_must_watch():
    load = replace(
        BELOW_40, kind=TriggerKind.VALUE_PASSES, subject="measure:ticket_load", score=None,
        value=Decimal("6.5"),
    )  # fmt: skip
    below_20 = Escalation(
        "low", EscalationKind.SCORE_BELOW, OwnerRole.MANAGER, "Call", "Call.", score=Decimal(20)
    )

    lines = lines_of(triggers=[TO_WATCH, CANCELLATION, BELOW_40, load], escalations=[below_20])

    assert {line.name for line in lines} == {"line:40", "line:20", "line:measure:ticket_load:6.5"}


def test_an_event_is_matched_by_its_kind():
    assert matches(trigger=CANCELLATION, inputs=noticed())
    assert not matches(trigger=TO_WATCH, inputs=noticed())
    assert not matches(trigger=CANCELLATION, inputs=TO_WATCH_SEEN)


@pytest.mark.parametrize(
    ("recovery", "score", "band", "recovered"),
    [
        (Recovery(), "90", "healthy", False),
        (Recovery(bands=("healthy",)), "77", "healthy", True),
        (Recovery(bands=("healthy",)), "76", "watch", False),
        (Recovery(score_at_least=Decimal(52)), "52.00", "watch", True),
        (Recovery(score_at_least=Decimal(52)), "51.99", "intervene", False),
        (Recovery(bands=("healthy",)), None, "healthy", False),
    ],
)
def test_recovery_needs_a_score(recovery, score, band, recovered):
    known = None if score is None else Decimal(score)

    assert has_recovered(recovery=recovery, score=known, band=band) is recovered
