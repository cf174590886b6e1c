"""What a step does beside being a task for somebody, and how each kind may end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from accounts.catalogue import AccountField
from playbooks.due_dates import Offset
from playbooks.triggers.rules import Conditions
from playbooks.triggers.vocabulary import (
    OUTCOMES,
    OwnerRole,
    TaskOutcome,
    TaskState,
    work_of,
)


class StepKind(StrEnum):
    TASK = "task"
    WAIT = "wait"
    BRANCH = "branch"
    CHANGE_FIELD = "change_field"
    ASSIGN = "assign"
    NOTIFY = "notify"
    MAIL = "mail"
    START_PLAY = "start_play"
    HOLD_OUT = "hold_out"
    SURVEY = "survey"
    IN_APP = "in_app"
    SLACK = "slack"
    TEAMS = "teams"
    WEBHOOK = "webhook"


class StepEnding(StrEnum):
    """How a step ends that is no task."""

    OVER = "over"
    MET = "met"
    FITS = "fits"
    OTHER = "other"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ASSIGNED = "assigned"
    HELD = "held"
    NOBODY = "nobody"
    TOLD = "told"
    WRITTEN = "written"
    ASKED = "asked"
    REFUSED = "refused"
    HELD_OUT = "held_out"
    TREATED = "treated"
    REQUESTED = "requested"
    POSTED = "posted"


SKIPPED = TaskState.SKIPPED.value
ENDINGS_OF: dict[StepKind, tuple[str, ...]] = {
    StepKind.TASK: (*(outcome.value for outcome in TaskOutcome), SKIPPED),
    StepKind.WAIT: (StepEnding.OVER, StepEnding.MET),
    StepKind.BRANCH: (StepEnding.FITS, StepEnding.OTHER),
    StepKind.CHANGE_FIELD: (StepEnding.CHANGED, StepEnding.UNCHANGED),
    StepKind.ASSIGN: (StepEnding.ASSIGNED, StepEnding.HELD, StepEnding.NOBODY),
    StepKind.NOTIFY: (StepEnding.TOLD, StepEnding.NOBODY),
    StepKind.MAIL: (StepEnding.WRITTEN, StepEnding.NOBODY),
    StepKind.START_PLAY: (StepEnding.ASKED, StepEnding.REFUSED),
    StepKind.HOLD_OUT: (StepEnding.HELD_OUT, StepEnding.TREATED),
    StepKind.SURVEY: (StepEnding.REQUESTED, StepEnding.NOBODY),
    StepKind.IN_APP: (StepEnding.WRITTEN, StepEnding.NOBODY),
    StepKind.SLACK: (StepEnding.POSTED, StepEnding.NOBODY),
    StepKind.TEAMS: (StepEnding.POSTED, StepEnding.NOBODY),
    StepKind.WEBHOOK: (StepEnding.POSTED, StepEnding.NOBODY),
}
"""As edges name them."""


def endings_of_task(*, owner: str, channel: str) -> tuple[str, ...]:
    """Those that a task of a play may really have; a notice of the platform has been read.

    >>> endings_of_task(owner="csm", channel="internal")
    ('documented', 'decided', 'nothing_to_do', 'skipped')
    """
    if owner == OwnerRole.SYSTEM:
        return (TaskOutcome.NOTIFIED.value,)
    outcomes = OUTCOMES[work_of(channel=channel, has_play=True)]
    return (*(outcome.value for outcome in outcomes), SKIPPED)


@dataclass(frozen=True, slots=True)
class Wait:
    """For a business time; with `until`, at most so long, and no longer than that is not true; with
    `signals`, until one of these kinds rings."""

    lasts: Offset
    until: Conditions | None = None
    signals: tuple[str, ...] = ()

    @property
    def is_watched(self) -> bool:
        """Something may end it before its time."""
        return self.until is not None or bool(self.signals)


@dataclass(frozen=True, slots=True)
class Branch:
    condition: Conditions


@dataclass(frozen=True, slots=True)
class ChangeField:
    field: AccountField
    value: str


class Sending(StrEnum):
    AFTER_APPROVAL = "after_approval"
    BY_ITSELF = "by_itself"


class Consent(StrEnum):
    """Who may be written to; nobody who left, asked not to be contacted or unsubscribed ever is."""

    GIVEN = "given"
    NOT_REFUSED = "not_refused"


@dataclass(frozen=True, slots=True)
class Mail:
    """The draft of the step, to whoever of the account is closest to us. `consent` None: nothing
    is said, as in versions of before it was asked; then whoever did not refuse is written to.
    `is_urgent`: the touch budget keeps room for it before all else."""

    sending: Sending
    consent: Consent | None = None
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class StartPlay:
    """Asks for a play of another playbook, by its key."""

    playbook: str


@dataclass(frozen=True, slots=True)
class HoldOut:
    """Of a hundred accounts so many are left alone, to learn what the playbook changes."""

    percent: int


@dataclass(frozen=True, slots=True)
class AskSurvey:
    """By its key."""

    survey: str


@dataclass(frozen=True, slots=True)
class PostTo:
    """To an endpoint, by its key: a channel of a chat, or another system."""

    endpoint: str


Action = Wait | Branch | ChangeField | Mail | StartPlay | HoldOut | AskSurvey | PostTo
"""What a kind needs to know beside whom it is about; None for those that need no more."""


def is_held_out(*, playbook: str, account_id: int, percent: int) -> bool:
    """Always the same for an account and a playbook, whatever version, retry or worker.

    A hash spreads the accounts evenly, for each playbook in another way.
    """
    seed = hashlib.sha256(f"{playbook}:{account_id}".encode()).digest()
    return int.from_bytes(seed[:8], "big") % 10_000 < percent * 100
