"""What is said between customers and us: tickets, meetings, dated events, how a CSM sees them."""

from accounts.catalogue import Sentiment, Severity, TicketCategory
from accounts.intake.fields import Kind, RecordSpec, Type
from accounts.intake.specs.field_builders import (
    ACCOUNT,
    EXTERNAL_ID,
    LEARNED,
    kind_of,
    may,
    must,
    one_of,
    telling,
)

_SENTIMENT = one_of("sentiment", Sentiment)
TICKETS = RecordSpec(
    Kind.TICKETS,
    ("external_id",),
    (
        EXTERNAL_ID,
        ACCOUNT,
        must("opened_at", Type.PAST_MOMENT),
        may("first_reply_at", Type.PAST_MOMENT, help_text="of ours, to the customer"),
        telling("solved_at", Type.PAST_MOMENT, "still open", help_text="empty: still open"),
        one_of("category", TicketCategory, required=True, clearable=False),
        one_of("severity", Severity, clearable=False),
        may("subject", Type.NAME, max_length=300),
        may("topic", Type.NAME, help_text="repeats of a problem share it"),
        may("satisfaction", Type.INTEGER, min_value=1, max_value=5),
        _SENTIMENT,
        LEARNED,
    ),
)
INTERACTIONS = RecordSpec(
    Kind.INTERACTIONS,
    ("external_id",),
    (
        EXTERNAL_ID,
        ACCOUNT,
        must("occurred_at", Type.PAST_MOMENT),
        kind_of(example="call"),
        may("is_commercial", Type.BOOLEAN, clearable=False),
        may("host", Type.EMAIL, help_text="of a person who logs in"),
        may("contacts", Type.IDS, help_text="external ids of those who took part"),
        _SENTIMENT,
        may("subject", Type.NAME, max_length=300),
        may("notes", Type.TEXT, max_length=20_000),
        may("next_step", Type.NAME, max_length=300),
        LEARNED,
    ),
)
GROUP_SESSIONS = RecordSpec(
    Kind.GROUP_SESSIONS,
    ("external_id",),
    (
        EXTERNAL_ID,
        must("starts_at", Type.PAST_MOMENT),
        kind_of(example="webinar"),
        may("subject", Type.NAME, max_length=300),
        may("minutes", Type.INTEGER, max_value=10_000, help_text="how long it was"),
        may("is_commercial", Type.BOOLEAN, clearable=False),
        may("host", Type.EMAIL, help_text="of a person who logs in"),
        LEARNED,
    ),
)
ATTENDANCES = RecordSpec(
    Kind.ATTENDANCES,
    ("session", "contact"),
    (
        must("session", Type.ID, help_text="external id of the group session"),
        must("contact", Type.ID, help_text="external id of the person"),
        ACCOUNT,
        telling("attended", Type.BOOLEAN, clearable=False, help_text="false: did not come"),
        may("minutes", Type.INTEGER, max_value=10_000, help_text="how long they stayed"),
        LEARNED,
    ),
)
CSM_SENTIMENTS = RecordSpec(
    Kind.CSM_SENTIMENTS,
    ("external_id",),
    (
        EXTERNAL_ID,
        ACCOUNT,
        must("said_at", Type.PAST_MOMENT),
        must("value", Type.INTEGER, min_value=1, max_value=5, help_text="1 at risk … 5 strong"),
        may("said_by", Type.EMAIL, help_text="of a person who logs in"),
        may("reason", Type.NAME, max_length=300),
        LEARNED,
    ),
)
EVENTS = RecordSpec(
    Kind.EVENTS,
    ("external_id",),
    (
        EXTERNAL_ID,
        ACCOUNT,
        kind_of(example="champion_left"),
        must("occurred_on", Type.PAST_DAY),
        may("note", Type.NAME, max_length=300),
        LEARNED,
    ),
)
