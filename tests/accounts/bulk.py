"""Requests to the bulk endpoint, and what a refusal looks like."""

import json

from django.test import Client

from accounts.keys import create_key
from tests.times import now

ACCOUNTS, USAGE, TICKETS = (f"/api/v1/bulk/{kind}/" for kind in ("accounts", "usage", "tickets"))


def make_key(*scopes: str, **rest) -> str:
    return create_key(name="CRM", scopes=scopes or ["ingest:*"], now=now(), **rest)[1]


def post(url: str, body, token: str, *, content_type="application/json", **headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    names["Authorization"] = f"Bearer {token}"
    if content_type:
        names["Content-Type"] = content_type
    client = Client(raise_request_exception=False)
    length = {"CONTENT_LENGTH": str(len(data))}  # the test client leaves out that of nothing
    return client.generic("POST", url, data, content_type="", headers=names, **length)


def usage(account: str = "acme", day: str = "2025-03-01", events: object = 5):
    return {"account": account, "day": day, "feature": "search", "events": events}


def is_problem(answer, status: int) -> str:
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    assert body["status"] == status
    assert body["detail"]
    return body["code"]
