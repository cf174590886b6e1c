"""What the tests of the executive pages share."""

import re
from datetime import date
from html import unescape

from django.urls import reverse

TODAY = date(2025, 6, 15)
ROUTES = {
    "executive": "",
    "executive_accounts": "?figure=nrr",
    "executive_movements": "?figure=nrr",
    "executive_causes": "?figure=nrr",
    "executive_health": "?at_risk=1",
    "executive_renewals": "",
    "executive_changes": "?change=gained",
}


def text_of(response):
    """What a reader sees: no tags, single spaces."""
    bare = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(bare))


def get(client, user, route, query="", **headers):
    client.force_login(user)
    return client.get(reverse(route) + query, headers=headers)


def names_in(response):
    """The accounts of a list, in its order."""
    return re.findall(r'row-open"[^>]*>([^<]+)<', response.content.decode())
