"""A file of each kind to start from: the header of all fields, and one row as it may look."""

import csv
import io

from accounts.intake.fields import Field, Kind, Type
from accounts.intake.specs import SPECS

_VALUES = {
    Type.ID: "acme-1",
    Type.ACCOUNT_ID: "acme-1",
    Type.NAME: "Acme Instruments",
    Type.TEXT: "Agreed on the goals for the next quarter.",
    Type.KEY: "reports",
    Type.DOMAIN: "acme.example",
    Type.ZONE: "Europe/Paris",
    Type.LANGUAGE: "fr",
    Type.CURRENCY: "USD",
    Type.AMOUNT: "12000.00",
    Type.BOOLEAN: "false",
    Type.DAY: "2025-03-01",
    Type.LONG_DAY: "2025-03-01",
    Type.PAST_DAY: "2025-03-01",
    Type.LONG_PAST_DAY: "2025-03-01",
    Type.PAST_MOMENT: "2025-03-01T09:30:00+01:00",
}
_OWN = {
    "external_id": "example-1",
    "account": "acme-1",
    "ends_on": "2026-03-01",
    "due_on": "2025-03-31",
    "kind": "new",
    "state": "open",
    "plan": "growth",
    "user": "user-17",
    "key": "kick_off",
    "name": "Acme Instruments",
    "title": "Head of Operations",
    "job_function": "Operations",
    "industry": "Manufacturing",
    "region": "EMEA",
    "tags": "reference|beta",
    "subject": "Goals for the next quarter",
    "next_step": "Send the summary",
    "note": "Told us in the weekly call",
    "roles": "champion",
    "level": "manager",
    "category": "how_to",
    "severity": "normal",
    "sentiment": "positive",
    "status": "active",
    "seats": "25",
    "usage_limit": "100000",
    "employees": "250",
    "term_months": "12",
    "notice_days": "60",
    "uplift_percent": "5",
    "events": "42",
    "sessions": "6",
    "minutes": "75",
    "strength": "4",
    "session": "webinar-1",
    "contact": "person-1",
    "complexity": "40",
    "growth_potential": "60",
    "strategic_fit": "50",
}
# What would name something that is not there yet stays empty.
_EMPTY = frozenset(
    "parent further_ids learned_on subscription deal renews replaces_earlier owner pool"
    " account_executive executive_sponsor host"
    " contacts left_on paid_on solved_at done_on closed_on notice_given_on cancelled_on"
    " covers total_value amount amount_per mrr stage status product subtype topic reason plans"
    " valid_to".split()
)


def example_of(kind: Kind) -> str:
    spec = SPECS[kind]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([field.name for field in spec.fields if field.name != "mrr"])
    writer.writerow(
        [_example_value(field, kind=kind) for field in spec.fields if field.name != "mrr"]
    )
    return text.getvalue()


def _example_value(field: Field, *, kind: Kind) -> str:
    if field.name in _EMPTY and not field.required:
        return ""
    if field.example:
        return field.example
    own = "acme-1" if (kind, field.name) == (Kind.ACCOUNTS, "external_id") else _OWN.get(field.name)
    if field.options:
        return own if own in field.options else sorted(field.options)[0]
    if own is not None:
        return own
    if field.type == Type.INTEGER:
        return str(min(max(field.min_value, 5), field.max_value))
    if field.type == Type.EMAIL:
        return "sam@acme.example"
    return _VALUES.get(field.type, "")
