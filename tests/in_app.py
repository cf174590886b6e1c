"""A product of a customer's: its secret, the tokens of its users, and messages that wait there."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import date, datetime, timedelta

from accounts.models import Account, Contact, InAppSite, OutboxMessage, Source
from accounts.sealed_secrets import seal
from accounts.work import customer_mail
from accounts.work.notices import post

SECRET = "in_app_an-example-that-opens-nothing"
PAGE = "https://app.acme.example"


def make_site(key: str = "shop", *, origins=(PAGE,), secret: str = SECRET, **values) -> InAppSite:
    """Rolled long ago: its one secret proves."""
    source, _ = Source.objects.get_or_create(key=key, defaults={"name": key.title()})
    fields = {"origins": list(origins), "sealed_secret": seal(secret)}
    since = {"rolled_at": datetime.fromisoformat("2025-01-01T00:00:00+00:00")}
    return InAppSite.objects.create(source=source, **fields | since | values)


def sign(secret: str = SECRET, **changed) -> str:
    """As the back end of a product does it, by hand."""
    claims = {"source": "shop", "account": "acme", "user": "u-bo", "exp": int(time.time()) + 600}
    parts = ({"alg": "HS256", "typ": "JWT"}, {**claims, **changed})
    signed = ".".join(_b64(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{_b64(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def make_person(account: Account, name: str = "Bo", *, source: str = "shop", **values) -> Contact:
    fields = {
        "external_id": f"u-{name.lower()}",
        "name": name,
        "email": f"{name.lower()}@acme.example",
        "met_on": date(2025, 1, 1),
        "source_id": source,
    }
    return Contact.objects.create(account=account, **fields | values)


def wait_in_product(contact: Contact, key: str = "news", *, now: datetime, **values):
    """A message that waits for this person."""
    fields = {"subject": "New", "body": "Try https://app.acme.example/new today"} | values
    shown = customer_mail.show_in_product(
        key=key, account=contact.account, contact=contact, now=now, **fields
    )
    post([shown])
    return OutboxMessage.objects.get(key=key)


FORTNIGHT = timedelta(days=14)
