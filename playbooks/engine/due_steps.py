"""What opening the steps of many plays needs beside the plays, read once a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.calendar import BusinessCalendar
from playbooks.engine.owners import Owners
from playbooks.facts import AccountRow, rules_of, steps_of
from playbooks.models import Play, PlaybookStep
from playbooks.triggers.kinds import StepEnding, StepKind
from playbooks.triggers.path import Node
from playbooks.triggers.rules import Rule

Key = tuple[int, int]
"""Play and step."""


@dataclass(frozen=True, slots=True)
class Did:
    """`ending` None: a wait has begun, which is over at `ends_at`."""

    ending: StepEnding | None
    detail: str = ""
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What opening steps needs beside the plays; read once a batch."""

    now: datetime
    calendar: BusinessCalendar
    directory: Owners
    steps: dict[int, list[PlaybookStep]]
    rules: dict[int, Rule]
    nodes: dict[int, list[Node]]

    def account(self, play: Play) -> AccountRow:
        return self.directory.accounts[play.account_id]


@dataclass(frozen=True, slots=True)
class DueStep:
    play: Play
    step: PlaybookStep
    due: datetime

    @property
    def kind(self) -> StepKind:
        return StepKind(self.step.kind)

    @property
    def key(self) -> Key:
        return self.play.pk, self.step.pk


def opening(
    *, plays: Sequence[Play], now: datetime, calendar: BusinessCalendar, directory: Owners
) -> Opening:
    playbook_ids = {play.playbook_id for play in plays}
    steps = steps_of(playbook_ids)
    nodes = {playbook_id: [step.node() for step in own] for playbook_id, own in steps.items()}
    return Opening(now, calendar, directory, steps, rules_of(playbook_ids), nodes)
