"""A company whose customers are asked: surveys in force, accounts, and people to ask."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from accounts.models import Account, BusinessEvent, Contact, Contract, Installation, OutboxMessage
from surveys.models import Invitation, Survey

# A Monday morning, in an installation that counts days in UTC.
NOW = datetime(2025, 3, 10, 9, 0, tzinfo=UTC)
DAY = NOW.date()
TEXTS = {
    "en": {
        "subject": "One question about {{ company }}",
        "intro": "It takes one click.",
        "question": "How satisfied are you with {{ company }}?",
        "low": "1 · not at all",
        "high": "5 · very",
        "reason": "Why?",
    },
    "de": {
        "subject": "Eine Frage zu {{ company }}",
        "intro": "Ein Klick genügt.",
        "question": "Wie zufrieden sind Sie mit {{ company }}?",
        "low": "1 · gar nicht",
        "high": "5 · sehr",
        "reason": "Warum?",
    },
}
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "free": (0, 0)}


def survey(key: str, moment: str, *, kind: str = "csat", since: int = 100, **fields: Any) -> Survey:
    """In force for that many days."""
    lowest, highest = SCALES[kind]
    then = NOW - timedelta(days=since)
    return Survey.objects.create(
        **{
            "key": key,
            "version": Survey.objects.filter(key=key).count() + 1,
            "state": Survey.State.PUBLISHED,
            "name": key,
            "kind": kind,
            "lowest": lowest,
            "highest": highest,
            "moment": moment,
            "texts": TEXTS,
            "created_at": then,
            "published_at": then,
        }
        | fields
    )


def customer(name: str = "acme", *, people: int = 1, **fields: Any) -> Account:
    account = Account.objects.create(
        external_id=name,
        name=name.title(),
        **{"status": "active", "customer_since": date(2020, 1, 1)} | fields,
    )
    for number in range(people):
        person(account, f"p{number}")
    return account


def person(account: Account, name: str = "mira", **fields: Any) -> Contact:
    return Contact.objects.create(
        account=account,
        external_id=f"{account.external_id}-{name}",
        name=name.title(),
        **{"email": f"{name}@{account.external_id}.example", "met_on": date(2020, 1, 1)} | fields,
    )


def contract(account: Account, ends: date, **fields: Any) -> Contract:
    return Contract.objects.create(
        account=account,
        external_id=f"c{Contract.objects.count()}",
        arr_minor=1_200_00,
        currency="USD",
        **{
            "starts_on": ends - timedelta(days=365),
            "ends_on": ends,
            "learned_at": NOW - timedelta(days=300),
        }
        | fields,
    )


def event(account: Account, kind: str, on: date = DAY, **fields: Any) -> BusinessEvent:
    return BusinessEvent.objects.create(
        account=account,
        external_id=f"e{BusinessEvent.objects.count()}",
        kind_id=kind,
        occurred_on=on,
        **{"learned_at": NOW} | fields,
    )


def asked() -> list[tuple[str, str, str]]:
    """Survey, person and reason of each invitation, in the order they were planned."""
    rows = Invitation.objects.order_by("due_at", "key").select_related("survey", "contact")
    return [
        (row.survey.key, row.contact.name if row.contact else "", row.reason or row.state)
        for row in rows
    ]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=Installation.current().zone)


def messages() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.order_by("pk"))
