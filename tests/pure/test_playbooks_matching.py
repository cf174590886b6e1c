"""What pulls a trigger, fits a playbook, or is a recovery, on values alone."""

from dataclasses import replace
from decimal import Decimal

import pytest

from playbooks.triggers.matching import fits, has_recovered, matches, parse_signal
from playbooks.triggers.rules import Conditions, Recovery
from playbooks.triggers.vocabulary import Direction
from tests.pure.falls import (
    BELOW_40,
    CANCELLATION,
    NOW,
    STANDING,
    TO_INTERVENE,
    TO_WATCH,
    TO_WATCH_SEEN,
    crossed,
    noticed,
)


def test_a_crossing_pulls_the_trigger_with_its_bands():
    assert matches(trigger=TO_WATCH, inputs=TO_WATCH_SEEN)
    assert not matches(trigger=TO_INTERVENE, inputs=TO_WATCH_SEEN)


@pytest.mark.parametrize(
    "change",
    [
        {"cause": "first_score"},
        {"cause": "scored_again"},
        {"cause": "new_scorecard"},
        {"direction": "up"},
        {"subject": "component:support"},
        {"from": "intervene"},
    ],
)
def test_any_other_crossing_pulls_nothing(change):
    seen = crossed("healthy", "watch", score="71.40", previous="76.10", **change)

    assert not matches(trigger=TO_WATCH, inputs=seen)


def test_a_trigger_may_look_at_one_component():
    support = replace(TO_WATCH, subject="component:support")

    seen = crossed("healthy", "watch", score="60", previous="80", subject="component:support")

    assert matches(trigger=support, inputs=seen)


@pytest.mark.parametrize(
    ("subject", "previous", "score", "pulled"),
    [
        ("line:40", "41.00", "39.99", True),
        ("line:40", "41.00", "40.00", False),
        ("line:20", "45.00", "19.00", False),  # line 40 has its own crossing
        ("score", "55.00", "39.99", True),
        ("score", "55.00", "40.00", False),
        ("score", "39.00", "38.00", False),
        ("component:support", "55.00", "30.00", False),
    ],
)
def test_score_below_is_pulled_on_passing_the_score(subject, previous, score, pulled):
    seen = crossed("", "below", score=score, previous=previous, subject=subject)

    assert matches(trigger=BELOW_40, inputs=seen) is pulled


def test_an_unreadable_score_pulls_no_score_trigger():
    payload = {"subject": "line:40", "direction": "down", "cause": "moved", "score": "low"}
    seen = parse_signal(signal_id=1, kind="health.crossed", occurred_at=NOW, payload=payload)

    assert not matches(trigger=BELOW_40, inputs=seen)


def test_an_event_is_matched_by_its_kind():
    assert matches(trigger=CANCELLATION, inputs=noticed())
    assert not matches(trigger=TO_WATCH, inputs=noticed())
    assert not matches(trigger=CANCELLATION, inputs=TO_WATCH_SEEN)


@pytest.mark.parametrize(
    ("conditions", "fitting"),
    [
        (Conditions(), True),
        (Conditions(segments=frozenset({"mid_market"})), True),
        (Conditions(segments=frozenset({"smb"})), False),
        (Conditions(touch_tiers=frozenset({"high"})), False),
        (Conditions(stages=frozenset({"onboarding"})), False),
        (Conditions(tags=frozenset({"pilot", "beta"})), True),
        (Conditions(tags=frozenset({"beta"})), False),
        (Conditions(without_tags=frozenset({"pilot"})), False),
        (Conditions(segments=frozenset({"mid_market"}), without_tags=frozenset({"beta"})), True),
    ],
)
def test_conditions_choose_the_accounts(conditions, fitting):
    standing = replace(STANDING, tags=frozenset({"pilot"}))

    assert fits(conditions=conditions, standing=standing) is fitting


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


def test_directions_are_the_words_health_writes():
    assert [direction.value for direction in Direction] == ["down", "up"]
