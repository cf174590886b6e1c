"""A playbook as its author writes it, checked: the same shape in YAML and in the JSON columns."""

from dataclasses import dataclass

from playbooks.due_dates import Anchor, Offset
from playbooks.library.mail import MailDraft
from playbooks.triggers.kinds import Action, Mail, Sending, StepKind
from playbooks.triggers.path import Edge, Node, can_end_without
from playbooks.triggers.rules import Conditions, Escalation, Trigger
from playbooks.triggers.vocabulary import Category, Channel, OwnerRole, ReviewCadence


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """`owner_role`: an OwnerRole, or the key of a function. `notice_days`: working days before it
    is due on which the task shows up; None: at once. Without `edges` the next in order follows.
    `action`: what a step does that is no task, where its kind does not say it all.

    `prepare`: what to have at hand, `ask`: questions for the customer, one item each; `success`:
    what is true once it went well."""

    key: str
    title: str
    purpose: str
    guidance: str
    owner_role: str
    channel: Channel
    due: Offset
    notice_days: int | None
    kind: StepKind = StepKind.TASK
    edges: tuple[Edge, ...] = ()
    prepare: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    success: str = ""
    mail: MailDraft | None = None
    action: Action | None = None

    @property
    def follows(self) -> bool:
        return self.due.anchor is Anchor.PREVIOUS_STEP

    @property
    def is_told_by_itself(self) -> bool:
        """The customer gets it, and nobody of us looks at it before."""
        if self.kind is StepKind.IN_APP:
            return True
        return isinstance(self.action, Mail) and self.action.sending is Sending.BY_ITSELF

    @property
    def asks_a_person(self) -> bool:
        if self.kind is StepKind.MAIL:
            return not self.is_told_by_itself
        return self.kind is StepKind.TASK and self.owner_role != OwnerRole.SYSTEM


@dataclass(frozen=True, slots=True)
class PlaybookDefinition:
    """`sla_days`: calendar days within which a play is complete; None: no such promise."""

    key: str
    name: str
    summary: str
    purpose: str
    sla_days: int | None
    category: Category
    family: str
    severity: int
    owner_role: str
    review_cadence: ReviewCadence
    cooldown_days: int
    cap_per_csm_day: int | None
    triggers: tuple[Trigger, ...]
    conditions: Conditions
    escalations: tuple[Escalation, ...]
    steps: tuple[StepDefinition, ...]
    success: tuple[str, ...]

    @property
    def is_sequence(self) -> bool:
        """It tells customers something and may run to its end without asking one of us for
        anything: a person comes in where it hands over."""
        nodes = [Node(step.key, step.edges, step.kind) for step in self.steps]
        people = {index for index, step in enumerate(self.steps) if step.asks_a_person}
        return any(step.is_told_by_itself for step in self.steps) and can_end_without(nodes, people)
