"""Words of other tools that mean one of ours, by field: read so wherever a record comes from.

What is not here is asked once a file and kept with the mapping of its source.
"""

from collections.abc import Mapping

from accounts.intake.fields import Field, Kind

_ACTORS = {
    "human": "person", "user": "person", "bot": "service", "system": "service",
    "api": "service", "integration": "service", "assistant": "agent", "ai": "agent",
}  # fmt: skip
_STATUSES = {
    "customer": "active", "current": "active", "live": "active", "paying": "active",
    "cancelled": "churned", "canceled": "churned", "lost": "churned", "inactive": "churned",
    "former customer": "churned", "trialing": "trial", "free trial": "trial", "poc": "trial",
    "aktiv": "active", "kunde": "active", "gekündigt": "churned", "ehemalig": "churned",
    "inaktiv": "churned", "test": "trial", "testphase": "trial",
}  # fmt: skip
# "" is no value: the tool wrote that there is none.
MEANINGS: Mapping[tuple[Kind, str], Mapping[str, str]] = {
    (Kind.ACCOUNTS, "status"): _STATUSES,
    (Kind.ACCOUNT_HISTORY, "status"): _STATUSES,
    (Kind.CONTACTS, "level"): {
        "c suite": "c_level", "cxo": "c_level", "executive": "c_level", "chief": "c_level",
        "vice president": "vp", "head": "director", "lead": "manager", "staff": "user",
        "employee": "user", "individual contributor": "user", "entry": "user", "senior": "user",
    },
    (Kind.CONTACTS, "roles"): {
        "decision maker": "economic_buyer", "budget holder": "economic_buyer",
        "executive sponsor": "executive_sponsor", "technical buyer": "technical_owner",
        "evaluator": "influencer", "other": "",
    },
    (Kind.CONTRACTS, "state"): {
        "activated": "active", "live": "active", "current": "active", "in force": "active",
        "signed": "active", "canceled": "cancelled", "terminated": "cancelled", "ended": "expired",
        "aktiv": "active", "laufend": "active", "gekündigt": "cancelled", "storniert": "cancelled",
        "abgelaufen": "expired", "beendet": "expired", "verlängert": "renewed",
    },
    (Kind.CONTRACTS, "amount_per"): {
        "monthly": "month", "months": "month", "mo": "month", "per month": "month",
        "quarterly": "quarter", "per quarter": "quarter", "yearly": "year", "annual": "year",
        "annually": "year", "annum": "year", "per year": "year", "total": "term",
        "whole term": "term", "tcv": "term", "one time": "term", "monat": "month",
        "monatlich": "month", "quartal": "quarter", "vierteljährlich": "quarter", "jahr": "year",
        "jährlich": "year", "laufzeit": "term", "einmalig": "term",
    },
    (Kind.MOVEMENTS, "kind"): {
        "new business": "new", "new biz": "new", "start": "new", "upsell": "expansion",
        "upgrade": "expansion", "downgrade": "contraction", "downsell": "contraction",
        "cancellation": "churn", "churned": "churn", "cancelled": "churn", "canceled": "churn",
        "winback": "reactivation", "win back": "reactivation", "resurrection": "reactivation",
    },
    (Kind.INVOICES, "state"): {
        "outstanding": "open", "sent": "open", "issued": "open", "unpaid": "open",
        "overdue": "late", "past due": "late", "uncollectible": "written_off",
        "voided": "void", "settled": "paid", "payment failed": "failed",
        "offen": "open", "bezahlt": "paid", "überfällig": "late", "fehlgeschlagen": "failed",
        "abgeschrieben": "written_off",
    },
    (Kind.USAGE, "actor"): _ACTORS,
    (Kind.USER_DAYS, "actor"): _ACTORS,
    (Kind.TICKETS, "category"): {
        "problem": "defect", "incident": "defect", "bug": "defect", "issue": "defect",
        "fault": "defect", "question": "how_to", "help": "how_to", "task": "request",
        "feature request": "request", "feature": "request", "enhancement": "request",
        "service request": "request", "invoice": "billing", "payment": "billing",
        "fehler": "defect", "störung": "defect", "frage": "how_to", "anfrage": "request",
        "wunsch": "request", "rechnung": "billing", "abrechnung": "billing",
    },
    (Kind.TICKETS, "severity"): {
        "medium": "normal", "moderate": "normal", "minor": "low", "trivial": "low",
        "major": "high", "critical": "urgent", "blocker": "urgent", "highest": "urgent",
        "lowest": "low", "p1": "urgent", "p2": "high", "p3": "normal", "p4": "low",
        "niedrig": "low", "gering": "low", "mittel": "normal", "hoch": "high",
        "dringend": "urgent", "kritisch": "urgent",
    },
    (Kind.TICKETS, "satisfaction"): {
        "good": "5", "good with comment": "5", "bad": "1", "bad with comment": "1",
        "offered": "", "unoffered": "",
    },
}  # fmt: skip
# Of a field wherever it occurs.
_LANGUAGE = dict.fromkeys(("unknown", "other", "none", "n/a", "not specified", "not set"), "")
_SENTIMENT = {"good": "positive", "bad": "negative", "mixed": "neutral", "unknown": ""}


def meanings(kind: Kind, field: Field) -> Mapping[str, str]:
    everywhere = {"sentiment": _SENTIMENT, "language": _LANGUAGE}.get(field.name)
    return MEANINGS.get((kind, field.name), {}) if everywhere is None else everywhere


def plain_word(word: str) -> str:
    """As a word is looked up: in lower case, one blank where there are any, or a _ or -."""
    return " ".join(word.lower().replace("_", " ").replace("-", " ").split())
