"""Admin: how records of a source are read, and what it calls accounts."""

import pytest
from django.urls import reverse

from accounts.intake.fields import Kind
from accounts.loading.account_names import external_ids
from accounts.models import Account, AccountId, Source, SourceMapping
from accounts.queries.source_mappings import mapping_for
from tests.accounts.pages.test_imports import text
from tests.accounts.uploads import NOW, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def ops(client):
    client.force_login(somebody())
    return client


@pytest.fixture
def desk():
    return Source.objects.create(key="desk", name="Main desk")


@pytest.fixture
def mapping(desk):
    said = {
        "columns": {"ticket id": "external_id", "colour": ""},
        "words": {"category": {"problem": "defect", "spam": ""}},
        "constants": {"severity": "normal"}, "ignores_rest": True,
    }  # fmt: skip
    return SourceMapping.objects.create(source=desk, kind="tickets", mapping=said, saved_at=NOW)


def test_a_mapping_is_found_and_read_in_words(ops, mapping):
    listed = reverse("admin:accounts_sourcemapping_changelist")
    for asked, found in (("ticket id", 1), ("main desk", 1), ("invoice no", 0)):
        assert ops.get(listed, {"q": asked}).context["cl"].result_count == found
    page = text(ops.get(reverse("admin:accounts_sourcemapping_change", args=[mapping.pk])))
    for said in (
        "ticket id → external_id", "colour → left out", "Other columns: ignored",
        "category, “problem”: defect", "category, “spam”: no value", "severity, all rows: normal",
    ):  # fmt: skip
        assert said in page


def test_a_mapping_is_forgotten_by_who_was_told_what_that_does(ops, mapping, desk):
    address = reverse("admin:accounts_sourcemapping_delete", args=[mapping.pk])
    assert "read as if nobody had said how" in text(ops.get(address))
    assert mapping_for("desk", kind=Kind.TICKETS) is not None
    ops.post(address, {"post": "yes"})
    assert mapping_for("desk", kind=Kind.TICKETS) is None


def test_a_further_id_is_added_searched_and_given_to_the_right_account(ops, desk):
    acme, beta = (Account.objects.create(external_id=k, name=k.title()) for k in ("acme", "beta"))
    add = reverse("admin:accounts_accountid_add")
    ops.post(add, {"source": "desk", "value": " org 17 ", "account": acme.pk})
    row = AccountId.objects.get()
    assert (row.value, external_ids({"org 17"}, source="desk")) == ("org 17", {"org 17": "acme"})
    again = text(ops.post(add, {"source": "desk", "value": "org 17", "account": beta.pk}))
    assert "already exists" in again or "is violated" in again
    unseen = text(ops.post(add, {"source": "desk", "value": "a\u200bb", "account": beta.pk}))
    assert "errorlist" in unseen
    assert AccountId.objects.count() == 1
    found = text(ops.get(reverse("admin:accounts_accountid_changelist"), {"q": "acme"}))
    assert "org 17" in found
    change = reverse("admin:accounts_accountid_change", args=[row.pk])
    shown = ops.get(change).context["adminform"].form
    ops.post(change, {"account": beta.pk, **_as_shown(shown)})
    assert external_ids({"org 17"}, source="desk") == {"org 17": "beta"}


def _as_shown(form):
    """What the guard against two editors sends back."""
    return {
        form.add_prefix(name): field.initial or form.initial.get(name, "")
        for name, field in form.fields.items()
        if name != "account"
    }


def test_a_further_id_is_deleted_by_who_was_told_what_that_does(ops, desk):
    acme = Account.objects.create(external_id="acme", name="Acme")
    row = AccountId.objects.create(account=acme, source=desk, value="org-17")
    address = reverse("admin:accounts_accountid_delete", args=[row.pk])
    assert "Acme is then not found by “org-17” of Main desk" in text(ops.get(address))
    ops.post(address, {"post": "yes"})
    assert not AccountId.objects.exists()
