"""What kinds of records, their fields and the states of an import are called on a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext, gettext_noop, ngettext

from accounts import catalogue
from accounts.intake.fields import Field, Kind, Type
from accounts.intake.specs import SPECS
from accounts.ui import formats

# What one record, or several, are called.
_NOUNS: dict[str, Callable[[int], str]] = {
    Kind.ACCOUNTS: lambda count: ngettext("account", "accounts", count),
    Kind.ACCOUNT_HISTORY: lambda count: ngettext("dated row", "dated rows", count),
    Kind.TEAM: lambda count: ngettext("team row", "team rows", count),
    Kind.FEATURES: lambda count: ngettext("feature", "features", count),
    Kind.CONTACTS: lambda count: ngettext("contact", "contacts", count),
    Kind.CONTRACTS: lambda count: ngettext("contract", "contracts", count),
    Kind.MOVEMENTS: lambda count: ngettext("ARR movement", "ARR movements", count),
    Kind.INVOICES: lambda count: ngettext("invoice", "invoices", count),
    Kind.USAGE: lambda count: ngettext("usage row", "usage rows", count),
    Kind.SESSIONS: lambda count: ngettext("session day", "session days", count),
    Kind.USER_DAYS: lambda count: ngettext("active user", "active users", count),
    Kind.ACTIVE_USERS: lambda count: ngettext("count of users", "counts of users", count),
    Kind.TICKETS: lambda count: ngettext("ticket", "tickets", count),
    Kind.INTERACTIONS: lambda count: ngettext("interaction", "interactions", count),
    Kind.GROUP_SESSIONS: lambda count: ngettext("group session", "group sessions", count),
    Kind.ATTENDANCES: lambda count: ngettext("attendance", "attendances", count),
    Kind.CSM_SENTIMENTS: lambda count: ngettext("CSM sentiment", "CSM sentiments", count),
    Kind.EVENTS: lambda count: ngettext("business event", "business events", count),
    Kind.ONBOARDING: lambda count: ngettext("onboarding step", "onboarding steps", count),
    Kind.SURVEY_ANSWERS: lambda count: ngettext("survey answer", "survey answers", count),
}
# What the file holds.
_HOLDS: dict[str, str] = {
    Kind.ACCOUNTS: gettext_noop("Companies you serve: name, plan, seats, owner"),
    Kind.ACCOUNT_HISTORY: gettext_noop("What plan, seats, owner, stage were from a day on"),
    Kind.TEAM: gettext_noop("Who of yours serves which account, in which function"),
    Kind.FEATURES: gettext_noop("Which features are core, of which plans, since when"),
    Kind.CONTACTS: gettext_noop("People at your accounts: name, e-mail, roles"),
    Kind.CONTRACTS: gettext_noop("Start, renewal date and ARR of each contract"),
    Kind.MOVEMENTS: gettext_noop("New, expansion, contraction, churn by day"),
    Kind.INVOICES: gettext_noop("Issued, due and paid dates with amounts"),
    Kind.USAGE: gettext_noop("Events per account, day and feature"),
    Kind.SESSIONS: gettext_noop("Sessions and minutes per account and day"),
    Kind.USER_DAYS: gettext_noop("Who was active, per account and day"),
    Kind.ACTIVE_USERS: gettext_noop("How many people were active, per account and day"),
    Kind.TICKETS: gettext_noop("Support cases: opened, solved, category, severity"),
    Kind.INTERACTIONS: gettext_noop("Calls, meetings and mails with customers"),
    Kind.GROUP_SESSIONS: gettext_noop("Webinars, trainings, office hours: many accounts at once"),
    Kind.ATTENDANCES: gettext_noop("Who came to a group session"),
    Kind.CSM_SENTIMENTS: gettext_noop("How CSMs saw their accounts, 1 to 5"),
    Kind.EVENTS: gettext_noop("Dated facts: notice given, champion left"),
    Kind.ONBOARDING: gettext_noop("Steps of an onboarding, due and done"),
    Kind.SURVEY_ANSWERS: gettext_noop("Past answers to NPS, CSAT and CES surveys"),
}
_FIELDS = {
    "external_id": gettext_noop("ID"),
    "account": gettext_noop("Account ID"),
    "email": gettext_noop("E-mail"),
    "arr": gettext_noop("ARR"),
    "mrr": gettext_noop("MRR"),
    "owner": gettext_noop("Owner (e-mail)"),
    "host": gettext_noop("Host (e-mail)"),
    "person": gettext_noop("Person (e-mail)"),
    "account_executive": gettext_noop("Account executive (e-mail)"),
    "executive_sponsor": gettext_noop("Executive sponsor (e-mail)"),
    "parent": gettext_noop("Parent account ID"),
    "renews": gettext_noop("Renews contract ID"),
    "replaces_earlier": gettext_noop("Replaces earlier contracts"),
    "quantity": gettext_noop("Quantity"),
    "contacts": gettext_noop("Contact IDs"),
    "user": gettext_noop("User ID"),
    "session": gettext_noop("Group session ID"),
    "contact": gettext_noop("Contact ID"),
    "is_strategic": gettext_noop("Strategic account"),
    "is_commercial": gettext_noop("Commercial conversation"),
    "covers": gettext_noop("What is counted"),
    "ends_on": gettext_noop("End"),
    "amount_per": gettext_noop("Unit of the amount"),
    "notice_days": gettext_noop("Notice (days)"),
    "uplift_percent": gettext_noop("Uplift (%)"),
    "cancelled_on": gettext_noop("Cancellation takes effect on"),
    "starts_on": gettext_noop("Start"),
}


def kinds() -> list[tuple[str, str, str]]:
    """Each kind with what its records are called and what a file of it holds."""
    return [(kind, plural(kind), gettext(holds)) for kind, holds in _HOLDS.items()]


def holds(kind: str) -> str:
    """What a file of that kind holds."""
    return gettext(_HOLDS[kind])


def noun(kind: str, count: int) -> str:
    return _NOUNS[kind](count) if kind in _NOUNS else gettext(catalogue.label(kind)).lower()


def plural(kind: str) -> str:
    return noun(kind, 2)


def counted(count: int, kind: str) -> str:
    """1,204 accounts, 1 account."""
    return f"{count:,} {noun(kind, count)}"


def field_word(name: str) -> str:
    return gettext(_FIELDS[name]) if name in _FIELDS else name.replace("_", " ").capitalize()


def counts_of(ours: str) -> str:
    """What a column of counts is chosen as: “Counts of feature logins”."""
    field, _, value = ours.partition(":")
    if field == "day":
        return gettext("Counts of %(day)s") % {"day": formats.day(date.fromisoformat(value))}
    return gettext("Counts of feature %(feature)s") % {"feature": value}


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
    parts = [field.help_text] if field.help_text else []
    if field.options:
        options = ", ".join(sorted(field.options))
        parts.append(options if len(options) < 90 else f"{options[:88]}…")
    elif field.type == Type.INTEGER and field.max_value <= 100:
        span = {"least": field.min_value, "most": field.max_value}
        parts.append(gettext("%(least)d to %(most)d") % span)
    elif field.type in (Type.NAMES, Type.IDS):
        parts.append(gettext("several with | between them"))
    return "; ".join(parts)


_CODES = {
    "required": gettext_noop("is missing or empty"),
    "unknown": gettext_noop("names something that is not here"),
    "integer": gettext_noop("is not a whole number"),
    "amount": gettext_noop("is not an amount"),
    "ambiguous_amount": gettext_noop("can be read in two ways"),
    "percentage": gettext_noop("is not a percentage"),
    "arr_or_amount": gettext_noop("has no price, or two that differ"),
    "amount_unit": gettext_noop("does not say what it is the price of"),
    "open_ended": gettext_noop("is empty, but the contract is over"),
    "too_small": gettext_noop("is too small"),
    "too_large": gettext_noop("is too large"),
    "too_long": gettext_noop("is too long"),
    "date": gettext_noop("is not a date as chosen"),
    "date_range": gettext_noop("is in a year that cannot be meant"),
    "moment": gettext_noop("is not a date with a time"),
    "offset": gettext_noop("has a time without a zone"),
    "future": gettext_noop("lies in the future"),
    "new_kind": gettext_noop("is a kind that nobody described yet"),
    "too_many_kinds": gettext_noop("is one kind too many"),
    "choice": gettext_noop("is none of the known words"),
    "boolean": gettext_noop("is neither true nor false"),
    "id_alphabet": gettext_noop("has letters an ID cannot have"),
    "key_alphabet": gettext_noop("has letters a key cannot have"),
    "domain": gettext_noop("is not a domain"),
    "email": gettext_noop("is not an e-mail address"),
    "currency": gettext_noop("is not a currency code"),
    "too_many_decimals": gettext_noop("has too many decimals"),
    "no_rate": gettext_noop("has no rate into our currency"),
    "duplicate": gettext_noop("is in the file twice with different values"),
    "ragged": gettext_noop("Rows with too many or too few cells"),
    "other_account": gettext_noop("belongs to another account"),
    "order": gettext_noop("comes before it can"),
    "posted_already": gettext_noop("is posted already with another amount"),
    "total": gettext_noop("is the sum of other rows"),
    "week_ahead": gettext_noop("begins a week that has not ended"),
    "told_by_week": gettext_noop("is in a week that is told as a sum"),
    "told_by_day": gettext_noop("is a week of which days are told already"),
    "closed_day": gettext_noop("Less than was known when the day closed"),
    "cell": gettext_noop("is an unfinished or broken formula"),
    "contradicts_money": gettext_noop("differs from what the account pays"),
    "sign": gettext_noop("has the wrong sign for its kind"),
    "erased": gettext_noop("is a person who was erased"),
    "unknown_field": gettext_noop("is no field here"),
    "owner_or_pool": gettext_noop("is given beside an owner"),
    "paid_state": gettext_noop("does not fit the state"),
    "time_zone": gettext_noop("is not a time zone"),
    "language": gettext_noop("is not a language"),
}


def code_word(code: str) -> str:
    """What a problem's stable code means, after the name of the field."""
    if code in _CODES:
        return gettext(_CODES[code])
    return gettext("cannot be taken (%(code)s)") % {"code": code.replace("_", " ")}


_HEADLINES = {
    "encoding": gettext_noop("The letters in this file cannot be read"),
    "too_large": gettext_noop("This file is too large"),
    "too_many_rows": gettext_noop("This file has too many rows"),
    "too_many_columns": gettext_noop("This file has too many columns"),
    "empty": gettext_noop("There is nothing in this file"),
    "header": gettext_noop("The column names need a change"),
    "not_text": gettext_noop("This is not a table we can read"),
    "csv": gettext_noop("The file breaks off in the middle of a row"),
    "gzip": gettext_noop("The compressed file is damaged"),
    "workbook": gettext_noop("This workbook cannot be read"),
    "protected": gettext_noop("This workbook is protected by a password"),
}


def refusal(reason: str) -> tuple[str, str, str]:
    """Code, headline and sentence of a file that was refused."""
    code, separator, message = reason.partition(": ")
    if not separator or code not in _HEADLINES:
        said = gettext("The file %(reason)s.") % {"reason": message or reason}
        return code, gettext("This file could not be read"), said
    words = (
        message
        if message.startswith("line ")
        else gettext("The file %(message)s") % {"message": message}
    )
    return code, gettext(_HEADLINES[code]), f"{words[0].upper()}{words[1:]}."
