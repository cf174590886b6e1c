"""Answers for tests, as the pages and imports store them."""

from datetime import UTC, datetime
from typing import Any

from accounts.models import Account, Contact, User
from surveys.models import Response

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


def account_with_person(name: str = "acme", **fields: Any) -> tuple[Account, Contact]:
    owner = User.objects.filter(email="csm@demo.example").first() or User.objects.create_user(
        "csm@demo.example", name="Ada Quill", role="csm"
    )
    account = Account.objects.create(
        external_id=name, name=name.title(), **{"owner": owner, **fields}
    )
    contact = Contact.objects.create(
        account=account,
        external_id=f"{name}-1",
        name="Mira Stone",
        email=f"mira@{name}.example",
        met_on=NOW.date(),
    )
    return account, contact


def answer(
    contact: Contact, value: int, *, standing: int, kind: str = "nps", **fields: Any
) -> Response:
    lowest, highest = SCALES[kind]
    said = {
        "external_id": f"R-{Response.objects.count()}",
        "survey_key": kind,
        "lowest": lowest,
        "highest": highest,
        "answered_at": NOW,
        "learned_at": NOW,
    }
    return Response.objects.create(
        account=contact.account,
        contact=contact,
        kind=kind,
        value=value,
        standing=standing,
        **said | fields,
    )
