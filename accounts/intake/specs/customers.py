"""Who the customers are: accounts, their past and team, the people there, and their start."""

from accounts.catalogue import AccountStatus, ContactLevel, LifecycleStage, StakeholderRole
from accounts.intake.fields import Kind, RecordSpec, Type
from accounts.intake.specs.field_builders import (
    ACCOUNT,
    EXTERNAL_ID,
    LANGUAGES,
    LEARNED,
    may,
    must,
    one_of,
    telling,
)

_PERCENT = {"max_value": 100}
ACCOUNTS = RecordSpec(
    Kind.ACCOUNTS,
    ("external_id",),
    (
        must("external_id", Type.ACCOUNT_ID),
        must("name", Type.NAME, max_length=200),
        may("domain", Type.DOMAIN),
        may(
            "further_ids",
            Type.IDS,
            clearable=False,
            help_text="of the account in the source that brings the row; they are added",
        ),
        may("parent", Type.ID, help_text="external id of the parent account"),
        may("industry", Type.NAME),
        may("region", Type.NAME),
        may("time_zone", Type.ZONE, clearable=False),
        may("language", Type.LANGUAGE, help_text=LANGUAGES),
        telling("currency", Type.CURRENCY, clearable=False),
        may("plan", Type.KEY, max_length=40, help_text="made when it is new"),
        may("seats", Type.INTEGER),
        may("usage_limit", Type.INTEGER, max_value=10**15, help_text="events a month"),
        may("employees", Type.INTEGER, help_text="of the company"),
        may("customer_since", Type.LONG_DAY),
        one_of(
            "status",
            AccountStatus,
            clearable=False,
            is_telling=True,
            help_text="money decides where there is any",
        ),
        one_of("stage", LifecycleStage, clearable=False),
        may("owner", Type.EMAIL, help_text="of a person who logs in"),
        may("pool", Type.NAME, help_text="instead of an owner"),
        may("account_executive", Type.EMAIL, help_text="of a person who logs in"),
        may("executive_sponsor", Type.EMAIL, help_text="of a person who logs in"),
        may("tags", Type.NAMES, max_length=40),
        may("complexity", Type.INTEGER, **_PERCENT),
        may("growth_potential", Type.INTEGER, **_PERCENT),
        may("strategic_fit", Type.INTEGER, **_PERCENT),
        may("is_strategic", Type.BOOLEAN, clearable=False, help_text="high touch at once"),
    ),
)
ACCOUNT_HISTORY = RecordSpec(
    Kind.ACCOUNT_HISTORY,
    ("account", "as_of"),
    (
        ACCOUNT,
        must("as_of", Type.PAST_DAY, help_text="the values hold from this day on"),
        may("plan", Type.KEY, max_length=40, help_text="made when it is new"),
        may("seats", Type.INTEGER),
        may("usage_limit", Type.INTEGER, max_value=10**15, help_text="events a month"),
        may("employees", Type.INTEGER, help_text="of the company"),
        may("owner", Type.EMAIL, help_text="of a person who logs in"),
        one_of("stage", LifecycleStage, clearable=False),
        one_of(
            "status", AccountStatus, clearable=False, help_text="money decides where there is any"
        ),
        may("is_strategic", Type.BOOLEAN, clearable=False),
        LEARNED,
    ),
)
TEAM = RecordSpec(
    Kind.TEAM,
    ("account", "function", "person", "since"),
    (
        ACCOUNT,
        must("function", Type.KEY, max_length=40, help_text="key of a function"),
        must("person", Type.EMAIL, help_text="of a person who logs in"),
        telling(
            "since",
            Type.LONG_DAY,
            clearable=False,
            help_text="today, for somebody new in the function",
        ),
        telling(
            "until",
            Type.LONG_DAY,
            "until somebody else has it",
            help_text="the last day; empty: until somebody else has it",
        ),
        LEARNED,
    ),
)
CONTACTS = RecordSpec(
    Kind.CONTACTS,
    ("external_id",),
    (
        EXTERNAL_ID,
        ACCOUNT,
        must("name", Type.NAME, max_length=200),
        may("email", Type.EMAIL),
        may("title", Type.NAME, max_length=120),
        may("language", Type.LANGUAGE, help_text=f"{LANGUAGES}; empty: that of the account"),
        one_of("level", ContactLevel, clearable=False),
        may("job_function", Type.NAME),
        may("roles", Type.CHOICES, options=frozenset(StakeholderRole)),
        may("strength", Type.INTEGER, min_value=1, max_value=5),
        telling("left_on", Type.LONG_PAST_DAY, "still there", help_text="empty: still there"),
        may("met_on", Type.LONG_PAST_DAY, clearable=False),
        telling("do_not_contact", Type.BOOLEAN, clearable=False),
        LEARNED,
    ),
)
ONBOARDING = RecordSpec(
    Kind.ONBOARDING,
    ("account", "key"),
    (
        ACCOUNT,
        must("key", Type.KEY, max_length=60),
        must("name", Type.NAME, max_length=120),
        must("due_on", Type.DAY),
        telling("done_on", Type.PAST_DAY, "not done"),
        LEARNED,
    ),
)
