"""How each kind of record becomes rows: references to resolve, columns, and joint checks.

The SQL in here is constant; values only ever travel by COPY and parameters.
`s` is the staged record, `t` the stored row (null when new), `m` the merged row.
"""

from dataclasses import dataclass

from accounts.intake.specs import Kind


@dataclass(frozen=True, slots=True)
class Reference:
    """A field that names something else by its natural key; resolved into `<field>_id`."""

    field: str
    table: str
    key: str
    missing: str
    # What it names has an id in a source, and belongs to an account.
    is_sourced: bool = False
    is_of_account: bool = False


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A stored column. `otherwise` is for a new row that did not say the field."""

    name: str
    field: str = ""
    default: str = "NULL"
    cleared: str = "NULL"
    expression: str = ""


@dataclass(frozen=True, slots=True)
class RowCheck:
    """What a merged row must fulfil; `wrong` is SQL over m."""

    wrong: str
    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class FactTable:
    name: str
    columns: tuple[StoredColumn, ...]
    references: tuple[Reference, ...] = ()
    key: tuple[str, ...] = ("external_id",)
    checks: tuple[RowCheck, ...] = ()
    # With a source in the key: that a row of *Direct* with the same id and account, `t`, is the
    # record `s` of a declared source, and the other way round.
    same: str = ""
    # Filled for a new row only: when we learned of it, when it was made.
    once: tuple[tuple[str, str], ...] = ()
    # Whether its records may say when they were learned; `m.learned_on` is then to be had.
    is_dated: bool = False

    @property
    def is_sourced(self) -> bool:
        return "source_id" in self.key

    @property
    def has_account(self) -> bool:
        return any(column.name == "account_id" for column in self.columns)


_LEARNED_AT = (
    "learned_at",
    "LEAST(%(now)s, COALESCE(m.learned_on::timestamp AT TIME ZONE %(zone)s, %(now)s))",
)
_DATED = (_LEARNED_AT, ("backfilled_at", "CASE WHEN m.learned_on IS NOT NULL THEN %(now)s END"))


def _text(name: str, *, default: str = "''") -> StoredColumn:
    return StoredColumn(name, name, default=default, cleared="''")


def _plain(*names: str) -> tuple[StoredColumn, ...]:
    return tuple(StoredColumn(name, name) for name in names)


def _flag(name: str) -> StoredColumn:
    return StoredColumn(name, name, default="false")


def _array(name: str) -> StoredColumn:
    return StoredColumn(name, name, default="'{}'", cleared="'{}'")


_ID = StoredColumn("external_id", "external_id")
_OF_SOURCE = ("external_id", "source_id")
_SOURCE_ID = StoredColumn("source_id", expression="s.source_id")
_ACCOUNT_ID = StoredColumn("account_id", expression="s.account_id")
ACCOUNT = Reference(
    "account", "accounts_account", "external_id", "is not an account; import the account first"
)


# Columns of an account that name a person of its team: each is the key of its function.
FUNCTION_FIELDS = ("account_executive", "executive_sponsor")


def person_reference(field: str) -> Reference:
    message = "does not log in here; add the person in Admin, Users, or leave the field empty"
    return Reference(field, "accounts_user", "email", message)


ACCOUNTS = FactTable(
    "accounts_account",
    (
        _ID,
        StoredColumn("name", "name"),
        _text("domain"),
        StoredColumn("parent_id", "parent"),
        _text("industry"),
        _text("region"),
        StoredColumn("time_zone", "time_zone", default="'UTC'"),
        StoredColumn(
            "currency",
            "currency",
            default="COALESCE((SELECT currency FROM accounts_installation), 'USD')",
        ),
        StoredColumn("plan_id", "plan"),
        *_plain("seats", "usage_limit", "customer_since"),
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
        _array("tags"),
        *_plain("complexity", "growth_potential", "strategic_fit"),
        _flag("is_strategic"),
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
        _ID,
        _SOURCE_ID,
        _ACCOUNT_ID,
        StoredColumn("name", "name"),
        _text("email"),
        _text("title"),
        StoredColumn("level", "level", default="'user'"),
        _text("job_function"),
        _array("roles"),
        StoredColumn("strength", "strength"),
        StoredColumn("left_on", "left_on"),
        StoredColumn(
            "is_active",
            expression="CASE WHEN {left_on} THEN s.left_on IS NULL ELSE t.left_on IS NULL END",
        ),
        StoredColumn("met_on", "met_on", default="COALESCE(s.left_on, %(day)s)"),
        _flag("do_not_contact"),
    ),
    references=(ACCOUNT,),
    key=_OF_SOURCE,
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
    once=_DATED,
    is_dated=True,
)
CONTRACTS = FactTable(
    "accounts_contract",
    (
        _ID,
        _SOURCE_ID,
        _ACCOUNT_ID,
        *_plain("starts_on", "ends_on"),
        StoredColumn("arr_minor", "arr"),
        StoredColumn("currency", "currency"),
        StoredColumn("amount_minor", "amount"),
        _text("amount_per"),
        StoredColumn(
            "term_months",
            "term_months",
            # LEAST leaves out what is null: an open end takes the 12.
            default="GREATEST(1, LEAST(120,"
            " COALESCE(round((s.ends_on - s.starts_on) / 30.4375), 12)))",
        ),
        _flag("auto_renew"),
        *_plain("notice_days", "uplift_percent"),
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
        *_plain("notice_given_on", "cancelled_on"),
        _text("subscription"),
        _text("deal"),
        _text("renews"),
        *_plain("replaces_earlier"),
    ),
    references=(ACCOUNT,),
    key=_OF_SOURCE,
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
    once=_DATED,
    is_dated=True,
)
INVOICES = FactTable(
    "accounts_invoice",
    (
        _ID,
        _SOURCE_ID,
        _ACCOUNT_ID,
        *_plain("issued_on", "due_on"),
        StoredColumn("amount_minor", "amount"),
        *_plain("currency", "state"),
        StoredColumn("paid_on", expression="CASE WHEN s.state = 'paid' THEN s.paid_on END"),
    ),
    references=(ACCOUNT,),
    key=_OF_SOURCE,
    same="t.issued_on = s.issued_on",
    once=_DATED,
    is_dated=True,
)
TICKETS = FactTable(
    "accounts_ticket",
    (
        _ID,
        _SOURCE_ID,
        _ACCOUNT_ID,
        _text("subject"),
        *_plain("opened_at", "first_reply_at", "solved_at", "category"),
        StoredColumn("severity", "severity", default="'normal'"),
        _text("topic"),
        StoredColumn("satisfaction", "satisfaction"),
        _text("sentiment"),
    ),
    references=(ACCOUNT,),
    key=_OF_SOURCE,
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
    once=_DATED,
    is_dated=True,
)
INTERACTIONS = FactTable(
    "accounts_interaction",
    (
        _ID,
        _SOURCE_ID,
        _ACCOUNT_ID,
        *_plain("occurred_at", "kind"),
        _flag("is_commercial"),
        StoredColumn("host_id", "host"),
        _text("sentiment"),
        _text("subject"),
        _text("notes"),
        _text("next_step"),
    ),
    references=(ACCOUNT, person_reference("host")),
    key=_OF_SOURCE,
    same="t.occurred_at = s.occurred_at",
    once=_DATED,
    is_dated=True,
)
GROUP_SESSIONS = FactTable(
    "accounts_groupsession",
    (
        _ID,
        _SOURCE_ID,
        *_plain("kind", "starts_at", "minutes"),
        _text("subject"),
        _flag("is_commercial"),
        StoredColumn("host_id", "host"),
    ),
    references=(person_reference("host"),),
    key=_OF_SOURCE,
    same="t.starts_at = s.starts_at",
    once=_DATED,
    is_dated=True,
)
ATTENDANCES = FactTable(
    "accounts_attendance",
    (
        StoredColumn("session_id", "session"),
        StoredColumn("contact_id", "contact"),
        _ACCOUNT_ID,
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
    once=_DATED,
    is_dated=True,
)
EVENTS = FactTable(
    "accounts_businessevent",
    (_ID, _SOURCE_ID, _ACCOUNT_ID, *_plain("kind", "occurred_on"), _text("note")),
    references=(ACCOUNT,),
    key=_OF_SOURCE,
    same="t.kind = s.kind AND t.occurred_on = s.occurred_on",
    once=_DATED,
    is_dated=True,
)
ONBOARDING = FactTable(
    "accounts_onboardingstep",
    (_ACCOUNT_ID, *_plain("key", "name", "due_on", "done_on")),
    references=(ACCOUNT,),
    key=("account_id", "key"),
    once=_DATED,
    is_dated=True,
)
TABLES: dict[Kind, FactTable] = {
    Kind.ACCOUNTS: ACCOUNTS,
    Kind.CONTACTS: CONTACTS,
    Kind.CONTRACTS: CONTRACTS,
    Kind.INVOICES: INVOICES,
    Kind.TICKETS: TICKETS,
    Kind.INTERACTIONS: INTERACTIONS,
    Kind.GROUP_SESSIONS: GROUP_SESSIONS,
    Kind.ATTENDANCES: ATTENDANCES,
    Kind.EVENTS: EVENTS,
    Kind.ONBOARDING: ONBOARDING,
}
