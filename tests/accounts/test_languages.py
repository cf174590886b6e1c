"""Languages of people, accounts and the installation, as they are stored."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.languages import language_for
from accounts.models import Account, Contact, Installation
from tests.accounts.loading import account, load_raw, problems, statuses

pytestmark = pytest.mark.django_db
KIM = {"external_id": "k1", "account": "acme", "name": "Kim"}


def test_records_say_a_language_in_words_and_it_is_stored_as_a_code():
    load_raw("accounts", account(language="Deutsch (Schweiz)"), account("bolt"))
    load_raw("contacts", KIM | {"language": "pt_BR"})
    assert dict(Account.objects.values_list("external_id", "language")) == {
        "acme": "de-CH",
        "bolt": "",
    }
    assert Contact.objects.get().language == "pt-BR"
    again = load_raw("contacts", KIM | {"language": "Portuguese (Brazil)"})
    assert statuses(again) == ["unchanged"]


@pytest.mark.parametrize("nothing", [None, "Unknown", "n/a"])
def test_a_language_that_is_no_longer_known_is_emptied(nothing):
    load_raw("accounts", account(language="de"))
    load_raw("contacts", KIM | {"language": "fr"})
    assert statuses(load_raw("accounts", account(language=nothing))) == ["updated"]
    assert statuses(load_raw("contacts", KIM | {"language": nothing})) == ["updated"]
    assert (Account.objects.get().language, Contact.objects.get().language) == ("", "")


def test_a_record_that_leaves_the_language_out_keeps_it():
    load_raw("accounts", account(language="de"))
    load_raw("accounts", account(industry="Retail"))
    assert Account.objects.get().language == "de"


def test_a_language_that_is_none_is_a_warning_and_the_person_is_there():
    load_raw("accounts", account())
    load_raw("contacts", KIM | {"language": "fr"})
    result = load_raw("contacts", KIM | {"language": "Klingonese", "title": "CTO"})
    assert statuses(result) == ["updated"]
    assert problems(result) == {(0, "language", "language")}
    assert Contact.objects.values_list("title", "language").get() == ("CTO", "fr")


def test_a_text_is_read_in_the_persons_language_else_the_accounts_else_ours():
    load_raw("accounts", account(language="fr"), account("bolt"))
    load_raw("contacts", KIM | {"language": "pt-BR"}, KIM | {"external_id": "k2"})
    load_raw("contacts", KIM | {"external_id": "k3", "account": "bolt"})
    ours = Installation.current().language
    assert ours == "en"
    read = {
        person.external_id: language_for(
            person.language, person.account.language, ours, offered=["en", "pt", "fr"]
        )
        for person in Contact.objects.select_related("account")
    }
    assert read == {"k1": "pt", "k2": "fr", "k3": "en"}


@pytest.mark.parametrize("model", [Account, Contact, Installation])
@pytest.mark.parametrize("wrong", ["German", "de_DE", "DE", "de-de", "pt-BR-"])
def test_the_database_keeps_nothing_but_codes(model, wrong):
    load_raw("accounts", account())
    load_raw("contacts", KIM)
    Installation.objects.get_or_create(pk=1)
    with pytest.raises(IntegrityError, match="language_is_a_code"), transaction.atomic():
        model.objects.update(language=wrong)


def test_the_form_of_an_account_reads_a_name_and_refuses_what_is_none():
    acme = Account(external_id="acme", name="Acme")
    acme.language = "français"
    acme.full_clean()
    assert acme.language == "fr"
    acme.language = "Klingonese"
    with pytest.raises(ValidationError, match="“Klingonese” is not a language") as refused:
        acme.full_clean()
    assert set(refused.value.message_dict) == {"language"}


def test_a_change_of_language_stands_in_the_trail():
    load_raw("accounts", account(language="de"))
    load_raw("contacts", KIM | {"language": "de"})
    load_raw("accounts", account(language="fr"))
    load_raw("contacts", KIM | {"language": "fr"})
    for name in ("AccountAudit", "ContactAudit"):
        trail = apps.get_model(f"accounts.{name}").objects.order_by("pk")
        assert list(trail.values_list("language", flat=True)) == ["fr"], name
