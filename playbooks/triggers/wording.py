"""The sentences a task carries: which rule, which values, what changed, what would close it."""

from datetime import date
from decimal import Decimal

from playbooks.triggers.matching import TriggerInput
from playbooks.triggers.rules import WHOLE_SCORE, Escalation, Recovery, Trigger
from playbooks.triggers.vocabulary import EscalationKind, TriggerKind


def why_started(*, playbook: str, trigger: Trigger, inputs: TriggerInput) -> str:
    crossing = inputs.crossing
    if crossing is None:
        detail = f": {inputs.detail}" if inputs.detail else ""
        return f"“{playbook}” starts on {_event(inputs.kind)}{detail}."
    subject = "Score" if crossing.subject == WHOLE_SCORE else _subject(crossing.subject)
    moved = f"{_shown(crossing.previous_score)} → {_shown(crossing.score)}"
    bands = f", {_words(crossing.before)} → {_words(crossing.after)}" if crossing.before else ""
    rule = (
        f"a score below {trigger.score}" if trigger.kind is TriggerKind.SCORE_BELOW else "this fall"
    )
    return (
        f"“{playbook}” starts on {rule}. {subject} {moved}{bands}"
        f" on {_day(crossing.day)} by scorecard {_words(crossing.scorecard)}."
    )


def closes_when(recovery: Recovery) -> str:
    """Empty where only people can close the play."""
    ways = []
    if recovery.bands:
        ways.append(f"the band is {' or '.join(_words(band) for band in recovery.bands)} again")
    if recovery.score_at_least is not None:
        ways.append(f"the score is {recovery.score_at_least} or more")
    return f"Closes itself when {' or '.join(ways)}." if ways else ""


def recovered_because(*, score: Decimal | None, band: str) -> str:
    return f"Recovered: score {_shown(score)}, band {_words(band)}."


def why_drawn_in(*, escalation: Escalation, seen: str) -> str:
    """`seen` is what pulled it: the task without an answer, the score, or the event."""
    match escalation.kind:
        case EscalationKind.NO_RESPONSE:
            return f"No response within {escalation.business_days} business days: {seen}."
        case EscalationKind.SCORE_BELOW:
            return f"The score fell below {escalation.score}: {seen}."
        case _:
            return f"Drawn in by {seen}."


def _subject(subject: str) -> str:
    kind, _, rest = subject.partition(":")
    return f"Alert line {rest}:" if kind == "line" else f"Component {_words(rest or kind)}:"


def _event(kind: str) -> str:
    return _words(kind.removeprefix("event."))


def _words(value: str) -> str:
    return value.replace("_", " ")


def _day(iso: str) -> str:
    return f"{date.fromisoformat(iso):%-d %b %Y}" if iso else "an unknown day"


def _shown(score: Decimal | None) -> str:
    return "not scored" if score is None else f"{score:.2f}"
