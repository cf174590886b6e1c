"""What a playbook says, in sentences for those who tune it: the YAML without its field names."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from accounts import catalogue
from health.scoring import WHOLE_SCORE
from health.signals import Direction
from playbooks.triggers.names import KEYS_ONLY, RowNames, one_of
from playbooks.triggers.rules import Conditions, Escalation, Trigger
from playbooks.triggers.task_sentences import closes_when, moment_label, subject_label
from playbooks.triggers.vocabulary import EscalationKind, TriggerKind, label


def starts_when(trigger: Trigger, names: RowNames = KEYS_ONLY) -> str:
    match trigger.kind:
        case _ if trigger.moment is not None:
            words = moment_label(trigger.moment, names)
            sentence = f"{words[:1].upper()}{words[1:]}."
        case TriggerKind.SIGNAL:
            sentence = f"{catalogue.label(trigger.signal.removeprefix('event.'))} comes in."
        case TriggerKind.SCORE_BELOW:
            sentence = f"{_subject_phrase(trigger)} falls below {trigger.score}."
        case TriggerKind.VALUE_PASSES:
            verb = "falls below" if trigger.direction is Direction.DOWN else "rises to"
            sentence = f"{_subject_phrase(trigger)} {verb} {trigger.value}."
        case _:
            verb = "falls" if trigger.direction is Direction.DOWN else "rises"
            sources = f" from {_joined_by_or(trigger.sources)}" if trigger.sources else ""
            targets = f" to {_joined_by_or(trigger.targets)}" if trigger.targets else ""
            sentence = f"{_subject_phrase(trigger)} {verb}{sources}{targets}."
    ends = closes_when(trigger.recovery) or "Only people end the play."
    return f"{sentence} {ends}"


def is_for(conditions: Conditions, names: RowNames = KEYS_ONLY) -> str:
    """Which accounts; nothing said means all."""
    parts = condition_labels(conditions, names)
    return f"Accounts with {', '.join(parts)}." if parts else "All accounts."


def condition_labels(conditions: Conditions, names: RowNames = KEYS_ONLY) -> list[str]:
    """Each part of a sentence about an account: "segment SMB or enterprise", "score below 40"."""
    named = {
        "segment": conditions.segments,
        "touch tier": conditions.touch_tiers,
        "stage": conditions.stages,
        "band": conditions.bands,
        "renewal risk": conditions.renewal_risks,
    }
    parts = [
        f"{name} {_joined_by_or(catalogue.label(value) for value in sorted(values))}"
        for name, values in named.items()
        if values
    ]
    if conditions.plans:
        parts.append(f"plan {one_of(names.plans, conditions.plans)}")
    if conditions.audiences:
        parts.append(f"membership of the audience {one_of(names.audiences, conditions.audiences)}")
    if conditions.tags:
        parts.append(f"the tag {_joined_by_or(sorted(conditions.tags))}")
    if conditions.without_tags:
        parts.append(f"no tag {_joined_by_or(sorted(conditions.without_tags))}")
    if conditions.also_churned:
        parts.append("those that have left too")
    parts += _bound_phrases("score", conditions.score_at_least, conditions.score_below)
    parts += _bound_phrases("ARR", conditions.arr_at_least, conditions.arr_below)
    return parts + _contract_words(conditions) + _doing_words(conditions, names)


def _doing_words(conditions: Conditions, names: RowNames) -> list[str]:
    """What its people did."""
    parts = []
    if conditions.used_since_start is not None:
        who = "somebody" if conditions.used_since_start else "nobody"
        parts.append(f"{who} using the product since the play began")
    users = (
        ("at least", conditions.active_users_at_least),
        ("fewer than", conditions.active_users_below),
    )
    parts += [f"{words} {users:,} active users in 7 days" for words, users in users if users]
    uses = (("use", conditions.used_features), ("no use", conditions.unused_features))
    parts += [f"{word} of {one_of(names.features, keys)} in 30 days" for word, keys in uses if keys]
    sets = {
        "{} behind it": conditions.events,
        "no {} yet": conditions.without_events,
    }
    parts += [words.format(_joined_by_or(sorted(keys))) for words, keys in sets.items() if keys]
    if conditions.onboarding_done is not None:
        left = "no" if conditions.onboarding_done else "some"
        parts.append(f"{left} step of its onboarding plan left")
    return parts + _play_words(conditions)


def _play_words(conditions: Conditions) -> list[str]:
    """About the play that asks."""
    parts = []
    if conditions.began_with:
        kinds = (catalogue.label(each.removeprefix("event.")) for each in conditions.began_with)
        parts.append(f"{_joined_by_or(sorted(kinds))} at the beginning of the play")
    if conditions.contract_renewed is not None:
        parts.append(
            "its contract " + ("renewed" if conditions.contract_renewed else "not renewed")
        )
    return parts


def _bound_phrases(name: str, at_least: Decimal | None, below: Decimal | None) -> list[str]:
    bounds = (("of at least", at_least), ("below", below))
    return [f"{name} {words} {bound:,f}" for words, bound in bounds if bound is not None]


def _contract_words(conditions: Conditions) -> list[str]:
    if not conditions.is_about_contracts:
        return []
    terms = (("at least", conditions.term_at_least), ("less than", conditions.term_below))
    term = " and ".join(f"{words} {months} months" for words, months in terms if months)
    lines = f" for {_joined_by_or(sorted(conditions.lines))}" if conditions.lines else ""
    renews = {None: "", True: " that renews by itself", False: " that does not renew by itself"}
    of = f" of {term}" if term else ""
    return [f"a contract{lines}{of}{renews[conditions.auto_renews]}"]


def escalation_label(escalation: Escalation) -> str:
    match escalation.kind:
        case EscalationKind.NO_RESPONSE:
            when = f"No response within {escalation.business_days} business days"
        case EscalationKind.SCORE_BELOW:
            when = f"The score falls below {escalation.score}"
        case _:
            events = (signal.removeprefix("event.") for signal in escalation.signals)
            when = _joined_by_or(catalogue.label(event) for event in events)
            if escalation.count > 1:
                when += f", {escalation.count} times within {escalation.within_days} days"
    stays = " From then on only people end the play." if escalation.keeps_open else ""
    stays += " The play ends: they go on from there." if escalation.hands_over else ""
    who = label(escalation.escalate_to)
    return f"{when}: {who} gets “{escalation.title}”. {escalation.guidance}{stays}"


def _subject_phrase(trigger: Trigger) -> str:
    return "The score" if trigger.subject == WHOLE_SCORE else subject_label(trigger.subject)


def _joined_by_or(words: Iterable[str]) -> str:
    return " or ".join(word.replace("_", " ") for word in words)
