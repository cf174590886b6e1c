"""The second editor of a row is told what changed, and nothing of either is lost."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.admin.bases import TrackedAdmin
from accounts.models import Account, Plan, User
from tests.accounts.loading import load_raw
from tests.fresh_sign_in import sign_in_freshly

pytestmark = pytest.mark.django_db


@pytest.fixture
def ops(client):
    sign_in_freshly(client, User.objects.create_user("ola@example.test", name="Ola", role="ops"))
    return client


@pytest.fixture
def acme():
    load_raw("accounts", {"external_id": "acme", "name": "Acme", "tags": ["beta"]})
    return Account.objects.get()


def opened(ops, row) -> tuple[str, dict]:
    """The address of the change page, and what its form would send if nothing were typed."""
    page = reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])
    return page, sent_by(ops.get(page))


def sent_by(answer) -> dict:
    form = answer.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    assert 'name="seen_values" value="' in answer.content.decode()
    return {name: v for name, v in values.items() if v is not None and v is not False}


def test_the_second_editor_is_told_and_both_changes_stay(ops, acme):
    page, first = opened(ops, acme)
    _, second = opened(ops, acme)
    assert ops.post(page, first | {"industry": "Retail"}).status_code == 302
    answer = ops.post(page, second | {"region": "EMEA"})
    said = answer.content.decode()
    assert answer.status_code == 200
    assert "changed this meanwhile" in said
    assert "Meanwhile changed to “Retail”, which is kept." in said
    acme.refresh_from_db()
    assert (acme.industry, acme.region) == ("Retail", "")
    assert ops.post(page, sent_by(answer)).status_code == 302
    acme.refresh_from_db()
    assert (acme.industry, acme.region) == ("Retail", "EMEA")


def test_where_both_changed_a_field_the_second_decides_knowingly(ops, acme):
    page, mine = opened(ops, acme)
    Account.objects.update(industry="Retail")
    answer = ops.post(page, mine | {"industry": "Banking"})
    assert "Meanwhile changed to “Retail”. Saving again keeps your own value." in (
        answer.content.decode()
    )
    assert ops.post(page, sent_by(answer)).status_code == 302
    assert Account.objects.get().industry == "Banking"


def test_an_import_in_between_is_noticed(ops, acme):
    page, mine = opened(ops, acme)
    load_raw("accounts", {"external_id": "acme", "name": "Acme", "stage": "value", "tags": ["x"]})
    answer = ops.post(page, mine | {"region": "EMEA"})
    assert "Meanwhile changed to “Value”, which is kept." in answer.content.decode()
    assert ops.post(page, sent_by(answer)).status_code == 302
    stored = Account.objects.get()
    assert (stored.stage, stored.region, stored.tags) == ("value", "EMEA", ["x"])


def test_what_nobody_else_changed_is_saved_at_once(ops, acme):
    page, mine = opened(ops, acme)
    assert ops.post(page, mine | {"industry": "Retail", "is_strategic": "on"}).status_code == 302
    page, mine = opened(ops, acme)
    assert ops.post(page, mine).status_code == 302


def test_a_setting_is_guarded_as_well(ops):
    plan = Plan.objects.create(key="growth", name="Growth")
    page, mine = opened(ops, plan)
    Plan.objects.update(first_value_days=9)
    answer = ops.post(page, mine | {"name": "Growth plan"})
    assert "Meanwhile changed to “9”, which is kept." in answer.content.decode()


def test_every_change_form_of_the_admin_that_imports_write_to_is_guarded():
    assert isinstance(admin.site._registry[Account], TrackedAdmin)
