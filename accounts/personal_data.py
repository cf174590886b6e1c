"""Where personal data of contacts lives, and what an erasure leaves behind.

Every column of text is decided once, by the app whose table it is in: a test fails for one that no
app declares.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """What one app, or all of them together, declare of their columns: `app.Model.column`."""

    contact_columns: tuple[PersonalColumn, ...] = ()
    """Replaced in the rows of the contact."""

    account_texts: tuple[str, ...] = ()
    """Words about an account, in which a person of it may be named: the name and the address go,
    the words stay. What an event's note said goes on into its signal, the play that starts, and so
    on."""

    other_texts: tuple[str, ...] = ()
    """Words that belong to no account, or to several: what a message or a refused value quotes."""

    append_only: tuple[str, ...] = ()
    """Triggers (`app.Model:name`) that keep rows as they are; an erasure is the one change they let
    through."""

    quoting_columns: tuple[str, ...] = ()
    """Raw input that may quote a contact: rows that mention the person are deleted whole."""

    forgotten_columns: tuple[str, ...] = ()
    """Content of uploads, packed: a file that mentions the person is forgotten whole, its counts
    stay."""

    user_keys: tuple[str, ...] = ()
    """Ids of product users: one that is a person's address, name or id becomes one of nobody."""

    staff_columns: tuple[str, ...] = ()
    """People who log in are the operator's own staff. Leaving is disabling; their acts stay
    theirs."""

    impersonal_columns: tuple[str, ...] = ()
    """About companies, products and the platform itself."""

    def __add__(self, other: PersonalData) -> PersonalData:
        names = [field.name for field in fields(self)]
        return PersonalData(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def searched(self) -> tuple[str, ...]:
        """In which the name and the address are looked for."""
        return self.account_texts + self.other_texts

    def guards_of(self, model: str) -> list[str]:
        """Triggers to lift while an erasure changes rows of this model."""
        return [trigger for trigger in self.append_only if trigger.startswith(f"{model}:")]


PERSONAL_DATA = PersonalData(
    contact_columns=(
        PersonalColumn("accounts.Contact", "name", "pk", ERASED_NAME),
        PersonalColumn("accounts.Contact", "email", "pk"),
        PersonalColumn("accounts.Contact", "title", "pk"),
        PersonalColumn("accounts.Interaction", "subject", "contacts"),
        PersonalColumn("accounts.Interaction", "notes", "contacts"),
        PersonalColumn("accounts.Interaction", "next_step", "contacts"),
        PersonalColumn("accounts.OutboxMessage", "subject", "contact"),
        PersonalColumn("accounts.OutboxMessage", "body", "contact"),
    ),
    account_texts=(
        "accounts.Account.override_reason",
        "accounts.Account.revenue_source_reason",
        "accounts.Account.tags",
        "accounts.AccountAudit.override_reason",
        "accounts.AccountAudit.revenue_source_reason",
        "accounts.AccountAudit.tags",
        "accounts.BusinessEvent.note",
        "accounts.Contact.job_function",
        "accounts.Contact.title",
        "accounts.ContactAudit.job_function",
        "accounts.CsmSentiment.reason",
        "accounts.HeldMovement.reason",
        "accounts.Interaction.next_step",
        "accounts.Interaction.notes",
        "accounts.Interaction.subject",
        "accounts.OnboardingStep.name",
        "accounts.RevenueMovement.reason",
        "accounts.Signal.payload",
        "accounts.Ticket.subject",
        "accounts.Ticket.topic",
        "accounts.WaitingMovement.reason",
        "accounts.WaitingMovement.record",
    ),
    other_texts=(
        "accounts.GroupSession.subject",
        "accounts.ImportFile.name",
        "accounts.ImportFile.note",
        "accounts.ImportFile.outcome",
        "accounts.ImportFile.reason",
        "accounts.ImportFile.sheet",
        "accounts.ImportFile.sheets",
        "accounts.ImportFile.titles",
        "accounts.ImportRun.reason",
        "accounts.ImportRun.source",
        "accounts.InboxReceipt.answer",
        "accounts.Job.payload",
        "accounts.Job.reason",
        "accounts.OutboxMessage.body",
        "accounts.OutboxMessage.subject",
        "accounts.RejectedRecord.message",
    ),
    append_only=(
        "accounts.AccountAudit:append_only",
        "accounts.ContactAudit:append_only",
        "accounts.RenewalConfirmation:confirmations_are_append_only",
        "accounts.RevenueMovement:ledger_is_append_only",
    ),
    quoting_columns=(
        "accounts.PlannedChange.record",
        "accounts.RejectedRecord.record",
    ),
    forgotten_columns=("accounts.FileChunk.body",),
    user_keys=("accounts.UserMonth.user_key",),
    staff_columns=(
        "accounts.ChatIdentity.chat_id",
        "accounts.OutboxMessage.to_address",
        "accounts.OutreachPolicy.answers_to",
        "accounts.User.email",
        "accounts.User.name",
        "accounts.User.password",
        "accounts.User.title",
    ),
    impersonal_columns=(
        "accounts.Account.domain",
        "accounts.AccountId.value",
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
        "accounts.Contract.deal",
        "accounts.Contract.subscription",
        "accounts.ContractLine.product",
        "accounts.CsmSentiment.external_id",
        "accounts.Endpoint.events",
        "accounts.Endpoint.host",
        "accounts.Endpoint.name",
        "accounts.Endpoint.sealed_secret",
        "accounts.Endpoint.sealed_url",
        "accounts.ErasedUser.digest",
        "accounts.ErasedUser.salt",
        "accounts.ErasedUser.user_key",
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
        "accounts.ImportRun.notices",
        "accounts.InAppSite.origins",
        "accounts.InAppSite.sealed_earlier",
        "accounts.InAppSite.sealed_secret",
        "accounts.InboxBatch.body",
        "accounts.InboxBatch.kind",
        "accounts.InboxBatch.media_type",
        "accounts.InboxBatch.source",
        "accounts.InboxReceipt.digest",
        "accounts.InboxReceipt.key",
        "accounts.InboxReceipt.source",
        "accounts.Installation.expansion_lead",
        "accounts.Installation.name",
        "accounts.Installation.product_url",
        "accounts.Installation.renewal_lead",
        "accounts.Installation.time_zone",
        "accounts.Interaction.external_id",
        "accounts.InteractionKind.name",
        "accounts.Invoice.external_id",
        "accounts.Job.key",
        "accounts.Job.kind",
        "accounts.OutboxMessage.key",
        "accounts.OutboxMessage.link",
        "accounts.OutboxMessage.reason",
        "accounts.OutboxMessage.thread",
        "accounts.OutboxMessage.to_channel",
        "accounts.OutboxMessage.to_url",
        "accounts.Plan.name",
        "accounts.Pool.name",
        "accounts.Pool.values",
        "accounts.RejectedRecord.code",
        "accounts.RejectedRecord.field",
        "accounts.HeldMovement.external_id",
        "accounts.HeldMovement.product",
        "accounts.RevenueMovement.external_id",
        "accounts.RevenueMovement.product",
        "accounts.SavedView.filters",
        "accounts.SavedView.name",
        "accounts.Signal.key",
        "accounts.Signal.kind",
        "accounts.SignalDelivery.consumer",
        "accounts.SignalDelivery.reason",
        "accounts.Source.name",
        "accounts.SourceMapping.kind",
        "accounts.SourceMapping.mapping",
        "accounts.SuppressedAddress.digest",
        "accounts.Team.name",
        "accounts.Ticket.external_id",
        "accounts.WaitingMovement.external_id",
        "accounts.WaitingMovement.product",
    ),
)
