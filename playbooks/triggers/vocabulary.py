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
    that follow from the account's owner, who leads renewals and expansions by the settings of the
    installation, and the platform. Resolved to a person when the task of the step is made."""

    CSM = "csm"
    MANAGER = "manager"
    CS_OPS = "cs_ops"
    RENEWAL_LEAD = "renewal_lead"
    EXPANSION_LEAD = "expansion_lead"
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
    NOT_STARTED = "not_started"
    UNTOUCHED = "untouched"
    REPEATED = "repeated"
    TICKET_SOLVED = "ticket_solved"
    UNPAID = "unpaid"
    LAUNCHED = "launched"
    AFTER_CHURN = "after_churn"
    AUDIENCE_ENTERED = "audience_entered"
    AUDIENCE_LEFT = "audience_left"

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
    MEETING_BOOKED = "meeting_booked"
    NO_RESPONSE = "no_response"
    DECLINED = "declined"
    DOCUMENTED = "documented"
    DECIDED = "decided"
    NOTHING_TO_DO = "nothing_to_do"
    DONE = "done"
    NOTIFIED = "notified"


class TaskWork(StrEnum):
    """What finishing a task is about, which decides what may come of it: talking to the customer;
    work of a play among ourselves; a task that somebody wrote for themselves or another."""

    OUTREACH = "outreach"
    INTERNAL = "internal"
    OWN = "own"


# What a person may say; the platform has a word of its own for what it did by itself.
OUTCOMES: dict[TaskWork, tuple[TaskOutcome, ...]] = {
    TaskWork.OUTREACH: (
        TaskOutcome.REACHED,
        TaskOutcome.MEETING_BOOKED,
        TaskOutcome.NO_RESPONSE,
        TaskOutcome.DECLINED,
    ),
    TaskWork.INTERNAL: (
        TaskOutcome.DOCUMENTED,
        TaskOutcome.DECIDED,
        TaskOutcome.NOTHING_TO_DO,
    ),
    TaskWork.OWN: (TaskOutcome.DONE,),
}


def work_of(*, channel: str, has_play: bool) -> TaskWork:
    """A task that somebody wrote is outreach too where it goes to the customer."""
    if channel != Channel.INTERNAL:
        return TaskWork.OUTREACH
    return TaskWork.INTERNAL if has_play else TaskWork.OWN


# The key of the task that asks for what comes next, as of an escalation.
ASKED_NEXT = "next_step"

# The customer has answered: nobody above the owner needs to be drawn in for silence.
ANSWERS = frozenset({TaskOutcome.REACHED, TaskOutcome.MEETING_BOOKED, TaskOutcome.DECLINED})

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
        "requested": "Asked",
        "account.expansion_ready": "Readiness for an expansion",
        "account.expansion_not_ready": "End of the readiness for an expansion",
        "account.expansion_needs_conversations": "Growth without commercial conversations",
        "account.expansion_needs_stakeholders": "Growth with too few stakeholders",
        "health.agents_take_over": "Agents take over from people",
    }
)
label, choices = _words.label, _words.choices
