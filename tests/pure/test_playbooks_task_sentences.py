"""What a task says of why it is there and what would close it."""

from dataclasses import replace
from decimal import Decimal

from health.signals import Direction
from playbooks.triggers.rules import Recovery
from playbooks.triggers.task_sentences import closes_when, why_started
from playbooks.triggers.vocabulary import TriggerKind
from tests.pure.falls import BELOW_40, CANCELLATION, TO_WATCH, TO_WATCH_SEEN, noticed, passed


def test_a_task_says_which_rule_and_which_values():
    assert why_started(playbook="Check-in", trigger=TO_WATCH, inputs=TO_WATCH_SEEN) == (
        "“Check-in” starts on this fall. Score 76.10 → 71.40, healthy → watch"
        " on 13 Mar 2025 by scorecard four inputs v1."
    )
    assert why_started(playbook="At risk", trigger=CANCELLATION, inputs=noticed()) == (
        "“At risk” starts on cancellation notice: budget cut."
    )
    sentence = replace(noticed(), detail="Our champion has left.")
    assert why_started(playbook="At risk", trigger=CANCELLATION, inputs=sentence).endswith(
        "cancellation notice: Our champion has left."
    )


def test_a_task_says_which_line_was_passed():
    below = passed("40", score="35.00", previous="48.00")
    assert why_started(playbook="At risk", trigger=BELOW_40, inputs=below) == (
        "“At risk” starts on a score below 40. Score 48.00 → 35.00, above → below 40"
        " on 13 Mar 2025 by scorecard four inputs v1."
    )
    tickets = replace(
        BELOW_40,
        kind=TriggerKind.VALUE_PASSES,
        subject="measure:ticket_load",
        direction=Direction.UP,
        value=Decimal(6),
    )
    seen_of_it = {"subject": "measure:ticket_load", "value": Decimal("7.5")}
    more = passed("6", score="60.00", previous="52.00", **seen_of_it)
    assert why_started(playbook="Flood", trigger=tickets, inputs=more) == (
        "“Flood” starts on ticket load from 6. Ticket load is 7.5, below → above 6;"
        " score 52.00 → 60.00 on 13 Mar 2025 by scorecard four inputs v1."
    )


def test_a_task_says_what_would_close_it():
    assert closes_when(Recovery(bands=("healthy", "watch"))) == (
        "Closes itself when the band is healthy or watch again."
    )
    assert closes_when(Recovery(score_at_least=Decimal(52))) == (
        "Closes itself when the score is 52 or more."
    )
    assert closes_when(Recovery()) == ""
