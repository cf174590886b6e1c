"""The parts a kind of record is described with."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

_LARGEST_INT = 2_147_483_647


class Kind(StrEnum):
    ACCOUNTS = "accounts"
    ACCOUNT_HISTORY = "account_history"
    TEAM = "team"
    FEATURES = "features"
    CONTACTS = "contacts"
    CONTRACTS = "contracts"
    MOVEMENTS = "movements"
    USAGE = "usage"
    SESSIONS = "sessions"
    USER_DAYS = "user_days"
    ACTIVE_USERS = "active_users"
    TICKETS = "tickets"
    INTERACTIONS = "interactions"
    GROUP_SESSIONS = "group_sessions"
    ATTENDANCES = "attendances"
    INVOICES = "invoices"
    CSM_SENTIMENTS = "csm_sentiments"
    EVENTS = "events"
    ONBOARDING = "onboarding"
    SURVEY_ANSWERS = "survey_answers"


class Type(StrEnum):
    """How a value is read; the value is its name in the documentation."""

    ID = "id"
    ACCOUNT_ID = "id of an account"
    NAME = "one line of text"
    TEXT = "text"
    KEY = "key"
    DOMAIN = "domain"
    EMAIL = "e-mail address"
    ZONE = "time zone"
    LANGUAGE = "language"
    CURRENCY = "currency code"
    AMOUNT = "amount"
    PERCENT = "percentage"
    NUMBER = "number"
    INTEGER = "whole number"
    BOOLEAN = "true or false"
    CHOICE = "one of"
    KIND = "kind"
    CHOICES = "any of"
    NAMES = "list of texts"
    IDS = "list of ids"
    DAY = "date"
    LONG_DAY = "date from 1900 on"
    PAST_DAY = "date, not in the future"
    LONG_PAST_DAY = "date from 1900 on, not in the future"
    PAST_MOMENT = "date, time and offset, not in the future"


@dataclass(frozen=True, slots=True)
class Field:
    """`example` stands in the file to start from, where the type alone says too little.

    `is_telling`: its absence says something, so that a value which cannot be read holds the row.
    Without one of any other optional field the row is taken, with a warning. `empty_word`: what an
    empty cell says, where somebody chose that empty cells clear.
    """

    name: str
    type: Type
    required: bool = False
    clearable: bool = True
    max_length: int = 80
    min_value: int = 0
    max_value: int = _LARGEST_INT
    options: frozenset[str] = frozenset()
    is_telling: bool = False
    empty_word: str = ""
    help_text: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class RecordSpec:
    """`key` are the fields that name a record: sending them again updates it. Of each group of
    `alternatives` a record needs one. `counted` is the field that a table may hold in a column for
    each value of one of `spread_over`."""

    kind: Kind
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    alternatives: tuple[tuple[str, ...], ...] = ()
    counted: str = ""
    spread_over: tuple[str, ...] = ()

    def not_given(self, given: Collection[str]) -> list[str]:
        """What no column or constant among `given` brings, in words: “arr or amount”."""
        missing = [f.name for f in self.fields if f.required and f.name not in given]
        groups = [group for group in self.alternatives if not set(group) & set(given)]
        return missing + [" or ".join(group) for group in groups]

    @property
    def held_by(self) -> frozenset[str]:
        """Fields that a row is not taken without, once something stands in them."""
        return frozenset(f.name for f in self.fields if f.required or f.is_telling)

    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}
