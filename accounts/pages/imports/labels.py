"""What kinds of records, their fields and the states of an import are called on a page."""

from __future__ import annotations

import re

from accounts import catalogue
from accounts.intake.fields import Field, Kind, Type
from accounts.intake.specs import SPECS

# Plural, singular, what the file holds.
KINDS: dict[str, tuple[str, str, str]] = {
    Kind.ACCOUNTS: ("accounts", "account", "Companies you serve: name, plan, seats, owner"),
    Kind.TEAM: ("team rows", "team row", "Who of yours serves which account, in which function"),
    Kind.CONTACTS: ("contacts", "contact", "People at your accounts: name, e-mail, roles"),
    Kind.CONTRACTS: ("contracts", "contract", "Start, renewal date and ARR of each contract"),
    Kind.MOVEMENTS: ("ARR movements", "ARR movement", "New, expansion, contraction, churn by day"),
    Kind.INVOICES: ("invoices", "invoice", "Issued, due and paid dates with amounts"),
    Kind.USAGE: ("usage rows", "usage row", "Events per account, day and feature"),
    Kind.SESSIONS: ("session days", "session day", "Sessions and minutes per account and day"),
    Kind.USER_DAYS: ("active users", "active user", "Who was active, per account and day"),
    Kind.TICKETS: ("tickets", "ticket", "Support cases: opened, solved, category, severity"),
    Kind.INTERACTIONS: ("interactions", "interaction", "Calls, meetings and mails with customers"),
    Kind.GROUP_SESSIONS: (
        "group sessions",
        "group session",
        "Webinars, trainings, office hours: many accounts at once",
    ),
    Kind.ATTENDANCES: ("attendances", "attendance", "Who came to a group session"),
    Kind.EVENTS: ("business events", "business event", "Dated facts: notice given, champion left"),
    Kind.ONBOARDING: (
        "onboarding steps",
        "onboarding step",
        "Steps of an onboarding, due and done",
    ),
}
_FIELDS = {
    "external_id": "ID",
    "account": "Account ID",
    "email": "E-mail",
    "arr": "ARR",
    "mrr": "MRR",
    "owner": "Owner (e-mail)",
    "host": "Host (e-mail)",
    "person": "Person (e-mail)",
    "account_executive": "Account executive (e-mail)",
    "executive_sponsor": "Executive sponsor (e-mail)",
    "parent": "Parent account ID",
    "renews": "Renews contract ID",
    "contacts": "Contact IDs",
    "user": "User ID",
    "session": "Group session ID",
    "contact": "Contact ID",
    "is_strategic": "Strategic account",
    "is_commercial": "Commercial conversation",
    "ends_on": "End (renewal date)",
    "amount_per": "Unit of the amount",
    "notice_days": "Notice (days)",
    "uplift_percent": "Uplift (%)",
    "cancelled_on": "Cancellation takes effect on",
    "starts_on": "Start",
}


def plural(kind: str) -> str:
    return KINDS[kind][0] if kind in KINDS else catalogue.label(kind).lower()


def counted(count: int, kind: str) -> str:
    """1,204 accounts, 1 account."""
    word = KINDS[kind][1] if kind in KINDS and count == 1 else plural(kind)
    return f"{count:,} {word}"


def field_word(name: str) -> str:
    return _FIELDS.get(name) or name.replace("_", " ").capitalize()


# Only names that cannot be plain words: starts_on, but not name.
_NAMES = re.compile(
    r"\b(?:{})\b".format(
        "|".join(sorted({n for spec in SPECS.values() for n in spec.by_name() if "_" in n}))
    )
)


def in_words(message: str) -> str:
    """A problem's message with our fields called what the page calls them."""
    return _NAMES.sub(lambda found: f"“{field_word(found[0])}”", message)


def hint(field: Field) -> str:
    """What a value of the field looks like, for whoever matches a column to it."""
    parts = [field.says] if field.says else []
    if field.options:
        options = ", ".join(sorted(field.options))
        parts.append(options if len(options) < 90 else f"{options[:88]}…")
    elif field.type == Type.INTEGER and field.most <= 100:
        parts.append(f"{field.least} to {field.most}")
    elif field.type in (Type.NAMES, Type.IDS):
        parts.append("several with | between them")
    return "; ".join(parts)


_CODES = {
    "required": "is missing or empty",
    "unknown": "names something that is not here",
    "integer": "is not a whole number",
    "amount": "is not an amount",
    "ambiguous_amount": "can be read in two ways",
    "percentage": "is not a percentage",
    "arr_or_amount": "has no price, or two that differ",
    "amount_unit": "does not say what it is the price of",
    "open_ended": "is empty, but the contract is over",
    "too_small": "is too small",
    "too_large": "is too large",
    "too_long": "is too long",
    "date": "is not a date as chosen",
    "date_range": "is in a year that cannot be meant",
    "moment": "is not a date with a time",
    "offset": "has a time without a zone",
    "future": "lies in the future",
    "new_kind": "is a kind that nobody described yet",
    "too_many_kinds": "is one kind too many",
    "choice": "is none of the known words",
    "boolean": "is neither true nor false",
    "id_alphabet": "has letters an ID cannot have",
    "key_alphabet": "has letters a key cannot have",
    "domain": "is not a domain",
    "email": "is not an e-mail address",
    "currency": "is not a currency code",
    "too_many_decimals": "has too many decimals",
    "no_rate": "has no rate into our currency",
    "duplicate": "is in the file twice with different values",
    "ragged": "Rows with too many or too few cells",
    "other_account": "belongs to another account",
    "order": "comes before it can",
    "posted_already": "is posted already with another amount",
    "closed_day": "Less than was known when the day closed",
    "cell": "is an unfinished or broken formula",
    "contradicts_money": "differs from what the account pays",
    "sign": "has the wrong sign for its kind",
    "erased": "is a person who was erased",
    "unknown_field": "is no field here",
    "owner_or_pool": "is given beside an owner",
    "paid_state": "does not fit the state",
    "time_zone": "is not a time zone",
}


def code_word(code: str) -> str:
    """What a problem's stable code means, after the name of the field."""
    return _CODES.get(code) or f"cannot be taken ({code.replace('_', ' ')})"


_HEADLINES = {
    "encoding": "The letters in this file cannot be read",
    "too_large": "This file is too large",
    "too_many_rows": "This file has too many rows",
    "too_many_columns": "This file has too many columns",
    "empty": "There is nothing in this file",
    "header": "The column names need a change",
    "not_text": "This is not a table we can read",
    "csv": "The file breaks off in the middle of a row",
    "gzip": "The compressed file is damaged",
    "workbook": "This workbook cannot be read",
    "protected": "This workbook is protected by a password",
}


def refusal(reason: str) -> tuple[str, str, str]:
    """Code, headline and sentence of a file that was refused."""
    code, separator, message = reason.partition(": ")
    if not separator or code not in _HEADLINES:
        return code, "This file could not be read", f"The file {message or reason}."
    words = message if message.startswith("line ") else f"The file {message}"
    return code, _HEADLINES[code], f"{words[0].upper()}{words[1:]}."
