"""Mail to customers on its pages: written, approved, discarded, and ended by whoever gets it."""

from datetime import UTC, date, datetime

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Contact, OutboxMessage, SuppressedAddress
from accounts.unsubscribe_links import unsubscribe_path
from accounts.work import outbox, outreach
from tests.permission_house import House, build_house

FRIDAY = datetime(2025, 3, 14, 12, tzinfo=UTC)


def person(account: Account, **values) -> Contact:
    who = {"external_id": "bo", "name": "Bo Quist", "email": "bo@acme.example", **values}
    return Contact.objects.create(account=account, met_on=date(2025, 1, 1), **who)


def held(account: Account, key: str = "held", **values) -> OutboxMessage:
    to = account.contacts.first() or person(account, external_id=f"p-{account.pk}")
    fields = {"subject": "Your renewal", "body": "Dear Bo", "state": "held", **values}
    return OutboxMessage.objects.create(
        key=key, channel="email", account=account, contact=to, next_at=FRIDAY, **fields
    )


@pytest.fixture
def house(db) -> House:
    return build_house()


@pytest.fixture
def account(house: House) -> Account:
    return house.accounts["own"]


@pytest.fixture
def csm(client, house: House):
    client.force_login(house.people["csm"])
    return house.people["csm"]


def test_a_mail_is_written_to_a_person_of_the_account_once(client, csm, account):
    to = person(account)
    address = reverse("account_mail", args=[account.external_id])
    form = client.get(f"{address}?contact={to.pk}&subject=Renewal").context["form"]
    assert (
        f'<option value="{to.pk}" selected'
        in client.get(f"{address}?contact={to.pk}").content.decode()
    )
    said = {"contact": to.pk, "subject": "Renewal", "body": "Dear Bo", "key": form["key"].value()}

    answers = [client.post(address, said) for _ in range(2)]

    row = OutboxMessage.objects.get(contact=to)
    assert [answer.url for answer in answers] == [reverse("mail", args=[row.pk])] * 2
    assert (row.sender, row.state, row.account) == (csm, "new", account)


@pytest.mark.parametrize(
    "change",
    [{"do_not_contact": True}, {"is_active": False, "left_on": date(2025, 2, 1)}, {"email": ""}],
)
def test_nobody_is_offered_who_may_not_be_written_to(client, csm, account, change):
    to = person(account, **change)
    address = reverse("account_mail", args=[account.external_id])
    assert "Nobody to write to" in client.get(address).content.decode()
    key = "0c8d7a52-3a0c-4d0e-9a52-1d2f0a3b4c5d"
    client.post(address, {"contact": to.pk, "subject": "S", "body": "B", "key": key})
    assert not OutboxMessage.objects.filter(contact=to).exists()


def test_who_may_only_read_the_account_is_told_so(client, csm, house):
    account = house.accounts["team"]
    to = person(account)
    address = reverse("account_mail", args=[account.external_id])
    assert "Not yours to write to" in client.get(address).content.decode()
    key = "0c8d7a52-3a0c-4d0e-9a52-1d2f0a3b4c5d"
    said = {"contact": to.pk, "subject": "S", "body": "B", "key": key}
    assert client.post(address, said).status_code == 403
    assert not OutboxMessage.objects.filter(contact=to).exists()


def test_what_is_held_is_read_changed_and_approved(client, csm, account):
    row = held(account)
    assert "Your renewal" in client.get(reverse("mails")).content.decode()
    assert "Dear Bo" in client.get(reverse("mail", args=[row.pk])).content.decode()

    client.post(
        reverse("mail_approve", args=[row.pk]), {"subject": "Hello", "body": "Dear Bo Quist"}
    )

    row.refresh_from_db()
    assert (row.state, row.subject, row.body, row.decided_by) == (
        "new",
        "Hello",
        "Dear Bo Quist",
        csm,
    )
    again = client.post(reverse("mail_discard", args=[row.pk]), {"reason": "No"}, follow=True)
    assert "decided it meanwhile" in again.content.decode()
    row.refresh_from_db()
    assert row.state == "new"


def test_a_mail_without_words_is_refused_where_it_stands(client, csm, account):
    row = held(account)
    answer = client.post(reverse("mail_approve", args=[row.pk]), {"subject": "", "body": "Mine"})
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "This field is required" in html
    assert "Mine" in html
    row.refresh_from_db()
    assert row.state == "held"


def test_what_is_discarded_says_why(client, csm, account):
    row = held(account)
    client.post(reverse("mail_discard", args=[row.pk]), {"reason": "They called yesterday"})
    html = client.get(reverse("mails"), {"view": "kept"}).content.decode()
    assert "They called yesterday" in html


def test_mail_of_accounts_out_of_sight_is_not_listed(client, csm, house, account):
    held(account)
    held(house.accounts["other"], key="other", subject="Not for you")
    html = client.get(reverse("mails")).content.decode()
    assert "Your renewal" in html
    assert "Not for you" not in html


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_asks_a_fixed_number_of_questions(
    client, csm, account, count, django_assert_num_queries
):
    for number in range(count):
        held(account, key=f"k{number}", sender=csm)
    client.get(reverse("mails"))
    with django_assert_num_queries(6):
        client.get(reverse("mails"))


def test_the_link_under_a_mail_ends_them_when_it_is_confirmed(db, account):
    to = person(account)
    row = held(account, state="new")
    stranger = Client(enforce_csrf_checks=True)
    address = unsubscribe_path(row.pk)

    assert "Hear no more" in stranger.get(address).content.decode()
    assert not SuppressedAddress.objects.exists()  # scanners of mail open every link
    assert "You hear no more" in stranger.post(address).content.decode()
    assert stranger.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200

    assert outreach.suppression_of(to) == "Unsubscribed"
    outbox.send_due(now=FRIDAY)
    assert mail.outbox == []
    assert stranger.get("/unsubscribe/made-up/").status_code == 404
