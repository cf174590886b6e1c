"""CS ops at the pages of playbooks, with a draft that is empty still."""

import html
import re

import pytest
from django.urls import reverse

from playbooks.publishing import new_draft
from tests.playbooks.conftest import NOW, house  # noqa: F401 -- of these pages too


@pytest.fixture
def ops(house, client):  # noqa: F811
    client.force_login(house.people["otto"])
    return client


@pytest.fixture
def draft(house):  # noqa: F811
    by = house.people["otto"]
    return new_draft(key="quiet_week", name="Call after a quiet week", by=by, now=NOW)


def at(name, *args):
    return reverse(name, args=args)


def words(response):
    """What is shown, as it reads."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(text))
