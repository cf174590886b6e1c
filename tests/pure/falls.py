"""A family of playbooks on falls, an account, and what may be inputs of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from playbooks.triggers.rules import AccountState, Recovery, Rule, Trigger
from playbooks.triggers.signal_matches import CROSSED, TriggerInput, parse_signal
from playbooks.triggers.vocabulary import TriggerKind
from tests.crossings import a_crossing, passing

NOW = datetime(2025, 3, 14, 8, 0, tzinfo=UTC)

TO_WATCH = Trigger(
    "to_watch",
    TriggerKind.CROSSING,
    sources=("healthy",),
    targets=("watch",),
    recovery=Recovery(bands=("healthy",)),
)
TO_INTERVENE = Trigger("to_intervene", TriggerKind.CROSSING, targets=("intervene",))
BELOW_40 = Trigger("below_40", TriggerKind.SCORE_BELOW, score=Decimal(40))
CANCELLATION = Trigger(
    "cancellation", TriggerKind.SIGNAL, signal="event.cancellation_notice"
)  # fmt: skip

CHECK_IN = Rule(1, "check_in", "Check-in", "fall", 10, (TO_WATCH,), cooldown_days=30)
ESCALATION = Rule(2, "escalation", "Escalation", "fall", 20, (TO_INTERVENE,))
AT_RISK = Rule(3, "at_risk", "At risk", "fall", 30, (BELOW_40, CANCELLATION))
RULES = (CHECK_IN, ESCALATION, AT_RISK)

STANDING = AccountState(
    account_id=7, csm_id=3, segment="mid_market", touch_tier="low", stage="value", arr_minor=100_00
)


def seen(crossing, *, signal_id=1):
    """As firing has it."""
    return TriggerInput(signal_id, CROSSED, NOW - timedelta(hours=1), crossing)


def crossed(before, after, *, score, previous, signal_id=1, **changes):
    told = a_crossing(before, after, score=score, previous=previous, **changes)
    return seen(told, signal_id=signal_id)


def passed(line, *, score, previous, signal_id=1, **changes):
    return seen(passing(line, score=score, previous=previous, **changes), signal_id=signal_id)


def noticed(signal_id=9):
    return parse_signal(
        signal_id=signal_id,
        kind="event.cancellation_notice",
        occurred_at=NOW - timedelta(minutes=5),
        payload={"note": "budget cut"},
    )


TO_WATCH_SEEN = crossed("healthy", "watch", score="71.40", previous="76.10")
