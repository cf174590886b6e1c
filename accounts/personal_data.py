"""Where personal data of contacts lives, and what an erasure leaves behind.

Every column of text is decided once, here: a test fails for one that is in none of these lists.
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

# Words about an account, in which a person of it may be named: the name and the address go, the
# words stay. What an event's note said goes on into its signal, the play that starts, and so on.
ACCOUNT_TEXTS: Final = (
    "accounts.Account.override_reason",
    "accounts.Account.tags",
    "accounts.AccountAudit.override_reason",
    "accounts.AccountAudit.tags",
    "accounts.BusinessEvent.note",
    "accounts.Contact.job_function",
    "accounts.Contact.title",
    "accounts.ContactAudit.job_function",
    "accounts.Interaction.next_step",
    "accounts.Interaction.notes",
    "accounts.Interaction.subject",
    "accounts.OnboardingStep.name",
    "accounts.RevenueMovement.reason",
    "accounts.Signal.payload",
    "accounts.Ticket.subject",
    "accounts.Ticket.topic",
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

# Words that belong to no account, or to several: what a message or a refused value quotes.
OTHER_TEXTS: Final = (
    "accounts.GroupSession.subject",
    "accounts.ImportFile.name",
    "accounts.ImportFile.note",
    "accounts.ImportFile.outcome",
    "accounts.ImportFile.reason",
    "accounts.ImportFile.titles",
    "accounts.ImportRun.reason",
    "accounts.ImportRun.source",
    "accounts.InboxReceipt.answer",
    "accounts.Job.payload",
    "accounts.Job.reason",
    "accounts.OutboxMessage.body",
    "accounts.OutboxMessage.subject",
    "accounts.RejectedRecord.message",
    "cs_platform.Intervention.before",
    "cs_platform.Intervention.subject",
)

# Triggers that keep rows as they are; an erasure is the one change they let through.
APPEND_ONLY: Final = {
    "accounts.AccountAudit": "accounts.AccountAudit:append_only",
    "accounts.ContactAudit": "accounts.ContactAudit:append_only",
    "accounts.RevenueMovement": "accounts.RevenueMovement:ledger_is_append_only",
    "cs_platform.Intervention": "cs_platform.Intervention:interventions_are_append_only",
}

# Raw input that may quote a contact: rows that mention the person are deleted whole.
QUOTING_COLUMNS: Final = ("accounts.PlannedChange.record", "accounts.RejectedRecord.record")

# Content of uploads, packed: a file that mentions the person is forgotten whole, its counts stay.
FORGOTTEN_COLUMNS: Final = ("accounts.FileChunk.body",)

# People who log in are the operator's own staff. Leaving is disabling; their acts stay theirs.
STAFF_COLUMNS: Final = frozenset(
    {
        "accounts.OutboxMessage.to_address",
        "accounts.User.email",
        "accounts.User.name",
        "accounts.User.password",
        "accounts.User.title",
    }
)

# About companies, products and the platform itself.
IMPERSONAL_COLUMNS: Final = frozenset(
    {
        "accounts.Account.domain",
        "accounts.Account.external_id",
        "accounts.Account.industry",
        "accounts.Account.name",
        "accounts.Account.region",
        "accounts.Account.time_zone",
        "accounts.ApiKey.digest",
        "accounts.ApiKey.name",
        "accounts.ApiKey.scopes",
        "accounts.AttributeHistory.value",
        "accounts.BusinessEvent.external_id",
        "accounts.BusinessEventKind.name",
        "accounts.Contact.external_id",
        "accounts.Contract.external_id",
        "accounts.Contract.renews",
        "accounts.ContractLine.product",
        "accounts.Feature.name",
        "accounts.Function.name",
        "accounts.GroupSession.external_id",
        "accounts.Holiday.name",
        "accounts.ImportFile.digest",
        "accounts.ImportFile.kind",
        "accounts.ImportFile.mapping",
        "accounts.ImportMapping.header",
        "accounts.ImportMapping.kind",
        "accounts.ImportMapping.mapping",
        "accounts.ImportMapping.name",
        "accounts.ImportRun.digest",
        "accounts.ImportRun.kind",
        "accounts.InboxBatch.body",
        "accounts.InboxBatch.kind",
        "accounts.InboxBatch.media_type",
        "accounts.InboxBatch.source",
        "accounts.InboxReceipt.digest",
        "accounts.InboxReceipt.key",
        "accounts.InboxReceipt.source",
        "accounts.Installation.name",
        "accounts.Installation.time_zone",
        "accounts.Interaction.external_id",
        "accounts.InteractionKind.name",
        "accounts.Invoice.external_id",
        "accounts.Job.key",
        "accounts.Job.kind",
        "accounts.OutboxMessage.key",
        "accounts.OutboxMessage.link",
        "accounts.OutboxMessage.reason",
        "accounts.Plan.name",
        "accounts.Pool.name",
        "accounts.Pool.values",
        "accounts.RejectedRecord.code",
        "accounts.RejectedRecord.field",
        "accounts.RevenueMovement.external_id",
        "accounts.RevenueMovement.product",
        "accounts.Signal.key",
        "accounts.Signal.kind",
        "accounts.SignalDelivery.consumer",
        "accounts.SignalDelivery.reason",
        "accounts.Source.name",
        "accounts.Team.name",
        "accounts.Ticket.external_id",
        "accounts.UserMonth.user_key",
        "cs_platform.InvariantRun.findings",
        "cs_platform.Preview.after_bands",
        "cs_platform.Preview.before_bands",
        "cs_platform.Preview.failure",
        "cs_platform.PreviewMover.reason",
        "cs_platform.PreviewPlay.playbook_key",
        "cs_platform.PreviewPlay.playbook_name",
        "cs_platform.Pulse.process",
        "cs_platform.StepRun.failure",
        "cs_platform.StepRun.step",
        "health.AssignmentRule.note",
        "health.Band.name",
        "health.Component.name",
        "health.DraftEdit.changes",
        "health.DraftEdit.content",
        "health.Gate.condition",
        "health.Gate.name",
        "health.Measure.curve",
        "health.Measure.key",
        "health.Measure.penalties",
        "health.Publication.reason",
        "health.Scorecard.description",
        "health.Scorecard.name",
        "health.Scorecard.reason",
        "health.ThresholdCrossing.subject",
        "health.UsagePack.events",
        "health.WatchLine.subject",
        "health.WatchLineUse.owner",
        "metrics.AccountDay.without_rate",
        "metrics.ContractDay.contract",
        "metrics.ContractDay.without_rate",
        "metrics.ReportDay.chances",
        "metrics.ReportDay.figures",
        "metrics.ReportDay.rates",
        "metrics.SnapshotMonth.rates",
        "playbooks.Play.family",
        "playbooks.Play.playbook_key",
        "playbooks.PlayStart.playbook_key",
        "playbooks.PlayStart.trigger_key",
        "playbooks.Playbook.conditions",
        "playbooks.Playbook.escalations",
        "playbooks.Playbook.family",
        "playbooks.Playbook.name",
        "playbooks.Playbook.owner_role",
        "playbooks.Playbook.success",
        "playbooks.Playbook.purpose",
        "playbooks.Playbook.summary",
        "playbooks.Playbook.triggers",
        "playbooks.PlaybookStep.guidance",
        "playbooks.PlaybookStep.owner_role",
        "playbooks.PlaybookStep.purpose",
        "playbooks.PlaybookStep.title",
        "playbooks.Task.closes_when",
        "playbooks.Task.escalation",
        "playbooks.Task.owner_role",
    }
)
