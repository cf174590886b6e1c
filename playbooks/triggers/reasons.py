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
        return _event(kind, saw)
    words = _WORDS.get(kind)
    return words(saw) if words else ""


def _crossed(saw: Saw) -> str:
    subject, line = str(saw.get("subject") or WHOLE_SCORE), saw.get("line")
    scores = f"score {_score(saw.get('previous_score'))} → {_score(saw.get('score'))}"
    on = _on(saw.get("day"))
    name = "Health" if subject == WHOLE_SCORE else subject_label(subject)
    if line is None:
        return (
            f"{name} went from {_plain(saw.get('from'))} to {_plain(saw.get('to'))}{on}: {scores}."
        )
    side = "below" if saw.get("to") == "below" else "above"
    if subject == WHOLE_SCORE:
        return f"The score went {side} {_number(line)}{on}: {scores}."
    value = f" is {_number(saw['value'])}," if saw.get("value") is not None else " is"
    return f"{name}{value} {side} {_number(line)}{on}; {scores}."


def _contract(saw: Saw) -> str:
    line = f" ({saw['line']})" if saw.get("line") else ""
    left = int(saw.get("days_left") or 0)
    ahead = f"{left} days ahead" if left > 0 else "today" if left == 0 else f"{-left} days ago"
    contract = f"contract {saw.get('contract', '')}{line}"
    return f"A date of {contract} came near: {_day(saw.get('on'))}, {ahead}."


def _fell(saw: Saw) -> str:
    before, after = _score(saw.get("score_before")), _score(saw.get("score"))
    return f"The score fell from {before} to {after}{_on(saw.get('day'))}."


def _silent(saw: Saw) -> str:
    return f"Nobody has used the product since {_day(saw.get('last_used'))}."


def _cadence(saw: Saw) -> str:
    return "Its regular date has come."


def _not_started(saw: Saw) -> str:
    return f"A customer since {_day(saw.get('since'))}, and nobody has used the product yet."


def _untouched(saw: Saw) -> str:
    features = " or ".join(map(str, saw.get("features") or ())) or "a core feature"
    return f"Nobody has used {features} since {_day(saw.get('last_used'))}."


def _repeated(saw: Saw) -> str:
    note = str(saw.get("detail") or "").rstrip(". ")
    what = _plain(saw.get("event") or "the same")
    about = f": {note}" if note else ""
    return f"{what[:1].upper()}{what[1:]}, {saw.get('times', 'several')} times{about}."


def _solved(saw: Saw) -> str:
    return f"Ticket {saw.get('ticket', '')} was solved on {_day(saw.get('solved_on'))}."


def _unpaid(saw: Saw) -> str:
    failed = " The payment failed." if saw.get("state") == "failed" else ""
    due = _day(saw.get("due_on"))
    return f"Invoice {saw.get('invoice', '')} was due on {due} and is not paid.{failed}"


def _launched(saw: Saw) -> str:
    return f"{saw.get('feature', 'A feature')} is in their plan since {_day(saw.get('since'))}."


def _gone(saw: Saw) -> str:
    return f"They left on {_day(saw.get('left_on'))}."


def _entered(saw: Saw) -> str:
    return f"It entered the audience {_plain(saw.get('audience'))}{_on(saw.get('on'))}."


def _left(saw: Saw) -> str:
    return f"It left the audience {_plain(saw.get('audience'))}{_on(saw.get('on'))}."


def _asked(saw: Saw) -> str:
    detail = str(saw.get("detail") or "asked for by another play")
    return f"It was {detail}."


def _event(kind: str, saw: Saw) -> str:
    words = _plain(kind.partition(".")[2])
    note = str(saw.get("detail") or "").rstrip(". ")
    return f"{words[:1].upper()}{words[1:]}{f': {note}' if note else ''}."


def _changed(what: str) -> Callable[[Saw], str]:
    def words(saw: Saw) -> str:
        note = str(saw.get("detail") or "").rstrip(". ")
        return f"{what}{f': {note}' if note else ''}."

    return words


_WORDS: Mapping[str, Callable[[Saw], str]] = {
    CROSSED: _crossed,
    SignalKind.CONTRACT_DATE: _contract,
    SignalKind.SCORE_FELL: _fell,
    SignalKind.USAGE_SILENT: _silent,
    SignalKind.CADENCE_DUE: _cadence,
    SignalKind.USAGE_NOT_STARTED: _not_started,
    SignalKind.FEATURE_UNTOUCHED: _untouched,
    SignalKind.EVENT_REPEATED: _repeated,
    SignalKind.TICKET_SOLVED: _solved,
    SignalKind.INVOICE_UNPAID: _unpaid,
    SignalKind.FEATURE_LAUNCHED: _launched,
    SignalKind.ACCOUNT_GONE: _gone,
    SignalKind.AUDIENCE_ENTERED: _entered,
    SignalKind.AUDIENCE_LEFT: _left,
    SignalKind.PLAY_ASKED: _asked,
    SignalKind.PEOPLE_GONE: _changed("People who carried the account are gone"),
    SignalKind.TIER_CHANGED: _changed("The touch tier changed"),
    SignalKind.STAGE_CHANGED: _changed("The stage changed"),
    SignalKind.EXPANSION_READY: _changed("They look ready for more"),
    SignalKind.CUSTOMER_WROTE: _changed("Somebody of the customer wrote to us"),
    SignalKind.MAIL_UNDELIVERED: _changed("A mail could not be delivered"),
    SignalKind.SUPPORT_ESCALATED: _changed("An urgent ticket is open"),
}


def _on(value: object) -> str:
    return f" on {_day(value)}" if value else ""


def _day(value: object) -> str:
    return f"{date.fromisoformat(str(value)):%-d %b %Y}" if value else "a day not known"


def _plain(value: object) -> str:
    return str(value or "no band").replace("_", " ")


def _score(value: object) -> str:
    return "not known" if value is None else f"{float(str(value)):.1f}"


def _number(value: object) -> str:
    return f"{float(str(value)):g}"
