"""Pages of the large company: its rows are made up, in the shape that the product writes."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, User
from tests.benchmarks.large_company import CSM
from tests.plans.database import NAME, connected, make


@pytest.fixture
def large_company(django_db_blocker):
    with django_db_blocker.unblock():
        make()
        with connected(NAME):
            yield


def test_the_health_tab_explains_a_score(large_company):
    account = Account.objects.filter(owner__email=CSM).earliest("pk")
    client = Client()
    client.force_login(
        User.objects.get(email=CSM), backend="django.contrib.auth.backends.ModelBackend"
    )
    page = client.get(reverse("account_health", args=[account.external_id]), secure=True)
    assert page.status_code == 200
    readings = [m.reading for c in page.context["components"] for m in c.measures]
    assert len(readings) == 14
    assert None not in readings
