"""A crossing as health tells of it, for tests that begin with one."""

from datetime import date
from decimal import Decimal

from health.scoring import WHOLE_SCORE
from health.signals import CrossingSignal, Direction

THURSDAY = date(2025, 3, 13)


def a_crossing(
    before="healthy", after="watch", *, score="71.40", previous="76.10", day=THURSDAY, **changes
):
    """Of the score, down or up as the two scores say; `changes` are other fields."""
    now, was = Decimal(score), Decimal(previous)
    told = {
        "day": day,
        "subject": WHOLE_SCORE,
        "line": None,
        "direction": Direction.DOWN if now < was else Direction.UP,
        "before": before,
        "after": after,
        "value": now,
        "score_before": was,
        "score": now,
        "scorecard": "four_inputs",
        "version": 1,
        "handled_first": False,
        "is_overridden": False,
        "crossing_group": f"{day}:1",
    }
    return CrossingSignal(**told | changes)


def passing(line, *, score, previous, subject=WHOLE_SCORE, **changes):
    """Below a line; with a score that rises, above it."""
    sides = ("above", "below") if Decimal(score) < Decimal(previous) else ("below", "above")
    told = {"line": Decimal(line), "subject": subject} | changes
    return a_crossing(*sides, score=score, previous=previous, **told)
