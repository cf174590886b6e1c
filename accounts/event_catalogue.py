"""What the platform tells other systems: the events, and what each says, by version."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class EventType(StrEnum):
    HEALTH_CROSSED = "health.crossed"
    PLAY_STARTED = "play.started"
    PLAY_ENDED = "play.ended"
    TASK_CREATED = "task.created"
    TASK_DONE = "task.done"
    PLAY_STEP = "play.step"
    SURVEY_ANSWERED = "survey.answered"
    ENDPOINT_TEST = "endpoint.test"


@dataclass(frozen=True, slots=True)
class EventSchema:
    """`fields` of `data`: JSON type and meaning. Fields may be added to a version; what changes its
    meaning or goes is another version, told beside the old one for a year."""

    version: int
    tells: str
    fields: Mapping[str, tuple[str, str]]


_ACCOUNT = {
    "account": ("string", "external id of the account"),
    "account_name": ("string", "its name"),
}
_PLAY = {
    **_ACCOUNT,
    "play": ("integer", "id of the play"),
    "playbook": ("string", "key of its playbook"),
    "playbook_version": ("integer", "the version it runs by"),
}
_TASK = {
    **_ACCOUNT,
    "task": ("integer", "id of the task"),
    "play": ("integer or null", "id of its play; null for one's own task"),
    "title": ("string", "what is to be done"),
    "channel": ("string", "email, call, video, meeting, in_app or internal"),
    "owner": ("string or null", "e-mail address of who has it; null in the queue of CS ops"),
    "due_at": ("string", "ISO 8601"),
}
CATALOGUE: Mapping[EventType, EventSchema] = {
    EventType.HEALTH_CROSSED: EventSchema(
        1,
        "A score, or one component or measure of it, crossed a line.",
        {
            **_ACCOUNT,
            "subject": ("string", "score, or the component or measure"),
            "direction": ("string", "up or down"),
            "before": ("string or null", "band before"),
            "after": ("string or null", "band after"),
            "score": ("string or null", "the score now, as a decimal"),
            "day": ("string", "the day it is a score of"),
        },
    ),
    EventType.ENDPOINT_TEST: EventSchema(
        1,
        "CS ops try the endpoint.",
        {
            "endpoint": ("string", "its key"),
            "sent_by": ("string", "e-mail address of who tries it"),
        },
    ),
    EventType.PLAY_STARTED: EventSchema(
        1, "A play began.", {**_PLAY, "why": ("string", "what was seen, in words")}
    ),
    EventType.PLAY_ENDED: EventSchema(
        1,
        "A play ended.",
        {
            **_PLAY,
            "outcome": ("string", "completed, recovered, superseded, churned or cancelled"),
            "reason": ("string", "in words; may be empty"),
        },
    ),
    EventType.PLAY_STEP: EventSchema(
        1,
        "A step of a play posts to this endpoint.",
        {
            **_ACCOUNT,
            "play": _PLAY["play"],
            "playbook": _PLAY["playbook"],
            "step": ("string", "key of the step"),
            "title": ("string", "its title"),
            "text": ("string", "its guidance, and why the play began"),
        },
    ),
    EventType.SURVEY_ANSWERED: EventSchema(
        1,
        "Somebody answered a survey; a change of the answer is not told again.",
        {
            **_ACCOUNT,
            "survey": ("string", "key of the survey"),
            "kind": ("string", "nps, csat, ces or free"),
            "moment": ("string", "what it was asked after, such as before_renewal"),
            "value": ("integer or null", "as it was given; null of a free survey"),
            "lowest": ("integer", "of the scale"),
            "highest": ("integer", "of the scale"),
            "standing": ("integer or null", "1 favourable, 0 neutral, -1 unfavourable"),
            "contact": ("string or null", "external id of who answered"),
            "comment": ("string", "in their own words; may be empty"),
            "answered_at": ("string", "ISO 8601"),
        },
    ),
    EventType.TASK_CREATED: EventSchema(1, "Somebody has a task.", _TASK),
    EventType.TASK_DONE: EventSchema(
        1,
        "A task was done, skipped, or closed because its play ended.",
        {
            **_TASK,
            "state": ("string", "done, skipped or closed_by_itself"),
            "outcome": ("string or null", "of one that was done, such as reached"),
            "done_by": ("string or null", "e-mail address; null for the platform itself"),
        },
    ),
}

ASKED_FOR = tuple(
    each for each in EventType if each not in (EventType.PLAY_STEP, EventType.ENDPOINT_TEST)
)
"""What an endpoint may ask for; a step, and who tries it, name their endpoint."""
