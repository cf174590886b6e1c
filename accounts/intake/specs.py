"""What one record of each kind may say: the one table behind CSV, JSON, staging and the docs."""

from enum import StrEnum

from accounts.catalogue import (
    AccountStatus,
    ActorClass,
    AmountUnit,
    ContactLevel,
    ContractState,
    InvoiceState,
    LifecycleStage,
    MovementKind,
    MovementSubtype,
    Sentiment,
    Severity,
    StakeholderRole,
    TicketCategory,
)
from accounts.intake.fields import Field, Kind, RecordSpec, Type

__all__ = ["SPECS", "Field", "Kind", "RecordSpec", "Type"]


def _field(name: str, type_: Type, /, **rest: object) -> Field:
    return Field(name=name, type=type_, **rest)  # type: ignore[arg-type]


def _must(name: str, type_: Type, /, **rest: object) -> Field:
    return _field(name, type_, required=True, clearable=False, **rest)


def _telling(name: str, type_: Type, empty_word: str = "", /, **rest: object) -> Field:
    return _field(name, type_, is_telling=True, empty_word=empty_word, **rest)


def _one_of(name: str, vocabulary: type[StrEnum], /, **rest: object) -> Field:
    return _field(name, Type.CHOICE, options=frozenset(vocabulary), **rest)


def _kind(*, example: str) -> Field:
    return _must(
        "kind",
        Type.KIND,
        max_length=40,
        example=example,
        help_text=f"such as {example}; a new one is kept, and described in Admin",
    )


_EXTERNAL_ID = _must("external_id", Type.ID)
_ACCOUNT = _must("account", Type.ID, help_text="external id of the account")
_CURRENCY = _must("currency", Type.CURRENCY)
_PERCENT = {"max_value": 100}
_ACTOR = _one_of(
    "actor",
    ActorClass,
    clearable=False,
    is_telling=True,
    help_text="who used it; empty: a person",
)
_SENTIMENT = _one_of("sentiment", Sentiment)
_LEARNED = _field("learned_on", Type.PAST_DAY, help_text="history: known since then; CS ops only")

ACCOUNTS = RecordSpec(
    Kind.ACCOUNTS,
    ("external_id",),
    (
        _must("external_id", Type.ACCOUNT_ID),
        _must("name", Type.NAME, max_length=200),
        _field("domain", Type.DOMAIN),
        _field(
            "further_ids",
            Type.IDS,
            clearable=False,
            help_text="of the account in the source that brings the row; they are added",
        ),
        _field("parent", Type.ID, help_text="external id of the parent account"),
        _field("industry", Type.NAME),
        _field("region", Type.NAME),
        _field("time_zone", Type.ZONE, clearable=False),
        _telling("currency", Type.CURRENCY, clearable=False),
        _field("plan", Type.KEY, max_length=40, help_text="made when it is new"),
        _field("seats", Type.INTEGER),
        _field("usage_limit", Type.INTEGER, max_value=10**15),
        _field("customer_since", Type.LONG_DAY),
        _one_of(
            "status",
            AccountStatus,
            clearable=False,
            is_telling=True,
            help_text="money decides where there is any",
        ),
        _one_of("stage", LifecycleStage, clearable=False),
        _field("owner", Type.EMAIL, help_text="of a person who logs in"),
        _field("pool", Type.NAME, help_text="instead of an owner"),
        _field("account_executive", Type.EMAIL, help_text="of a person who logs in"),
        _field("executive_sponsor", Type.EMAIL, help_text="of a person who logs in"),
        _field("tags", Type.NAMES, max_length=40),
        _field("complexity", Type.INTEGER, **_PERCENT),
        _field("growth_potential", Type.INTEGER, **_PERCENT),
        _field("strategic_fit", Type.INTEGER, **_PERCENT),
        _field("is_strategic", Type.BOOLEAN, clearable=False, help_text="high touch at once"),
    ),
)
ACCOUNT_HISTORY = RecordSpec(
    Kind.ACCOUNT_HISTORY,
    ("account", "as_of"),
    (
        _ACCOUNT,
        _must("as_of", Type.PAST_DAY, help_text="the values hold from this day on"),
        _field("plan", Type.KEY, max_length=40, help_text="made when it is new"),
        _field("seats", Type.INTEGER),
        _field("owner", Type.EMAIL, help_text="of a person who logs in"),
        _one_of("stage", LifecycleStage, clearable=False),
        _one_of(
            "status", AccountStatus, clearable=False, help_text="money decides where there is any"
        ),
        _field("is_strategic", Type.BOOLEAN, clearable=False),
        _LEARNED,
    ),
)
TEAM = RecordSpec(
    Kind.TEAM,
    ("account", "function", "person", "since"),
    (
        _ACCOUNT,
        _must("function", Type.KEY, max_length=40, help_text="key of a function"),
        _must("person", Type.EMAIL, help_text="of a person who logs in"),
        _telling(
            "since",
            Type.LONG_DAY,
            clearable=False,
            help_text="today, for somebody new in the function",
        ),
        _telling(
            "until",
            Type.LONG_DAY,
            "until somebody else has it",
            help_text="the last day; empty: until somebody else has it",
        ),
        _LEARNED,
    ),
)
FEATURES = RecordSpec(
    Kind.FEATURES,
    ("key",),
    (
        _must("key", Type.KEY, example="reports", help_text="the feature of usage rows"),
        _field("name", Type.NAME, clearable=False, max_length=120),
        _field("is_core", Type.BOOLEAN, clearable=False, help_text="depth and trend count it"),
        _field(
            "plans",
            Type.NAMES,
            max_length=40,
            help_text="keys of the plans it belongs to; empty: all of them",
        ),
        _field(
            "valid_from",
            Type.LONG_DAY,
            clearable=False,
            help_text="without it always, or from the first use of one met in usage",
        ),
        _field("valid_to", Type.LONG_DAY, help_text="the first day without it; empty: still"),
    ),
)
CONTACTS = RecordSpec(
    Kind.CONTACTS,
    ("external_id",),
    (
        _EXTERNAL_ID,
        _ACCOUNT,
        _must("name", Type.NAME, max_length=200),
        _field("email", Type.EMAIL),
        _field("title", Type.NAME, max_length=120),
        _one_of("level", ContactLevel, clearable=False),
        _field("job_function", Type.NAME),
        _field("roles", Type.CHOICES, options=frozenset(StakeholderRole)),
        _field("strength", Type.INTEGER, min_value=1, max_value=5),
        _telling("left_on", Type.LONG_PAST_DAY, "still there", help_text="empty: still there"),
        _field("met_on", Type.LONG_PAST_DAY, clearable=False),
        _telling("do_not_contact", Type.BOOLEAN, clearable=False),
        _LEARNED,
    ),
)
CONTRACTS = RecordSpec(
    Kind.CONTRACTS,
    ("external_id",),
    (
        _EXTERNAL_ID,
        _ACCOUNT,
        _must("starts_on", Type.LONG_DAY),
        _telling(
            "ends_on",
            Type.LONG_DAY,
            "open-ended",
            required=True,
            help_text="the renewal date, not covered; empty: open-ended",
        ),
        _telling("arr", Type.AMOUNT, help_text="a year's worth, never negative"),
        _telling("amount", Type.AMOUNT, help_text="instead of arr: the price as it is stated"),
        _one_of("amount_per", AmountUnit, is_telling=True, help_text="unit of the amount"),
        _CURRENCY,
        _field("term_months", Type.INTEGER, clearable=False, min_value=1, max_value=120),
        _telling("auto_renew", Type.BOOLEAN, clearable=False),
        _field("notice_days", Type.INTEGER, max_value=1000, help_text="days before the end"),
        _telling(
            "uplift_percent",
            Type.PERCENT,
            max_value=100,
            help_text="rise of the price at a renewal",
        ),
        _one_of("state", ContractState, clearable=False, is_telling=True),
        _telling("closed_on", Type.LONG_PAST_DAY, "not closed"),
        _telling(
            "notice_given_on", Type.LONG_PAST_DAY, "no notice given", help_text="ends nothing yet"
        ),
        _telling(
            "cancelled_on",
            Type.LONG_DAY,
            "not cancelled",
            help_text="a cancellation takes effect; empty: at the end",
        ),
        _field("subscription", Type.ID, help_text="a later contract of the same one takes over"),
        _field("deal", Type.ID, help_text="rows that share it are one contract with price steps"),
        _field("renews", Type.ID, help_text="external id of the contract it renews"),
        _telling(
            "replaces_earlier",
            Type.BOOLEAN,
            help_text="takes the place of those that run when it starts; empty: asked",
        ),
        _field("product", Type.NAME, help_text="one line for the whole contract"),
        _LEARNED,
    ),
    alternatives=(("arr", "amount"),),
)
MOVEMENTS = RecordSpec(
    Kind.MOVEMENTS,
    ("external_id",),
    (
        _EXTERNAL_ID,
        _ACCOUNT,
        _must("effective_on", Type.DAY),
        _one_of("kind", MovementKind, required=True, clearable=False),
        _telling("arr", Type.AMOUNT, help_text="signed change of a year's worth"),
        _telling("mrr", Type.AMOUNT, help_text="instead of arr: counts × 12, exactly"),
        _CURRENCY,
        _one_of("subtype", MovementSubtype),
        _field("reason", Type.NAME, max_length=200),
        _field("product", Type.NAME),
        _LEARNED,
    ),
    alternatives=(("arr", "mrr"),),
)
USAGE = RecordSpec(
    Kind.USAGE,
    ("account", "day", "feature", "actor"),
    (
        _ACCOUNT,
        _must("day", Type.PAST_DAY),
        _must("feature", Type.KEY, help_text="made when it is new"),
        _must("events", Type.INTEGER, help_text="all events of that day"),
        _ACTOR,
    ),
)
SESSIONS = RecordSpec(
    Kind.SESSIONS,
    ("account", "day"),
    (
        _ACCOUNT,
        _must("day", Type.PAST_DAY),
        _must("sessions", Type.INTEGER),
        _must("minutes", Type.INTEGER),
    ),
)
USER_DAYS = RecordSpec(
    Kind.USER_DAYS,
    ("account", "day", "user", "actor"),
    (
        _ACCOUNT,
        _must("day", Type.PAST_DAY),
        _must("user", Type.ID, help_text="the product's own id of the user"),
        _ACTOR,
    ),
)
TICKETS = RecordSpec(
    Kind.TICKETS,
    ("external_id",),
    (
        _EXTERNAL_ID,
        _ACCOUNT,
        _must("opened_at", Type.PAST_MOMENT),
        _field("first_reply_at", Type.PAST_MOMENT, help_text="of ours, to the customer"),
        _telling("solved_at", Type.PAST_MOMENT, "still open", help_text="empty: still open"),
        _one_of("category", TicketCategory, required=True, clearable=False),
        _one_of("severity", Severity, clearable=False),
        _field("subject", Type.NAME, max_length=300),
        _field("topic", Type.NAME, help_text="repeats of a problem share it"),
        _field("satisfaction", Type.INTEGER, min_value=1, max_value=5),
        _SENTIMENT,
        _LEARNED,
    ),
)
INTERACTIONS = RecordSpec(
    Kind.INTERACTIONS,
    ("external_id",),
    (
        _EXTERNAL_ID,
        _ACCOUNT,
        _must("occurred_at", Type.PAST_MOMENT),
        _kind(example="call"),
        _field("is_commercial", Type.BOOLEAN, clearable=False),
        _field("host", Type.EMAIL, help_text="of a person who logs in"),
        _field("contacts", Type.IDS, help_text="external ids of those who took part"),
        _SENTIMENT,
        _field("subject", Type.NAME, max_length=300),
        _field("notes", Type.TEXT, max_length=20_000),
        _field("next_step", Type.NAME, max_length=300),
        _LEARNED,
    ),
)
GROUP_SESSIONS = RecordSpec(
    Kind.GROUP_SESSIONS,
    ("external_id",),
    (
        _EXTERNAL_ID,
        _must("starts_at", Type.PAST_MOMENT),
        _kind(example="webinar"),
        _field("subject", Type.NAME, max_length=300),
        _field("minutes", Type.INTEGER, max_value=10_000, help_text="how long it was"),
        _field("is_commercial", Type.BOOLEAN, clearable=False),
        _field("host", Type.EMAIL, help_text="of a person who logs in"),
        _LEARNED,
    ),
)
ATTENDANCES = RecordSpec(
    Kind.ATTENDANCES,
    ("session", "contact"),
    (
        _must("session", Type.ID, help_text="external id of the group session"),
        _must("contact", Type.ID, help_text="external id of the person"),
        _ACCOUNT,
        _telling("attended", Type.BOOLEAN, clearable=False, help_text="false: did not come"),
        _field("minutes", Type.INTEGER, max_value=10_000, help_text="how long they stayed"),
        _LEARNED,
    ),
)
INVOICES = RecordSpec(
    Kind.INVOICES,
    ("external_id",),
    (
        _EXTERNAL_ID,
        _ACCOUNT,
        _must("issued_on", Type.PAST_DAY),
        _must("due_on", Type.DAY),
        _telling("paid_on", Type.PAST_DAY, "not paid"),
        _must("amount", Type.AMOUNT),
        _CURRENCY,
        _one_of("state", InvoiceState, required=True, clearable=False),
        _LEARNED,
    ),
)
EVENTS = RecordSpec(
    Kind.EVENTS,
    ("external_id",),
    (
        _EXTERNAL_ID,
        _ACCOUNT,
        _kind(example="champion_left"),
        _must("occurred_on", Type.PAST_DAY),
        _field("note", Type.NAME, max_length=300),
        _LEARNED,
    ),
)
ONBOARDING = RecordSpec(
    Kind.ONBOARDING,
    ("account", "key"),
    (
        _ACCOUNT,
        _must("key", Type.KEY, max_length=60),
        _must("name", Type.NAME, max_length=120),
        _must("due_on", Type.DAY),
        _telling("done_on", Type.PAST_DAY, "not done"),
        _LEARNED,
    ),
)
# In the order in which a set of files is loaded: what others point at comes first, and given
# movements before contracts, so that the ledger is not derived from contracts in between.
SPECS: dict[Kind, RecordSpec] = {
    spec.kind: spec
    for spec in (
        ACCOUNTS,
        ACCOUNT_HISTORY,
        TEAM,
        FEATURES,
        CONTACTS,
        MOVEMENTS,
        CONTRACTS,
        INVOICES,
        USAGE,
        SESSIONS,
        USER_DAYS,
        TICKETS,
        INTERACTIONS,
        GROUP_SESSIONS,
        ATTENDANCES,
        EVENTS,
        ONBOARDING,
    )
}
