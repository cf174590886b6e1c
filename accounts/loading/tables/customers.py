"""Accounts, the people there, and the steps of their start."""

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
    array,
    flag,
    person_reference,
    plain,
    text,
)

# Columns of an account that name a person of its team: each is the key of its function.
FUNCTION_FIELDS = ("account_executive", "executive_sponsor")
ACCOUNTS = FactTable(
    "accounts_account",
    (
        ID,
        StoredColumn("name", "name"),
        text("domain"),
        StoredColumn("parent_id", "parent"),
        text("industry"),
        text("region"),
        StoredColumn("time_zone", "time_zone", default="'UTC'"),
        text("language"),
        StoredColumn(
            "currency",
            "currency",
            default="COALESCE((SELECT currency FROM accounts_installation), 'USD')",
        ),
        StoredColumn("plan_id", "plan"),
        *plain("seats", "usage_limit", "employees", "customer_since"),
        StoredColumn("status", "status", default="'active'"),
        StoredColumn("stage", "stage", default="'hand_off'"),
        # An owner replaces a pool and a pool an owner: an account never has both.
        StoredColumn(
            "owner_id",
            expression="CASE WHEN {owner} THEN s.owner_id"
            " WHEN s.pool_id IS NULL THEN t.owner_id END",
        ),
        StoredColumn(
            "pool_id",
            expression="CASE WHEN {pool} THEN s.pool_id WHEN s.owner_id IS NULL THEN t.pool_id END",
        ),
        array("tags"),
        *plain("complexity", "growth_potential", "strategic_fit"),
        flag("is_strategic"),
    ),
    references=(
        Reference(
            "parent",
            "accounts_account",
            "external_id",
            "is not an account; put the parent on an earlier line or import it first",
        ),
        Reference("plan", "accounts_plan", "key", "is not a plan"),
        Reference("pool", "accounts_pool", "name", "is not a pool; add it in Admin, Pools"),
        person_reference("owner"),
        # Written to the account's team.
        *(person_reference(field) for field in FUNCTION_FIELDS),
    ),
    once=(
        ("arr_minor", "0"),
        ("segment", "'self_serve'"),
        ("touch_tier", "'tech'"),
        ("segment_override", "''"),
        ("touch_tier_override", "''"),
        ("override_reason", "''"),
        ("tier_pending", "''"),
        ("created_at", "%(now)s"),
    ),
)
CONTACTS = FactTable(
    "accounts_contact",
    (
        ID,
        SOURCE_ID,
        ACCOUNT_ID,
        StoredColumn("name", "name"),
        text("email"),
        text("title"),
        text("language"),
        StoredColumn("level", "level", default="'user'"),
        text("job_function"),
        array("roles"),
        StoredColumn("strength", "strength"),
        StoredColumn("left_on", "left_on"),
        StoredColumn(
            "is_active",
            expression="CASE WHEN {left_on} THEN s.left_on IS NULL ELSE t.left_on IS NULL END",
        ),
        StoredColumn("met_on", "met_on", default="COALESCE(s.left_on, %(day)s)"),
        flag("do_not_contact"),
    ),
    references=(ACCOUNT,),
    key=OF_SOURCE,
    same="t.erased_at IS NOT NULL OR t.name = s.name OR lower(t.email) = lower(s.email)",
    checks=(
        RowCheck(
            "m.left_on < m.met_on",
            "left_on",
            "order",
            "is before the day we met; correct met_on or left_on",
        ),
        RowCheck(
            "EXISTS (SELECT FROM accounts_contact e WHERE e.external_id = m.external_id"
            " AND (e.source_id = m.source_id OR e.account_id = m.account_id)"
            " AND e.erased_at IS NOT NULL)",
            "external_id",
            "erased",
            "is a person who was erased on request and is not taken back; remove the row",
        ),
    ),
    once=DATED,
    is_dated=True,
)
ONBOARDING = FactTable(
    "accounts_onboardingstep",
    (ACCOUNT_ID, *plain("key", "name", "due_on", "done_on")),
    references=(ACCOUNT,),
    key=("account_id", "key"),
    once=DATED,
    is_dated=True,
)
