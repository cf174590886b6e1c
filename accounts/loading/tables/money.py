"""Contracts and invoices; movements are posted, not upserted."""

from accounts.loading.tables.fact_table import (
    ACCOUNT,
    ACCOUNT_ID,
    DATED,
    ID,
    OF_SOURCE,
    SOURCE_ID,
    FactTable,
    RowCheck,
    StoredColumn,
    flag,
    plain,
    text,
)

CONTRACTS = FactTable(
    "accounts_contract",
    (
        ID,
        SOURCE_ID,
        ACCOUNT_ID,
        *plain("starts_on", "ends_on"),
        StoredColumn("arr_minor", "arr"),
        StoredColumn("currency", "currency"),
        StoredColumn("amount_minor", "amount"),
        text("amount_per"),
        StoredColumn(
            "term_months",
            "term_months",
            # LEAST leaves out what is null: an open end takes the 12.
            default="GREATEST(1, LEAST(120,"
            " COALESCE(round((s.ends_on - s.starts_on) / 30.4375), 12)))",
        ),
        flag("auto_renew"),
        *plain("notice_days", "uplift_percent"),
        # Renewed or expired by its dates: a source that goes on calling it active changes nothing.
        StoredColumn(
            "state",
            expression="CASE WHEN {state} AND NOT (s.state = 'active'"
            " AND COALESCE(t.state, '') IN ('renewed', 'expired')) THEN COALESCE(s.state, 'active')"
            " ELSE COALESCE(t.state, 'active') END",
        ),
        StoredColumn(
            "closed_on",
            expression="CASE WHEN {closed_on} AND NOT (s.closed_on IS NULL"
            " AND COALESCE(t.state, '') IN ('renewed', 'expired')) THEN s.closed_on"
            " ELSE t.closed_on END",
        ),
        *plain("notice_given_on", "cancelled_on"),
        text("subscription"),
        text("deal"),
        text("renews"),
        *plain("replaces_earlier", "quantity"),
    ),
    references=(ACCOUNT,),
    key=OF_SOURCE,
    same="t.starts_on = s.starts_on",
    checks=(
        RowCheck(
            "m.ends_on IS NULL AND (m.state = 'expired'"
            " OR m.state = 'cancelled' AND m.cancelled_on IS NULL)",
            "ends_on",
            "open_ended",
            "is empty, but the contract is over; write the day it ended",
        ),
    ),
    once=DATED,
    is_dated=True,
)
INVOICES = FactTable(
    "accounts_invoice",
    (
        ID,
        SOURCE_ID,
        ACCOUNT_ID,
        *plain("issued_on", "due_on"),
        StoredColumn("amount_minor", "amount"),
        *plain("currency", "state"),
        StoredColumn("paid_on", expression="CASE WHEN s.state = 'paid' THEN s.paid_on END"),
    ),
    references=(ACCOUNT,),
    key=OF_SOURCE,
    same="t.issued_on = s.issued_on",
    once=DATED,
    is_dated=True,
)
