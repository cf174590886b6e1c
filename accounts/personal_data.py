"""Where personal data of contacts lives, and what an erasure leaves behind.

Every column that could hold a person's words or name is decided once, here: tests fail for a
column of 100 characters or more (or of any length) that is in none of these lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ERASED_NAME: Final = "Erased person"


@dataclass(frozen=True, slots=True)
class PersonalColumn:
    """A column that can name a contact: `via` leads from its row to the contact's id."""

    model: str
    column: str
    via: str
    replacement: str = ""

    @property
    def label(self) -> str:
        return f"{self.model}.{self.column}"


CONTACT_COLUMNS: Final = (
    PersonalColumn("accounts.Contact", "name", "pk", ERASED_NAME),
    PersonalColumn("accounts.Contact", "email", "pk"),
    PersonalColumn("accounts.Contact", "title", "pk"),
    PersonalColumn("accounts.Interaction", "subject", "contacts"),
    PersonalColumn("accounts.Interaction", "notes", "contacts"),
    PersonalColumn("accounts.Interaction", "next_step", "contacts"),
    PersonalColumn("accounts.OutboxMessage", "subject", "contact"),
    PersonalColumn("accounts.OutboxMessage", "body", "contact"),
)

# Words of ours about an account, in which a name may stand: the name goes, the words stay.
# What an event's note said goes on into its signal, the play that starts and what people are told.
MENTIONING_COLUMNS: Final = (
    "accounts.BusinessEvent.note",
    "accounts.OutboxMessage.body",
    "accounts.OutboxMessage.subject",
    "accounts.Signal.payload",
    "accounts.Ticket.subject",
    "health.BandOverride.reason",
    "playbooks.Play.reason",
    "playbooks.Play.saw",
    "playbooks.Play.why",
    "playbooks.PlayStart.saw",
    "playbooks.PlayStart.why",
    "playbooks.Task.guidance",
    "playbooks.Task.note",
    "playbooks.Task.reason",
    "playbooks.Task.title",
    "playbooks.Task.why",
)

# Raw input that may quote a contact: rows that mention the person are deleted whole.
QUOTING_COLUMNS: Final = ("accounts.PlannedChange.record", "accounts.RejectedRecord.record")

# Content of uploads, packed: a file that mentions the person is forgotten whole, its counts stay.
FORGOTTEN_COLUMNS: Final = ("accounts.FileChunk.body",)

# People who log in are the operator's own staff. Leaving is disabling; their acts stay theirs.
STAFF_COLUMNS: Final = frozenset(
    {"accounts.User.email", "accounts.User.name", "accounts.User.title", "accounts.User.password"}
)

# About companies, products and the platform itself.
IMPERSONAL_COLUMNS: Final = frozenset(
    {
        "accounts.Account.domain",
        "accounts.Account.name",
        "accounts.Account.override_reason",
        "accounts.AttributeHistory.value",
        "accounts.Feature.name",
        "accounts.ImportFile.manner",
        "accounts.ImportFile.note",
        "accounts.ImportFile.outcome",
        "accounts.ImportFile.reason",
        "accounts.ImportMapping.manner",
        "accounts.ImportRun.reason",
        "accounts.InboxBatch.body",
        "accounts.InboxReceipt.answer",
        "accounts.InboxReceipt.key",
        "accounts.Installation.name",
        "accounts.Job.key",
        "accounts.Job.payload",
        "accounts.Job.reason",
        "accounts.OnboardingStep.name",
        "accounts.OutboxMessage.key",
        "accounts.OutboxMessage.link",
        "accounts.OutboxMessage.reason",
        "accounts.RejectedRecord.message",
        "accounts.RevenueMovement.external_id",
        "accounts.RevenueMovement.reason",
        "accounts.Signal.key",
        "cs_platform.Intervention.before",
        "cs_platform.Intervention.subject",
        "cs_platform.InvariantRun.findings",
        "cs_platform.Preview.after_bands",
        "cs_platform.Preview.before_bands",
        "cs_platform.Preview.failure",
        "cs_platform.PreviewMover.reason",
        "cs_platform.PreviewPlay.playbook_name",
        "cs_platform.StepRun.failure",
        "health.AssignmentRule.note",
        "health.DraftEdit.changes",
        "health.DraftEdit.content",
        "health.Gate.condition",
        "health.Gate.name",
        "health.Measure.curve",
        "health.Measure.penalties",
        "health.Publication.reason",
        "health.Scorecard.description",
        "health.Scorecard.reason",
        "health.UsagePack.events",
        "metrics.ReportDay.chances",
        "metrics.ReportDay.figures",
        "metrics.ReportDay.rates",
        "metrics.SnapshotMonth.rates",
        "playbooks.Playbook.conditions",
        "playbooks.Playbook.escalations",
        "playbooks.Playbook.success",
        "playbooks.Playbook.summary",
        "playbooks.Playbook.triggers",
        "playbooks.PlaybookStep.guidance",
        "playbooks.PlaybookStep.purpose",
        "playbooks.PlaybookStep.title",
        "playbooks.Task.closes_when",
    }
)
