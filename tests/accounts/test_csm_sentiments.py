"""How a CSM sees an account: a record like any other, said again rather than changed."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from accounts.intake.parse_options import iso_reading
from accounts.intake.records import read_records
from accounts.intake.specs.contact import CSM_SENTIMENTS
from accounts.models import CsmSentiment, DirtyAccount, User
from tests.accounts.loading import account, load_raw, statuses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def acme():
    load_raw("accounts", account())
    User.objects.create(email="sam@cs.example", name="Sam")
    DirtyAccount.objects.all().delete()


def said(**fields):
    fact = {"external_id": "s1", "account": "acme", "said_at": "2025-03-10T10:00:00Z", "value": 2}
    return fact | fields


def test_a_sentiment_is_kept_with_who_said_it_and_judges_the_account_again():
    told = said(said_by="SAM@cs.example", reason="Nobody answers")
    assert statuses(load_raw("csm_sentiments", told)) == ["created"]
    row = CsmSentiment.objects.get()
    assert (row.value, row.reason, row.said_by.name) == (2, "Nobody answers", "Sam")
    assert list(DirtyAccount.objects.values_list("account__external_id", flat=True)) == ["acme"]
    assert statuses(load_raw("csm_sentiments", told)) == ["unchanged"]


@pytest.mark.parametrize("value", [0, 6, "good", None])
def test_what_is_not_1_to_5_is_refused(value):
    reading = iso_reading(now=datetime(2030, 1, 1, tzinfo=UTC))
    refused = read_records(enumerate([said(value=value)]), spec=CSM_SENTIMENTS, reading=reading)
    assert [(error.position, error.field) for error in refused.errors] == [(0, "value")]


def test_a_reason_loses_the_name_of_an_erased_person():
    load_raw("contacts", {"external_id": "ada", "account": "acme", "name": "Ada Lovelace"})
    load_raw("csm_sentiments", said(reason="Ada Lovelace is unhappy"))
    call_command("erase_contact", "ada", verbosity=0)
    assert CsmSentiment.objects.get().reason == "Erased person is unhappy"
