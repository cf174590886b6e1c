"""What a task says of why it is there and what would close it."""

from decimal import Decimal

from playbooks.triggers.rules import Recovery
from playbooks.triggers.wording import closes_when, why_started
from tests.pure.falls import CANCELLATION, TO_WATCH, TO_WATCH_SEEN, noticed


def test_a_task_says_which_rule_and_which_values():
    assert why_started(playbook="Check-in", trigger=TO_WATCH, inputs=TO_WATCH_SEEN) == (
        "“Check-in” starts on this fall. Score 76.10 → 71.40, healthy → watch"
        " on 13 Mar 2025 by scorecard four inputs v1."
    )
    assert why_started(playbook="At risk", trigger=CANCELLATION, inputs=noticed()) == (
        "“At risk” starts on cancellation notice: budget cut."
    )


def test_a_task_says_what_would_close_it():
    assert closes_when(Recovery(bands=("healthy", "watch"))) == (
        "Closes itself when the band is healthy or watch again."
    )
    assert closes_when(Recovery(score_at_least=Decimal(52))) == (
        "Closes itself when the score is 52 or more."
    )
    assert closes_when(Recovery()) == ""
