"""Whatever is asked for in an address: lists of the API answer or refuse it, and never fail."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.bulk import make_key

pytestmark = pytest.mark.django_db
LISTS = (
    "api_surveys", "api_survey_answers", "api_survey_invitations", "api_health",
    "api_health_movers", "api_crossings", "api_scorecards", "api_plays", "api_tasks",
)  # fmt: skip
NAMES = (
    "account", "after", "at_risk", "band", "days", "direction", "fields", "from", "group", "kind",
    "reason", "scorecard", "since", "state", "subject", "survey", "to", "until", "version",
)  # fmt: skip
VALUES = (
    "0", "-1", "00891", "1e9", "9" * 30, "1" * 5_000, "x", "%00", "%C2%B2", "0001-01-01",
    "9999-12-31", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2025-02-30T00:00:00Z",
)  # fmt: skip


@pytest.mark.parametrize("route", LISTS)
def test_no_question_ends_in_an_error_of_ours(route):
    token = make_key("surveys:read", "health:read", "work:read")
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})
    said = {
        (name, value[:20]): client.get(f"{reverse(route)}?{name}={value}").status_code
        for name in NAMES
        for value in VALUES
    }
    assert {key: status for key, status in said.items() if status not in (200, 400)} == {}
