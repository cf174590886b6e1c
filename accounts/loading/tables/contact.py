"""Tickets, meetings, dated events and how a CSM sees an account."""

from accounts.loading.tables.fact_table import (
    ACCOUNT,
    ACCOUNT_ID,
    DATED,
    ID,
    OF_SOURCE,
    SOURCE_ID,
    FactTable,
    Reference,
    RowCheck,
    StoredColumn,
    flag,
    person_reference,
    plain,
    text,
)

TICKETS = FactTable(
    "accounts_ticket",
    (
        ID,
        SOURCE_ID,
        ACCOUNT_ID,
        text("subject"),
        *plain("opened_at", "first_reply_at", "solved_at", "category"),
        StoredColumn("severity", "severity", default="'normal'"),
        text("topic"),
        StoredColumn("satisfaction", "satisfaction"),
        text("sentiment"),
    ),
    references=(ACCOUNT,),
    key=OF_SOURCE,
    same="t.opened_at = s.opened_at",
    checks=(
        RowCheck(
            "m.solved_at < m.opened_at",
            "solved_at",
            "order",
            "as stored is before the new opened_at; send both",
        ),
        RowCheck(
            "m.first_reply_at < m.opened_at",
            "first_reply_at",
            "order",
            "as stored is before the new opened_at; send both",
        ),
    ),
    once=DATED,
    is_dated=True,
)
INTERACTIONS = FactTable(
    "accounts_interaction",
    (
        ID,
        SOURCE_ID,
        ACCOUNT_ID,
        *plain("occurred_at", "kind"),
        flag("is_commercial"),
        StoredColumn("host_id", "host"),
        text("sentiment"),
        text("subject"),
        text("notes"),
        text("next_step"),
    ),
    references=(ACCOUNT, person_reference("host")),
    key=OF_SOURCE,
    same="t.occurred_at = s.occurred_at",
    once=DATED,
    is_dated=True,
)
GROUP_SESSIONS = FactTable(
    "accounts_groupsession",
    (
        ID,
        SOURCE_ID,
        *plain("kind", "starts_at", "minutes"),
        text("subject"),
        flag("is_commercial"),
        StoredColumn("host_id", "host"),
    ),
    references=(person_reference("host"),),
    key=OF_SOURCE,
    same="t.starts_at = s.starts_at",
    once=DATED,
    is_dated=True,
)
ATTENDANCES = FactTable(
    "accounts_attendance",
    (
        StoredColumn("session_id", "session"),
        StoredColumn("contact_id", "contact"),
        ACCOUNT_ID,
        StoredColumn("attended", "attended", default="true"),
        StoredColumn("minutes", "minutes"),
    ),
    references=(
        ACCOUNT,
        Reference(
            "session",
            "accounts_groupsession",
            "external_id",
            "is not a group session; import the session first",
            is_sourced=True,
        ),
        Reference(
            "contact",
            "accounts_contact",
            "external_id",
            "is not a contact; import the person first",
            is_sourced=True,
            is_of_account=True,
        ),
    ),
    key=("session_id", "contact_id"),
    checks=(
        RowCheck(
            "EXISTS (SELECT FROM accounts_contact c WHERE c.id = m.contact_id"
            " AND c.account_id <> m.account_id)",
            "contact",
            "other_account",
            "is a contact of another account; correct one of both",
        ),
    ),
    once=DATED,
    is_dated=True,
)
CSM_SENTIMENTS = FactTable(
    "accounts_csmsentiment",
    (
        ID,
        SOURCE_ID,
        ACCOUNT_ID,
        *plain("said_at", "value"),
        text("reason"),
        StoredColumn("said_by_id", "said_by"),
    ),
    references=(ACCOUNT, person_reference("said_by")),
    key=OF_SOURCE,
    same="t.said_at = s.said_at",
    once=DATED,
    is_dated=True,
)
EVENTS = FactTable(
    "accounts_businessevent",
    (ID, SOURCE_ID, ACCOUNT_ID, *plain("kind", "occurred_on"), text("note")),
    references=(ACCOUNT,),
    key=OF_SOURCE,
    same="t.kind = s.kind AND t.occurred_on = s.occurred_on",
    once=DATED,
    is_dated=True,
)
