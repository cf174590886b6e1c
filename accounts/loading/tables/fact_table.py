"""What tables of facts are described with: references to resolve, columns, and joint checks.

The SQL in here is constant; values only ever travel by COPY and parameters.
`s` is the staged record, `t` the stored row (null when new), `m` the merged row.
"""

from dataclasses import dataclass


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
DATED = (_LEARNED_AT, ("backfilled_at", "CASE WHEN m.learned_on IS NOT NULL THEN %(now)s END"))


def text(name: str, *, default: str = "''") -> StoredColumn:
    return StoredColumn(name, name, default=default, cleared="''")


def plain(*names: str) -> tuple[StoredColumn, ...]:
    return tuple(StoredColumn(name, name) for name in names)


def flag(name: str) -> StoredColumn:
    return StoredColumn(name, name, default="false")


def array(name: str) -> StoredColumn:
    return StoredColumn(name, name, default="'{}'", cleared="'{}'")


ID = StoredColumn("external_id", "external_id")
OF_SOURCE = ("external_id", "source_id")
SOURCE_ID = StoredColumn("source_id", expression="s.source_id")
ACCOUNT_ID = StoredColumn("account_id", expression="s.account_id")
ACCOUNT = Reference(
    "account", "accounts_account", "external_id", "is not an account; import the account first"
)


def person_reference(field: str) -> Reference:
    message = "does not log in here; add the person in Admin, Users, or leave the field empty"
    return Reference(field, "accounts_user", "email", message)
