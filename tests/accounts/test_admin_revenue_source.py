"""What another source of revenue does to ARR is said before it is saved."""

import pytest
from django.forms.models import model_to_dict
from django.urls import reverse

from accounts.catalogue import RevenueSource
from accounts.loading import source_changes
from accounts.loading.source_changes import effect_of_default
from accounts.models import Account, Installation, LedgerDue, User
from tests.accounts.loading import DAY, account, contract, load_raw, movement

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def acme():
    """336,000 by a contract; a movement of 100 that is held; an account that is an exception."""
    Installation.objects.update_or_create(pk=1, defaults={"name": "Demo", "as_of": DAY})
    load_raw("accounts", account(), account("other"))
    other = contract("c2", "2025-01-01", None, "5.00", account="other")
    load_raw("contracts", contract("c1", "2025-01-01", None, "336000.00"), other)
    load_raw("movements", movement("m1", "2025-02-01", "new", "100.00"))
    Account.objects.filter(external_id="other").update(
        revenue_source="contracts", revenue_source_reason="Their contracts are exact"
    )


@pytest.fixture
def save(client):
    User.objects.create_user("ops@demo.example", "a long password", name="Nia Ops", role="ops")
    client.post(reverse("login"), {"login": "ops@demo.example", "password": "a long password"})
    address = reverse("admin:accounts_installation_change", args=[1])

    def post(**changes):
        row = model_to_dict(Installation.objects.get())
        said = {name: "" if value is None else value for name, value in row.items()}
        return client.post(address, said | changes).content.decode()

    return post


def test_the_effect_is_in_words_both_ways():
    to_movements = "Of 1 accounts 1 movement would replace 1 derived ones: $336,000.00 → $100.00"
    assert effect_of_default(to=RevenueSource.MOVEMENTS, day=DAY) == to_movements
    back = "Of 1 accounts 1 derived movement would replace 1 given ones: $100.00 → $336,000.00"
    assert effect_of_default(to=RevenueSource.CONTRACTS, day=DAY) == back


def test_more_contracts_than_can_be_derived_are_said_to_be_so(monkeypatch):
    monkeypatch.setattr(source_changes, "EXACT_ACCOUNTS", 0)
    told = effect_of_default(to=RevenueSource.CONTRACTS, day=DAY)
    assert "1 given movements ($100.00) would be replaced" in told
    assert "too many to say" in told


def test_where_there_is_no_money_nothing_is_asked():
    Account.objects.update(revenue_source="contracts", revenue_source_reason="All of them")
    assert effect_of_default(to=RevenueSource.MOVEMENTS, day=DAY) == ""


def test_it_is_saved_only_when_the_effect_was_accepted(save):
    page = save(revenue_source="movements")
    assert "1 movement would replace 1 derived ones: $336,000.00 → $100.00" in page
    assert Installation.objects.get().revenue_source == "contracts"
    assert not LedgerDue.objects.exists()
    save(revenue_source="movements", accept_effect="on")
    assert Installation.objects.get().revenue_source == "movements"
    assert LedgerDue.objects.count() == 2


def test_other_settings_are_saved_without_it(save):
    save(overdue_grace_days="20")
    assert Installation.objects.get().overdue_grace_days == 20
