"""Who the customers are and everything recorded about them, one family per file."""

from accounts.models.account import Account, Plan
from accounts.models.account_id import AccountId
from accounts.models.audit import AdminEntry, AuditContext
from accounts.models.confirmation import RenewalConfirmation
from accounts.models.contact import AttributeHistory, Contact
from accounts.models.contract import Contract, ContractLine
from accounts.models.csm_sentiment import CsmSentiment
from accounts.models.endpoint import ChatIdentity, Endpoint
from accounts.models.event import BusinessEvent, OnboardingStep, Signal, SignalDelivery
from accounts.models.group_session import Attendance, GroupSession
from accounts.models.in_app import InAppSite
from accounts.models.installation import Holiday, Installation
from accounts.models.intake import (
    ApiKey,
    ImportRun,
    InboxBatch,
    InboxReceipt,
    KeyWindow,
    RejectedRecord,
)
from accounts.models.leased import LeasedRow
from accounts.models.outreach import OutreachPolicy, SuppressedAddress, Touch
from accounts.models.people import Pool, Team, User
from accounts.models.relationship import Interaction, InteractionContact, Ticket
from accounts.models.revenue import CurrencyRate, Invoice, MovementPart, RevenueMovement
from accounts.models.saved_view import AudienceMember, SavedView
from accounts.models.scope import AccountScopedQuerySet
from accounts.models.size import (
    SegmentBound,
    SegmentDefinition,
    TouchTierBound,
    TouchTierDefinition,
)
from accounts.models.source import Source
from accounts.models.team import Function, TeamMember
from accounts.models.unposted_movements import HeldMovement, WaitingMovement
from accounts.models.upload import (
    FileChunk,
    ImportFile,
    ImportMapping,
    PlannedChange,
    SourceMapping,
)
from accounts.models.usage import (
    ActiveUsersDay,
    ErasedUser,
    Feature,
    SessionDay,
    UsageDay,
    UsageSeal,
    UsageWeek,
    UserMonth,
)
from accounts.models.vocabulary import BusinessEventKind, InteractionKind
from accounts.models.work import DirtyAccount, Job, LedgerDue, OutboxMessage

__all__ = [
    "Account",
    "AccountId",
    "AccountScopedQuerySet",
    "ActiveUsersDay",
    "AdminEntry",
    "ApiKey",
    "Attendance",
    "AttributeHistory",
    "AudienceMember",
    "AuditContext",
    "BusinessEvent",
    "BusinessEventKind",
    "ChatIdentity",
    "Contact",
    "Contract",
    "ContractLine",
    "CsmSentiment",
    "CurrencyRate",
    "DirtyAccount",
    "Endpoint",
    "ErasedUser",
    "Feature",
    "FileChunk",
    "Function",
    "GroupSession",
    "HeldMovement",
    "Holiday",
    "ImportFile",
    "ImportMapping",
    "ImportRun",
    "InAppSite",
    "InboxBatch",
    "InboxReceipt",
    "Installation",
    "Interaction",
    "InteractionContact",
    "InteractionKind",
    "Invoice",
    "Job",
    "KeyWindow",
    "LeasedRow",
    "LedgerDue",
    "MovementPart",
    "OnboardingStep",
    "OutboxMessage",
    "OutreachPolicy",
    "Plan",
    "PlannedChange",
    "Pool",
    "RejectedRecord",
    "RenewalConfirmation",
    "RevenueMovement",
    "SavedView",
    "SegmentBound",
    "SegmentDefinition",
    "SessionDay",
    "Signal",
    "SignalDelivery",
    "Source",
    "SourceMapping",
    "SuppressedAddress",
    "Team",
    "TeamMember",
    "Ticket",
    "Touch",
    "TouchTierBound",
    "TouchTierDefinition",
    "UsageDay",
    "UsageSeal",
    "UsageWeek",
    "User",
    "UserMonth",
    "WaitingMovement",
]
