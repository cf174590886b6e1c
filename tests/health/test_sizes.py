"""Limits and employees are as of the day: imported, dated, and known by when."""

import pytest

from accounts.models import Account, AttributeHistory
from tests.accounts.loading import account as account_row
from tests.accounts.loading import load_raw
from tests.health import builders as make
from tests.health.builders import ago
from tests.health.reading import raw

pytestmark = pytest.mark.django_db
ways = pytest.mark.parametrize("way", ["facts", "block"])


@ways
def test_a_limit_is_that_of_the_day(way):
    account, feature = make.make_account(usage_limit=300), make.make_feature()
    make.use(account, feature, days_ago=range(0, 60), events=10)  # 300 in 30 days
    make.tell(account, "usage_limit", 600, days_ago=300, until_days_ago=20)
    make.tell(account, "usage_limit", 300, days_ago=20, learned_days_ago=10)

    def then(days_ago):
        return raw(account, "usage_against_limit", day=ago(days_ago), as_known=True, way=way)

    assert [then(21), then(10), then(0)] == [0.5, 1, 1]
    # Learned ten days later: until then nobody knew of it.
    assert then(11) is None


def test_employees_and_limits_are_dated_when_they_are_imported():
    row = account_row() | {"employees": 200, "usage_limit": 1_000}
    load_raw("accounts", row)
    load_raw("accounts", account_row(external_id="other", domain="other.example", name="Other"))
    past = {"account": "acme", "as_of": "2024-01-31", "employees": 160, "usage_limit": 500}
    load_raw("account_history", past)
    acme = Account.objects.get(external_id="acme")

    assert (acme.employees, acme.usage_limit) == (200, 1_000)
    kept = AttributeHistory.objects.filter(attribute__in=["employees", "usage_limit"])
    told = kept.filter(superseded_at=None).order_by("attribute", "valid_from")
    assert list(told.values_list("attribute", "value")) == [
        ("employees", "160"),
        ("employees", "200"),
        ("usage_limit", "500"),
        ("usage_limit", "1000"),
    ]
    # Who tells none has no row.
    assert set(kept.values_list("account__external_id", flat=True)) == {"acme"}
