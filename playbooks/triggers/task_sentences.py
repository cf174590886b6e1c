"""The sentences a task carries: which rule, which values, what changed, what would close it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from health.measures import MEASURES
from health.scoring import MEASURE, WHOLE_SCORE
from health.signals import CrossingSignal, Direction
from playbooks.triggers.names import KEYS_ONLY, RowNames, name_of
from playbooks.triggers.rules import BY_PLAY, Escalation, Recovery, Trigger
from playbooks.triggers.signal_matches import TriggerInput
from playbooks.triggers.time_triggers import (
    AfterChurn,
    AudienceEntry,
    AudienceExit,
    Cadence,
    ContractDate,
    ContractMark,
    FactOccurrence,
    Launched,
    Moment,
    NotStarted,
    Repeated,
    ScoreFall,
    Silence,
    TicketSolved,
    Unpaid,
    Untouched,
)
from playbooks.triggers.vocabulary import EscalationKind, Fallback, TriggerKind


def why_started(*, playbook: str, trigger: Trigger, inputs: TriggerInput) -> str:
    crossing = inputs.crossing
    if trigger.moment is not None:
        return f"“{playbook}” starts {_seen_in_words(trigger.moment, inputs.values)}."
    if trigger is BY_PLAY:
        return f"“{playbook}” was {inputs.detail}."
    if crossing is None:
        detail = f": {inputs.detail.rstrip('. ')}" if inputs.detail else ""
        return f"“{playbook}” starts on {_event_phrase(inputs.kind)}{detail}."
    when = f"on {crossing.day:%-d %b %Y} by scorecard {_plain_words(crossing.judged_by)}"
    return f"“{playbook}” starts on {_rule_phrase(trigger)}. {_movement_phrase(crossing)} {when}."


def moment_label(moment: Moment, names: RowNames = KEYS_ONLY) -> str:
    """As part of a sentence: "90 days before the decision about a renewal"."""
    match moment:
        case ContractMark(date=which, days=days):
            return f"{_days_from(days)} {_DATES[which]}"
        case ScoreFall(points=points, within_days=within):
            return f"a fall by {points.normalize():f} points within {_days_phrase(within)}"
        case Silence(days=days):
            return f"{_days_phrase(days)} without anybody using the product"
        case Cadence(months=1):
            return "every month"
        case Cadence(months=months):
            return f"every {months} months"
        case AudienceEntry(audience=audience):
            return f"when an account enters the audience {name_of(names.audiences, audience)}"
        case AudienceExit(audience=audience):
            return f"when an account leaves the audience {name_of(names.audiences, audience)}"
        case _:
            return _occurrence_words(moment, names)


def _occurrence_words(moment: FactOccurrence, names: RowNames) -> str:
    match moment:
        case NotStarted(days=days):
            return f"{_days_phrase(days)} as a customer without anybody using the product"
        case Untouched(days=days, feature=feature):
            named = f"the feature {name_of(names.features, feature)}"
            what = named if feature else "a core feature"
            return f"{_days_phrase(days)} without anybody using {what}"
        case Repeated(event=event, times=times, within_days=within):
            return (
                f"{_plain_words(event)} {times} times about the same within {_days_phrase(within)}"
            )
        case TicketSolved(days=days):
            solved = "a ticket being solved" if days == 0 else "a ticket was solved"
            return f"{_days_from(days)} {solved}"
        case Unpaid(days=days):
            return f"{_days_phrase(days)} after an invoice was due, and it is not paid"
        case Launched(days=days):
            came = "a feature coming" if days == 0 else "a feature came"
            return f"{_days_from(days)} {came} into their plan"
        case AfterChurn(months=months):
            return f"{'a month' if months == 1 else f'{months} months'} after they left"


_DATES = {
    ContractDate.DECISION: "the decision about a renewal",
    ContractDate.END: "the end of a contract",
    ContractDate.START: "the start of a contract",
}


def _days_from(days: int) -> str:
    if days == 0:
        return "on the day of"
    return f"{_days_phrase(abs(days))} {'before' if days < 0 else 'after'}"


def _days_phrase(days: int) -> str:
    return "a day" if days == 1 else f"{days} days"


def _seen_in_words(moment: Moment, values: Mapping[str, Any]) -> str:
    """What of it was seen, as values: dates stay as they are written in the signal."""
    match moment:
        case ContractMark():
            line = f" ({values['line']})" if values.get("line") else ""
            what = f"contract {values.get('contract', '')}{line}, {_date_phrase(values.get('on'))}"
            return f"{moment_label(moment)}: {what}"
        case ScoreFall():
            scores = f"{values.get('score_before')} → {values.get('score')}"
            return f"on {moment_label(moment)}: {scores} by {_date_phrase(values.get('day'))}"
        case Silence():
            return (
                f"on {moment_label(moment)}: last used on {_date_phrase(values.get('last_used'))}"
            )
        case Cadence():
            return f"as it does {moment_label(moment)}"
        case AudienceEntry(audience=audience) | AudienceExit(audience=audience):
            names = RowNames(audiences={audience: str(values.get("name") or "")})
            return f"{moment_label(moment, names)}: {_date_phrase(values.get('on'))}"
        case _:
            return moment_label(moment)


def _date_phrase(text: object) -> str:
    return f"{date.fromisoformat(str(text)):%-d %b %Y}" if text else "a day not known"


def _rule_phrase(trigger: Trigger) -> str:
    match trigger.kind:
        case TriggerKind.SCORE_BELOW:
            what = "a score" if trigger.subject == WHOLE_SCORE else _in_sentence(trigger.subject)
            return f"{what} below {trigger.score}"
        case TriggerKind.VALUE_PASSES:
            side = "below" if trigger.direction is Direction.DOWN else "from"
            return f"{_in_sentence(trigger.subject)} {side} {trigger.value}"
        case _:
            return "this fall" if trigger.direction is Direction.DOWN else "this rise"


def _movement_phrase(crossing: CrossingSignal) -> str:
    """What moved, its value, and the bands or the line it passed."""
    sides = f"{_plain_words(crossing.before)} → {_plain_words(crossing.after)}"
    if crossing.line is not None:
        sides += f" {crossing.line.normalize():f}"
    score = f"{_score_phrase(crossing.score_before)} → {_score_phrase(crossing.score)}"
    if crossing.subject == WHOLE_SCORE:
        return f"Score {score}, {sides}"
    value = "" if crossing.value is None else f" is {crossing.value.normalize():f}"
    return f"{subject_label(crossing.subject)}{value}, {sides}; score {score}"


def closes_when(recovery: Recovery) -> str:
    """Empty where only people can close the play."""
    ways = []
    if recovery.bands:
        ways.append(
            f"the band is {' or '.join(_plain_words(band) for band in recovery.bands)} again"
        )
    if recovery.score_at_least is not None:
        ways.append(f"the score is {recovery.score_at_least} or more")
    if recovery.contract_decided:
        ways.append("the contract is decided")
    if recovery.contract_lost:
        ways.append("the contract is lost")
    if recovery.used_again:
        ways.append("somebody uses the product again")
    if recovery.came_back:
        ways.append("they are a customer again")
    if recovery.left_audience:
        ways.append("the account leaves the audience")
    ways += [f"{_event_phrase(signal)} comes in" for signal in recovery.signals]
    return f"Closes itself when {' or '.join(ways)}." if ways else ""


def fell_because(*, role: str, fallback: Fallback) -> str:
    """("Onboarding specialist", EMPTY_QUEUE): "No onboarding specialist on the team: queue of CS
    ops." """
    name = role if role[1:2].isupper() else role[:1].lower() + role[1:]
    is_empty = fallback in (Fallback.EMPTY_POOL, Fallback.EMPTY_QUEUE)
    lacking = f"No {name} on the team" if is_empty else f"The {name} is away without a cover"
    in_queue = fallback in (Fallback.EMPTY_QUEUE, Fallback.AWAY_QUEUE)
    return f"{lacking}: {'queue of CS ops' if in_queue else 'fell to the pool'}."


def recovered_because(*, score: Decimal | None, band: str) -> str:
    return f"Recovered: score {_score_phrase(score)}, band {_plain_words(band)}."


def decided_because(*, contract: str, state: str) -> str:
    """`state`: of the contract; empty where it renewed itself."""
    return f"Contract {contract} {f'is {state}' if state else 'renewed itself'}."


def used_again_because(day: date) -> str:
    return f"Somebody used the product on {day:%-d %b %Y}."


CAME_BACK = "They are a customer again."


def left_because(audience: str) -> str:
    """`audience`: its name."""
    return f"It is not in the audience {audience} any more."


def signal_because(kind: str) -> str:
    words = _event_phrase(kind)
    return f"{words[:1].upper()}{words[1:]} came in."


def why_asked_next(*, playbook: str, outcome: str, score: Decimal | None) -> str:
    ended = f"“{playbook}” has ended as {_plain_words(outcome)}"
    return f"{ended} and the account is still at risk: score {_score_phrase(score)}."


def why_escalated(*, escalation: Escalation, seen: str) -> str:
    """`seen` is what pulled it: the task without an answer, the score, or the event."""
    match escalation.kind:
        case EscalationKind.NO_RESPONSE:
            return f"No response within {escalation.business_days} business days: {seen}."
        case EscalationKind.SCORE_BELOW:
            return f"The score fell below {escalation.score}: {seen}."
        case _:
            return f"Drawn in by {seen}."


def handed_because(why: str) -> str:
    """`why`: what drew the person in."""
    return f"Handed to a person. {why}"


def subject_label(subject: str) -> str:
    """A component by its key, a measure by its name in the catalogue."""
    key = subject.partition(":")[2]
    if subject.startswith(MEASURE):
        return MEASURES[key].name if key in MEASURES else f"Measure {_plain_words(key)}"
    return f"Component {_plain_words(key)}"


def _in_sentence(subject: str) -> str:
    label = subject_label(subject)
    return f"{label[:1].lower()}{label[1:]}"


def _event_phrase(kind: str) -> str:
    return _plain_words(kind.removeprefix("event."))


def _plain_words(value: str) -> str:
    return value.replace("_", " ")


def _score_phrase(score: Decimal | None) -> str:
    return "not scored" if score is None else f"{score:.2f}"
