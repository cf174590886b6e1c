"""A draft of the shipped scorecard, and accounts judged by it, for those who tune it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Account, Installation, User
from health.models import Scorecard
from health.publishing import copy_to_draft
from health.queries.scorecards import in_force
from tests.cards import install_cards, install_playbooks
from tests.page_house import DAY, GOOD, NOW, POOR, judge, show_present

FINE = {**GOOD, "ticket_load": 4.0, "defect_share": 0.5, "days_to_resolution": 9.0}


@pytest.fixture
def ola(db):
    return User.objects.create_user("ola@example.test", "x", name="Ola Ops", role="ops")


@pytest.fixture
def ops(client, ola):
    client.force_login(ola, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def published(db):
    Installation.objects.update_or_create(pk=1, defaults={"name": "Acme", "as_of": DAY})
    install_cards(now=NOW - timedelta(days=400))
    install_playbooks(now=NOW - timedelta(days=400))
    return Scorecard.objects.get(key="four_inputs", version=1)


@pytest.fixture
def draft(published):
    return copy_to_draft(scorecard=published, now=NOW)


@pytest.fixture
def portfolio(published):
    """Ten fine accounts whose support is a burden, one that is poor."""
    card = in_force()["four_inputs"]
    owner = User.objects.create_user("csm@example.test", "x", name="Mira Quell", role="csm")
    for n in range(11):
        account = Account.objects.create(
            external_id=f"acc-{n}",
            name=f"Company {n:02}",
            owner=owner,
            arr_minor=(n + 1) * 1_000_00,
            customer_since=DAY - timedelta(days=900),
        )
        show_present(judge(account, card, raw=POOR if n == 10 else FINE))
    return list(Account.objects.order_by("pk"))


def address(scorecard, page="change"):
    return reverse(f"admin:health_scorecard_{page}", args=[scorecard.pk])


def filled_in(client, draft):
    """The form as the browser would send it back unchanged."""
    form = client.get(address(draft)).context["form"]
    data = {}
    for name in form.fields:
        value = form[name].value()
        if value is True:
            data[name] = "on"
        elif value not in (None, False, [], ""):
            data[name] = value
    return data


def name_of(draft, kind, key, field):
    relations = {"component": "components", "measure": "measures", "gate": "gates", "band": "bands"}
    return f"{kind}-{getattr(draft, relations[kind]).get(key=key).pk}-{field}"
