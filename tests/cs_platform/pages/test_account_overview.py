"""Who an account is at a glance: how long a customer, and whom to know first."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Contact
from tests.page_house import sign_in


@pytest.fixture
def overview(client, house):
    sign_in(client, house.people["csm"])

    def read(account):
        return client.get(reverse("account", args=[account.external_id])).context

    return read


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (date(2024, 3, 14), "1 year"),
        (date(2024, 3, 15), "11 months"),
        (date(2020, 3, 1), "5 years"),
        (date(2020, 2, 14), "5 years, 1 mo"),
        (date(2025, 3, 14), "0 months"),
    ],
)
def test_tenure_counts_whole_calendar_months(overview, house, since, words):
    account = house.accounts["own"]
    account.customer_since = since
    account.save()

    assert overview(account)["tenure"] == words


def test_those_who_decide_come_before_those_who_use(overview, house):
    account = house.accounts["own"]
    parts = {"Una": ["end_user"], "Sol": ["executive_sponsor"], "Nil": [], "Cam": ["champion"]}
    for number, (name, roles) in enumerate(parts.items()):
        Contact.objects.create(
            account=account,
            external_id=f"p{number}",
            name=name,
            roles=roles,
            strength=3,
            met_on=date(2024, 1, 8),
        )

    people = [contact.name for contact in overview(account)["people"]]

    assert [name for name in people if name in parts] == ["Sol", "Cam", "Una", "Nil"]
