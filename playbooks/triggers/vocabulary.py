"""Closed vocabularies of playbooks, plays and tasks; the models take their choices from here."""

from enum import StrEnum

from accounts.catalogue import Words


class Category(StrEnum):
    LIFECYCLE = "lifecycle"
    INTERVENTION = "intervention"
    OPERATIONAL = "operational"


class ReviewCadence(StrEnum):
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class OwnerRole(StrEnum):
    """Who a step belongs to, beside the functions of an account's team, which are rows: those
    that follow from the account's owner, and the platform. Resolved to a person when the task of
    the step is made."""

    CSM = "csm"
    MANAGER = "manager"
    CS_OPS = "cs_ops"
    SYSTEM = "system"


class Fallback(StrEnum):
    """Why a task is not with who has its role: nobody has, or they are away without a cover; and
    where it fell."""

    EMPTY_POOL = "empty_pool"
    EMPTY_QUEUE = "empty_queue"
    AWAY_POOL = "away_pool"
    AWAY_QUEUE = "away_queue"


class Channel(StrEnum):
    EMAIL = "email"
    CALL = "call"
    VIDEO = "video"
    MEETING = "meeting"
    IN_APP = "in_app"
    INTERNAL = "internal"


# A customer may fail to answer on these; nobody "does not respond" to an internal note.
ANSWERED_CHANNELS = frozenset({Channel.EMAIL, Channel.CALL, Channel.VIDEO, Channel.MEETING})


class TriggerKind(StrEnum):
    CROSSING = "crossing"
    SCORE_BELOW = "score_below"
    VALUE_PASSES = "value_passes"
    SIGNAL = "signal"
    CONTRACT_DATE = "contract_date"
    SCORE_FALLS = "score_falls"
    INACTIVE = "inactive"
    CADENCE = "cadence"

    @property
    def is_about_health(self) -> bool:
        """Pulled by what the score says: an overridden band holds it back."""
        return self in (
            TriggerKind.CROSSING,
            TriggerKind.SCORE_BELOW,
            TriggerKind.VALUE_PASSES,
            TriggerKind.SCORE_FALLS,
        )


class EscalationKind(StrEnum):
    NO_RESPONSE = "no_response"
    SCORE_BELOW = "score_below"
    SIGNALS = "signals"


class StartResult(StrEnum):
    STARTED = "started"
    QUEUED = "queued"
    SUPPRESSED = "suppressed"


class Suppression(StrEnum):
    """Why a matching signal started nothing."""

    CHURNED = "churned"
    OVERRIDE = "override"
    RECOVERED = "recovered"
    OPEN_PLAY = "open_play"
    ALREADY_QUEUED = "already_queued"
    SEVERER_MATCH = "severer_match"
    SEVERER_PLAY = "severer_play"
    COOLDOWN = "cooldown"


class PlayState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class PlayOutcome(StrEnum):
    COMPLETED = "completed"
    RECOVERED = "recovered"
    SUPERSEDED = "superseded"
    CHURNED = "churned"
    CANCELLED = "cancelled"


class TaskState(StrEnum):
    OPEN = "open"
    SNOOZED = "snoozed"
    DONE = "done"
    SKIPPED = "skipped"
    CLOSED_BY_ITSELF = "closed_by_itself"


class TaskOutcome(StrEnum):
    REACHED = "reached"
    NO_RESPONSE = "no_response"
    MEETING_BOOKED = "meeting_booked"
    AGREED = "agreed"
    DECLINED = "declined"
    WRITTEN_UP = "written_up"
    NOTIFIED = "notified"


# The key of the task that asks for what comes next, as of an escalation.
ASKED_NEXT = "next_step"

# The customer has answered: nobody above the owner needs to be drawn in for silence.
ANSWERS = frozenset(
    {TaskOutcome.REACHED, TaskOutcome.MEETING_BOOKED, TaskOutcome.AGREED, TaskOutcome.DECLINED}
)

_words = Words(
    {
        "csm": "CSM",
        "cs_ops": "CS ops",
        "email": "E-mail",
        "video": "Video call",
        "in_app": "In-app",
        "no_response": "No response",
        "open_play": "A play of this playbook is open",
        "already_queued": "Already waiting in the queue",
        "severer_match": "The same fall starts a severer play",
        "severer_play": "A severer play is open",
        "cooldown": "Within the cooldown",
        "override": "The band is overridden",
        "recovered": "Recovered",
        "churned": "The account has churned",
        "over": "Its time is over",
        "met": "It became true",
        "fits": "It fits",
        "other": "It does not fit",
        "assigned": "Added to the team",
        "held": "Somebody has it already",
        "asked": "Asked for",
        "held_out": "Held out at random",
        "treated": "Not held out",
        "requested": "Recorded, not sent yet",
    }
)
label, choices = _words.label, _words.choices
