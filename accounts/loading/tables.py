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


@dataclass(frozen=True, slots=True)
class Column:
    """A stored column. `otherwise` is for a new row that did not say the field."""

    name: str
    field: str = ""
    otherwise: str = "NULL"
    cleared: str = "NULL"
    expression: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """What a merged row must fulfil; `wrong` is SQL over m."""

    wrong: str
    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    references: tuple[Reference, ...] = ()
    key: tuple[str, ...] = ("external_id",)
    checks: tuple[Check, ...] = ()
    # Filled for a new row only: when we learned of it, when it was made.
    once: tuple[tuple[str, str], ...] = ()


def _text(name: str, *, otherwise: str = "''") -> Column:
    return Column(name, name, otherwise=otherwise, cleared="''")


def _plain(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, name) for name in names)


def _flag(name: str) -> Column:
    return Column(name, name, otherwise="false")


def _array(name: str) -> Column:
    return Column(name, name, otherwise="'{}'", cleared="'{}'")


_ID = Column("external_id", "external_id")
_ACCOUNT_ID = Column("account_id", expression="s.account_id")
ACCOUNT = Reference(
    "account", "accounts_account", "external_id", "is not an account; import the account first"
)


def _person(field: str) -> Reference:
    message = "does not log in here; add the person in Admin, Users, or leave the field empty"
    return Reference(field, "accounts_user", "email", message)


ACCOUNTS = Table(
    "accounts_account",
    (
        _ID,
        Column("name", "name"),
        _text("domain"),
        Column("parent_id", "parent"),
        _text("industry"),
        _text("region"),
        Column("time_zone", "time_zone", otherwise="'UTC'"),
        Column(
            "currency",
            "currency",
            otherwise="COALESCE((SELECT currency FROM accounts_installation), 'USD')",
        ),
        Column("plan_id", "plan"),
        *_plain("seats", "usage_limit", "customer_since"),
        Column("status", "status", otherwise="'active'"),
        Column("stage", "stage", otherwise="'hand_off'"),
        # An owner replaces a pool and a pool an owner: an account never has both.
        Column(
            "owner_id",
            expression="CASE WHEN {owner} THEN s.owner_id"
            " WHEN s.pool_id IS NULL THEN t.owner_id END",
        ),
        Column(
            "pool_id",
            expression="CASE WHEN {pool} THEN s.pool_id WHEN s.owner_id IS NULL THEN t.pool_id END",
        ),
        Column("account_executive_id", "account_executive"),
        Column("executive_sponsor_id", "executive_sponsor"),
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
        _person("owner"),
        _person("account_executive"),
        _person("executive_sponsor"),
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
CONTACTS = Table(
    "accounts_contact",
    (
        _ID,
        _ACCOUNT_ID,
        Column("name", "name"),
        _text("email"),
        _text("title"),
        Column("level", "level", otherwise="'user'"),
        _text("job_function"),
        _array("roles"),
        Column("strength", "strength"),
        Column("left_on", "left_on"),
        Column(
            "is_active",
            expression="CASE WHEN {left_on} THEN s.left_on IS NULL ELSE t.left_on IS NULL END",
        ),
        Column("met_on", "met_on", otherwise="COALESCE(s.left_on, %(day)s)"),
        _flag("do_not_contact"),
    ),
    references=(ACCOUNT,),
    checks=(
        Check(
            "m.left_on < m.met_on",
            "left_on",
            "order",
            "is before the day we met; correct met_on or left_on",
        ),
        Check(
            "EXISTS (SELECT FROM accounts_contact e WHERE e.external_id = m.external_id"
            " AND e.erased_at IS NOT NULL)",
            "external_id",
            "erased",
            "is a person who was erased on request and is not taken back; remove the row",
        ),
    ),
)
CONTRACTS = Table(
    "accounts_contract",
    (
        _ID,
        _ACCOUNT_ID,
        *_plain("starts_on", "ends_on"),
        Column("arr_minor", "arr"),
        Column("currency", "currency"),
        Column(
            "term_months",
            "term_months",
            otherwise="GREATEST(1, LEAST(120, round((s.ends_on - s.starts_on) / 30.4375)))",
        ),
        _flag("auto_renew"),
        Column("state", "state", otherwise="'active'"),
        Column("closed_on", "closed_on"),
        Column("renews_id", "renews"),
    ),
    references=(
        ACCOUNT,
        Reference(
            "renews",
            "accounts_contract",
            "external_id",
            "is not a contract; put the contract it renews on an earlier line",
        ),
    ),
    checks=(
        Check(
            "EXISTS (SELECT FROM accounts_contract r WHERE r.id = m.renews_id"
            " AND r.account_id <> m.account_id)",
            "renews",
            "other_account",
            "is a contract of another account",
        ),
        Check(
            "EXISTS (SELECT FROM accounts_contract r WHERE r.renews_id = m.renews_id"
            " AND r.external_id <> m.external_id)",
            "renews",
            "renewed_already",
            "is renewed by another contract already",
        ),
    ),
    once=(("learned_at", "%(now)s"),),
)
INVOICES = Table(
    "accounts_invoice",
    (
        _ID,
        _ACCOUNT_ID,
        *_plain("issued_on", "due_on"),
        Column("amount_minor", "amount"),
        *_plain("currency", "state"),
        Column("paid_on", expression="CASE WHEN s.state = 'paid' THEN s.paid_on END"),
    ),
    references=(ACCOUNT,),
)
TICKETS = Table(
    "accounts_ticket",
    (
        _ID,
        _ACCOUNT_ID,
        _text("subject"),
        *_plain("opened_at", "solved_at", "category"),
        Column("severity", "severity", otherwise="'normal'"),
        _text("topic"),
        Column("satisfaction", "satisfaction"),
        _text("sentiment"),
    ),
    references=(ACCOUNT,),
    checks=(
        Check(
            "m.solved_at < m.opened_at",
            "solved_at",
            "order",
            "as stored is before the new opened_at; send both",
        ),
    ),
)
INTERACTIONS = Table(
    "accounts_interaction",
    (
        _ID,
        _ACCOUNT_ID,
        *_plain("occurred_at", "kind"),
        _flag("is_commercial"),
        Column("host_id", "host"),
        _text("sentiment"),
        _text("subject"),
        _text("notes"),
        _text("next_step"),
    ),
    references=(ACCOUNT, _person("host")),
)
EVENTS = Table(
    "accounts_businessevent",
    (_ID, _ACCOUNT_ID, *_plain("kind", "occurred_on"), _text("note")),
    references=(ACCOUNT,),
    once=(("learned_at", "%(now)s"),),
)
ONBOARDING = Table(
    "accounts_onboardingstep",
    (_ACCOUNT_ID, *_plain("key", "name", "due_on", "done_on")),
    references=(ACCOUNT,),
    key=("account_id", "key"),
)
TABLES: dict[Kind, Table] = {
    Kind.ACCOUNTS: ACCOUNTS,
    Kind.CONTACTS: CONTACTS,
    Kind.CONTRACTS: CONTRACTS,
    Kind.INVOICES: INVOICES,
    Kind.TICKETS: TICKETS,
    Kind.INTERACTIONS: INTERACTIONS,
    Kind.EVENTS: EVENTS,
    Kind.ONBOARDING: ONBOARDING,
}
