"""Closed vocabularies of the facts, and what the open ones start with.

Pure: imported by the models (choices), by intake (validation) and by the maths.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    CSM = "csm"
    MANAGER = "manager"
    EXECUTIVE = "executive"
    OPS = "ops"


# Roles of an account that no function may be called: its owner's, and what follows from them.
ROLES_BY_RULE = ("csm", "manager", "cs_ops", "renewal_lead", "expansion_lead", "system")


class Visibility(StrEnum):
    """Who sees whose accounts; changing them stays with the owners in every mode."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"


class Segment(StrEnum):
    """Segments of a new installation; an admin adds to them."""

    STRATEGIC = "strategic"
    ENTERPRISE = "enterprise"
    MID_MARKET = "mid_market"
    SMB = "smb"
    SELF_SERVE = "self_serve"


class TouchTier(StrEnum):
    """Touch tiers of a new installation; an admin adds to them."""

    HIGH = "high"
    LOW = "low"
    TECH = "tech"


class LifecycleStage(StrEnum):
    HAND_OFF = "hand_off"
    ONBOARDING = "onboarding"
    ADOPTION = "adoption"
    VALUE = "value"
    EXPANSION = "expansion"
    ADVOCACY = "advocacy"


class AccountStatus(StrEnum):
    """Trial: uses the product and has not paid yet; it ends with the first paid day."""

    TRIAL = "trial"
    ACTIVE = "active"
    CHURNED = "churned"


class ContactLevel(StrEnum):
    C_LEVEL = "c_level"
    VP = "vp"
    DIRECTOR = "director"
    MANAGER = "manager"
    USER = "user"


class StakeholderRole(StrEnum):
    ECONOMIC_BUYER = "economic_buyer"
    CHAMPION = "champion"
    INFLUENCER = "influencer"
    END_USER = "end_user"
    BLOCKER = "blocker"
    TECHNICAL_OWNER = "technical_owner"
    EXECUTIVE_SPONSOR = "executive_sponsor"


class ContractState(StrEnum):
    ACTIVE = "active"
    RENEWED = "renewed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class AmountUnit(StrEnum):
    """What a contract's amount is the price of."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    TERM = "term"


class ActorClass(StrEnum):
    """Who uses the product: a person, a program of the customer's, or an agent that acts for one.

    Usage stores the place in this list: it only grows at its end.
    """

    PERSON = "person"
    SERVICE = "service"
    AGENT = "agent"

    @property
    def number(self) -> int:
        return list(ActorClass).index(self)


class MovementKind(StrEnum):
    NEW = "new"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    CHURN = "churn"
    REACTIVATION = "reactivation"


# What makes an account's ARR larger, and what makes it smaller.
GROWING = (MovementKind.NEW, MovementKind.EXPANSION, MovementKind.REACTIVATION)
SHRINKING = (MovementKind.CONTRACTION, MovementKind.CHURN)


class RevenueSource(StrEnum):
    """What an account's ledger is made of."""

    CONTRACTS = "contracts"
    MOVEMENTS = "movements"


class MovementSubtype(StrEnum):
    UPSELL = "upsell"
    CROSS_SELL = "cross_sell"
    SEATS = "seats"
    USAGE = "usage"
    PRICE = "price"
    DOWNGRADE = "downgrade"


class MovementCause(StrEnum):
    """Why ARR moved: the subtypes of movements, and what contracts tell beyond them."""

    SEATS = "seats"
    PRICE = "price"
    UPSELL = "upsell"
    CROSS_SELL = "cross_sell"
    USAGE = "usage"
    DOWNGRADE = "downgrade"
    CURRENCY = "other_currency"
    ENDED = "line_ended"
    CANCELLED = "contract_cancelled"
    LAPSED = "contract_lapsed"
    NOT_TOLD = "not_told"


class InvoiceState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    LATE = "late"
    FAILED = "failed"
    WRITTEN_OFF = "written_off"
    VOID = "void"


class TicketCategory(StrEnum):
    HOW_TO = "how_to"
    DEFECT = "defect"
    REQUEST = "request"
    BILLING = "billing"


class Severity(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class StartingInteraction(StrEnum):
    """Kinds of interactions of a new installation; admins and sources add to them."""

    CALL = "call"
    EMAIL = "email"
    MEETING = "meeting"
    QBR = "qbr"
    EBR = "ebr"
    TRAINING = "training"
    ONBOARDING = "onboarding"
    SUPPORT = "support"
    WEBINAR = "webinar"
    OFFICE_HOURS = "office_hours"


class Sentiment(StrEnum):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class AnswerKind(StrEnum):
    """What an answer to a survey measures."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"


class AnsweredMoment(StrEnum):
    """What a survey was asked after; those after a ticket are support's own."""

    RHYTHM = "rhythm"
    END_OF_ONBOARDING = "end_of_onboarding"
    FIRST_VALUE = "first_value"
    BEFORE_RENEWAL = "before_renewal"
    AFTER_EXPANSION = "after_expansion"
    AFTER_TICKET = "after_ticket"
    AFTER_EVENT = "after_event"
    ON_REQUEST = "on_request"


class StartingEvent(StrEnum):
    """Kinds of business events of a new installation; admins and sources add to them."""

    UPSELL_DECLINED = "upsell_declined"
    RENEWAL_PUSHBACK = "renewal_pushback"
    CANCELLATION_NOTICE = "cancellation_notice"
    COMPETITOR_MENTIONED = "competitor_mentioned"
    CHAMPION_PROMOTED = "champion_promoted"
    CHAMPION_LEFT = "champion_left"
    EXECUTIVE_SPONSOR_LOST = "executive_sponsor_lost"
    NEW_USE_CASE = "new_use_case"
    NEW_DEPARTMENT = "new_department"
    FIRST_VALUE_MOMENT = "first_value_moment"
    USAGE_LIMIT_80 = "usage_limit_80"
    EXPANSION_CONVERSATION = "expansion_conversation"
    INCIDENT = "incident"
    REORGANISATION = "reorganisation"
    FUNDING = "funding"
    MERGER = "merger"
    USAGE_MILESTONE = "usage_milestone"
    HELP_ARTICLE_READ = "help_article_read"
    PAYMENT_FAILED = "payment_failed"
    CARD_EXPIRING = "card_expiring"
    PAYMENT_SETTLED = "payment_settled"


class EventMeaning(StrEnum):
    """What measures count a kind of business event as."""

    UPSELL_DECLINED = "upsell_declined"
    RENEWAL_PUSHBACK = "renewal_pushback"
    EXPANSION_CONVERSATION = "expansion_conversation"
    FIRST_VALUE_MOMENT = "first_value_moment"


class EventTone(StrEnum):
    GOOD = "good"
    BAD = "bad"


class SignalKind(StrEnum):
    """What may start work. `event.<kind>` is emitted for a business event just learned."""

    HEALTH_CROSSED = "health.crossed"
    CONTRACT_DATE = "contract.date"
    SCORE_FELL = "health.fell"
    USAGE_SILENT = "usage.silent"
    CADENCE_DUE = "cadence.due"
    USAGE_NOT_STARTED = "usage.not_started"
    FEATURE_UNTOUCHED = "usage.untouched"
    EVENT_REPEATED = "events.repeated"
    TICKET_SOLVED = "ticket.solved"
    INVOICE_UNPAID = "invoice.unpaid"
    FEATURE_LAUNCHED = "feature.launched"
    ACCOUNT_GONE = "account.gone"
    EXPANSION_READY = "account.expansion_ready"
    EXPANSION_NOT_READY = "account.expansion_not_ready"
    EXPANSION_NEEDS_TALKS = "account.expansion_needs_conversations"
    EXPANSION_NEEDS_PEOPLE = "account.expansion_needs_stakeholders"
    PEOPLE_GONE = "health.people_gone"
    AGENTS_TAKE_OVER = "health.agents_take_over"
    TIER_CHANGED = "account.tier_changed"
    STAGE_CHANGED = "account.stage_changed"
    PLAY_ASKED = "play.asked"
    AUDIENCE_ENTERED = "audience.entered"
    AUDIENCE_LEFT = "audience.left"
    CUSTOMER_WROTE = "customer.wrote"
    MAIL_UNDELIVERED = "mail.undelivered"
    SUPPORT_ESCALATED = "support.escalated"
    SURVEY_ANSWERED = "survey.answered"
    SURVEY_DETRACTOR = "survey.detractor"
    SURVEY_LOW_ONBOARDING = "survey.low_onboarding"
    SURVEY_LOW_FIRST_VALUE = "survey.low_first_value"
    SURVEY_LOW_RENEWAL = "survey.low_renewal"
    SURVEY_LOW_EXPANSION = "survey.low_expansion"
    SURVEY_LOW = "survey.low"
    SURVEY_HIGH_FIRST_VALUE = "survey.high_first_value"
    BUSINESS_EVENT = "event"


class AccountField(StrEnum):
    """What of an account a playbook may change by itself."""

    STAGE = "stage"
    ADD_TAG = "add_tag"
    REMOVE_TAG = "remove_tag"


class HistoryAttribute(StrEnum):
    """Attributes whose past is kept, so that reports can be cut as things were.

    Segment, touch tier and status are derived from the ledger, what was said of the status, and
    the factors and overrides; the others are what was said.
    """

    SEGMENT = "segment"
    TOUCH_TIER = "touch_tier"
    OWNER = "owner"
    PLAN = "plan"
    SEATS = "seats"
    STATUS = "status"
    STAGE = "stage"
    ROLES = "roles"
    ACTIVE = "active"
    SAID_STATUS = "said_status"
    STRATEGIC = "strategic"
    FACTORS = "factors"
    SEGMENT_OVERRIDE = "segment_override"
    TIER_OVERRIDE = "tier_override"
    USAGE_LIMIT = "usage_limit"
    EMPLOYEES = "employees"


@dataclass(frozen=True, slots=True)
class Words:
    """What a person reads for stored values: the words given here, otherwise the value itself."""

    given: Mapping[str, str]

    def label(self, value: str) -> str:
        """("account_executive", "Account executive")"""
        plain = value.replace("_", " ").replace(".", " ").capitalize()
        return self.given.get(value, plain)

    def choices(self, vocabulary: type[StrEnum]) -> list[tuple[str, str]]:
        """Pairs for a model field, in the vocabulary's own order."""
        return [(member.value, self.label(member)) for member in vocabulary]


_words = Words(
    {
        "smb": "SMB",
        "nps": "NPS",
        "csat": "CSAT",
        "ces": "CES",
        "vp": "VP",
        "c_level": "C-level",
        "qbr": "QBR",
        "ebr": "EBR",
        "csm": "CSM",
        "csm_sentiment": "CSM sentiment",
        "csm_sentiments": "CSM sentiments",
        "mid_market": "Mid-market",
        "self_serve": "Self-serve",
        "hand_off": "Hand-off",
        "open_ended": "Open-ended",
        "how_to": "How-to",
        "ops": "CS ops",
        "email": "E-mail",
        "usage_limit_80": "Usage at 80 % of the limit",
        "account.expansion_ready": "Readiness for an expansion",
        "account.expansion_not_ready": "End of the readiness for an expansion",
        "account.expansion_needs_conversations": "Growth without commercial conversations",
        "account.expansion_needs_stakeholders": "Growth with too few stakeholders",
        "health.agents_take_over": "Agents take over from people",
        "survey.answered": "Any answer to a survey",
        "survey.detractor": "An NPS answer of 0 to 6",
        "survey.low_onboarding": "A low answer at the end of the onboarding",
        "survey.low_first_value": "A low answer about the first value",
        "survey.low_renewal": "A low answer before the renewal",
        "survey.low_expansion": "A low answer after an expansion",
        "survey.low": "Any other low answer to a survey",
        "survey.high_first_value": "A high answer about the first value",
        "other_currency": "Another currency",
        "line_ended": "Part of it ended",
        "contract_cancelled": "Cancelled",
        "contract_lapsed": "Not renewed",
    }
)
label, choices = _words.label, _words.choices


LEAST_RENEWAL_MONTHS: Final = 6
"""A term of fewer months is month to month: its end is no renewal."""

DIRECT_SOURCE: Final = "direct"
"""The source of every record for which nobody has declared another one."""
CONTRACTS_SOURCE: Final = "contracts"
"""The source of movements that are derived from contracts; nothing is imported into it."""
SWITCHES_SOURCE: Final = "revenue-source"
"""The source of movements that take given ones back where an account's revenue comes from
elsewhere; nothing is imported into it."""
MERGES_SOURCE: Final = "merges"
"""The source of movements that take those of a merged account back and post them on the account
that goes on; nothing is imported into it."""
SURVEYS_SOURCE: Final = "surveys"
"""The source of answers that were given to surveys here; nothing is imported into it."""
DERIVED_SOURCES: Final = (CONTRACTS_SOURCE, SWITCHES_SOURCE)
OWN_SOURCES: Final = (*DERIVED_SOURCES, MERGES_SOURCE)
