"""Why a play began, put into words when it is read, from the values that its start kept.

What was seen is stored as data (`saw`); the sentence is made here, so that it is in the customer's
terms, never in those of the rule, and follows a change of words.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from accounts.catalogue import SignalKind
from health.scoring import WHOLE_SCORE
from playbooks.triggers.signal_matches import CROSSED
from playbooks.triggers.task_sentences import subject_label

Saw = Mapping[str, Any]


def reason_in_words(saw: Saw) -> str:
    """Empty where nothing was kept that says it, as of a play that a person started.

    >>> reason_in_words({"kind": "usage.silent", "last_used": "2025-03-01"})
    'Nobody has used the product since 1 Mar 2025.'
    """
    kind = str(saw.get("kind", ""))
    if kind.startswith(f"{SignalKind.BUSINESS_EVENT}."):
        return _event_reason(kind, saw)
    words = _WORDS.get(kind)
    return words(saw) if words else ""


def _crossing_reason(saw: Saw) -> str:
    subject, line = str(saw.get("subject") or WHOLE_SCORE), saw.get("line")
    scores = f"score {_score_phrase(saw.get('previous_score'))} → {_score_phrase(saw.get('score'))}"
    on = _on_day(saw.get("day"))
    name = "Health" if subject == WHOLE_SCORE else subject_label(subject)
    if line is None:
        return (
            f"{name} went from {_plain_words(saw.get('from'))} to"
            f" {_plain_words(saw.get('to'))}{on}: {scores}."
        )
    side = "below" if saw.get("to") == "below" else "above"
    if subject == WHOLE_SCORE:
        return f"The score went {side} {_plain_number(line)}{on}: {scores}."
    value = f" is {_plain_number(saw['value'])}," if saw.get("value") is not None else " is"
    return f"{name}{value} {side} {_plain_number(line)}{on}; {scores}."


def _contract_reason(saw: Saw) -> str:
    line = f" ({saw['line']})" if saw.get("line") else ""
    left = int(saw.get("days_left") or 0)
    ahead = f"{left} days ahead" if left > 0 else "today" if left == 0 else f"{-left} days ago"
    contract = f"contract {saw.get('contract', '')}{line}"
    return f"A date of {contract} came near: {_day_phrase(saw.get('on'))}, {ahead}."


def _fall_reason(saw: Saw) -> str:
    before, after = _score_phrase(saw.get("score_before")), _score_phrase(saw.get("score"))
    return f"The score fell from {before} to {after}{_on_day(saw.get('day'))}."


def _silence_reason(saw: Saw) -> str:
    return f"Nobody has used the product since {_day_phrase(saw.get('last_used'))}."


def _cadence_reason(saw: Saw) -> str:
    return "Its regular date has come."


def _not_started(saw: Saw) -> str:
    return f"A customer since {_day_phrase(saw.get('since'))}, and nobody has used the product yet."


def _unused_feature_reason(saw: Saw) -> str:
    features = " or ".join(map(str, saw.get("features") or ())) or "a core feature"
    return f"Nobody has used {features} since {_day_phrase(saw.get('last_used'))}."


def _repetition_reason(saw: Saw) -> str:
    note = str(saw.get("detail") or "").rstrip(". ")
    what = _plain_words(saw.get("event") or "the same")
    about = f": {note}" if note else ""
    return f"{what[:1].upper()}{what[1:]}, {saw.get('times', 'several')} times{about}."


def _solved_ticket_reason(saw: Saw) -> str:
    return f"Ticket {saw.get('ticket', '')} was solved on {_day_phrase(saw.get('solved_on'))}."


def _unpaid_invoice_reason(saw: Saw) -> str:
    failed = " The payment failed." if saw.get("state") == "failed" else ""
    due = _day_phrase(saw.get("due_on"))
    return f"Invoice {saw.get('invoice', '')} was due on {due} and is not paid.{failed}"


def _feature_launch_reason(saw: Saw) -> str:
    return (
        f"{saw.get('feature', 'A feature')} is in their plan since {_day_phrase(saw.get('since'))}."
    )


def _churn_reason(saw: Saw) -> str:
    return f"They left on {_day_phrase(saw.get('left_on'))}."


def _audience_entry_reason(saw: Saw) -> str:
    return f"It entered the audience {_audience_name(saw)}{_on_day(saw.get('on'))}."


def _audience_name(saw: Saw) -> str:
    return str(saw.get("name") or _plain_words(saw.get("audience")))


def _audience_exit_reason(saw: Saw) -> str:
    return f"It left the audience {_audience_name(saw)}{_on_day(saw.get('on'))}."


def _request_reason(saw: Saw) -> str:
    detail = str(saw.get("detail") or "asked for by another play")
    return f"It was {detail}."


def _event_reason(kind: str, saw: Saw) -> str:
    words = _plain_words(kind.partition(".")[2])
    note = str(saw.get("detail") or "").rstrip(". ")
    return f"{words[:1].upper()}{words[1:]}{f': {note}' if note else ''}."


def _change_reason(what: str) -> Callable[[Saw], str]:
    def words(saw: Saw) -> str:
        note = str(saw.get("detail") or "").rstrip(". ")
        end = "" if note.endswith((".”", "!”", "?”")) else "."
        return f"{what}{f': {note}' if note else ''}{end}"

    return words


_WORDS: Mapping[str, Callable[[Saw], str]] = {
    CROSSED: _crossing_reason,
    SignalKind.CONTRACT_DATE: _contract_reason,
    SignalKind.SCORE_FELL: _fall_reason,
    SignalKind.USAGE_SILENT: _silence_reason,
    SignalKind.CADENCE_DUE: _cadence_reason,
    SignalKind.USAGE_NOT_STARTED: _not_started,
    SignalKind.FEATURE_UNTOUCHED: _unused_feature_reason,
    SignalKind.EVENT_REPEATED: _repetition_reason,
    SignalKind.TICKET_SOLVED: _solved_ticket_reason,
    SignalKind.INVOICE_UNPAID: _unpaid_invoice_reason,
    SignalKind.FEATURE_LAUNCHED: _feature_launch_reason,
    SignalKind.ACCOUNT_GONE: _churn_reason,
    SignalKind.AUDIENCE_ENTERED: _audience_entry_reason,
    SignalKind.AUDIENCE_LEFT: _audience_exit_reason,
    SignalKind.PLAY_ASKED: _request_reason,
    SignalKind.PEOPLE_GONE: _change_reason("People who carried the account are gone"),
    SignalKind.TIER_CHANGED: _change_reason("The touch tier changed"),
    SignalKind.STAGE_CHANGED: _change_reason("The stage changed"),
    SignalKind.EXPANSION_READY: _change_reason("They look ready for more"),
    SignalKind.EXPANSION_NOT_READY: _change_reason("They no longer look ready for more"),
    SignalKind.EXPANSION_NEEDS_TALKS: _change_reason("Their use grows and we do not talk business"),
    SignalKind.EXPANSION_NEEDS_PEOPLE: _change_reason("Their use grows and few people know us"),
    SignalKind.AGENTS_TAKE_OVER: _change_reason("Agents do most of what people did"),
    SignalKind.CUSTOMER_WROTE: _change_reason("Somebody of the customer wrote to us"),
    SignalKind.MAIL_UNDELIVERED: _change_reason("A mail could not be delivered"),
    SignalKind.SUPPORT_ESCALATED: _change_reason("An urgent ticket is open"),
    SignalKind.SURVEY_ANSWERED: _change_reason("Somebody answered a survey"),
    SignalKind.SURVEY_DETRACTOR: _change_reason("Somebody would not recommend us"),
    SignalKind.SURVEY_LOW_ONBOARDING: _change_reason("The onboarding ended badly for them"),
    SignalKind.SURVEY_LOW_FIRST_VALUE: _change_reason("They do not see the result"),
    SignalKind.SURVEY_LOW_RENEWAL: _change_reason("They are not content before the renewal"),
    SignalKind.SURVEY_LOW_EXPANSION: _change_reason("What they bought in addition does not land"),
    SignalKind.SURVEY_LOW: _change_reason("A survey was answered with a low score"),
    SignalKind.SURVEY_HIGH_FIRST_VALUE: _change_reason("They see the result, and say so"),
}


def _on_day(value: object) -> str:
    return f" on {_day_phrase(value)}" if value else ""


def _day_phrase(value: object) -> str:
    return f"{date.fromisoformat(str(value)):%-d %b %Y}" if value else "a day not known"


def _plain_words(value: object) -> str:
    return str(value or "no band").replace("_", " ")


def _score_phrase(value: object) -> str:
    return "not known" if value is None else f"{float(str(value)):.1f}"


def _plain_number(value: object) -> str:
    return f"{float(str(value)):g}"
