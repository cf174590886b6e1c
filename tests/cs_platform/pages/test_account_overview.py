"""Who an account is at a glance: how long a customer, and whom to know first."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import Contact
from playbooks.models import Task
from tests.page_house import NOW, POOR, add_task, judge, show_present, sign_in


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


@pytest.mark.parametrize("rows", [1, 3])
def test_the_overview_asks_a_fixed_number_of_questions(
    client, house, card, rows, django_assert_num_queries
):
    account = house.accounts["own"]
    show_present(judge(account, card, raw=POOR))
    for number in range(rows):
        add_task(account, house.people["csm"], title=f"Call {number}")
    sign_in(client, house.people["csm"])
    address = reverse("account", args=[account.external_id])
    client.get(address)  # what is read once a publication
    with django_assert_num_queries(23):
        client.get(address)


def test_the_head_names_what_is_due_first_and_counts_all(overview, house):
    account, csm = house.accounts["own"], house.people["csm"]
    for days in (3, 1, 2):
        add_task(account, csm, title=f"In {days}", due=NOW + timedelta(days=days))
    Task.objects.create(
        account=account, owner=csm, title="Done", opened_at=NOW, due_at=NOW,
        state="done", outcome="reached", closed_at=NOW, closed_by=csm,
    )  # fmt: skip

    head = overview(account)["head"]

    assert (head.next_task.title, head.open_tasks) == ("In 1", 3)
