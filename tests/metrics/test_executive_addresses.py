"""What an address asks for and cannot have is said, never passed over."""

import pytest

from tests.metrics.pages import get, text_of
from tests.metrics.world import CLOSED


@pytest.mark.parametrize(
    ("route", "query", "says"),
    [
        ("executive_renewals", "state=zz", "“zz” is no state of a renewal. Shown are all."),
        ("executive", "by=zz", "“zz” is no way to group. Shown is by segment."),
        ("executive", "method=zz", "“zz” is no method. Shown is by account."),
    ],
)
def test_a_choice_that_does_not_exist_is_named(client, people, world, route, query, says):
    assert says in text_of(get(client, people["eva"], route, f"?as_of={CLOSED}&{query}"))


def test_a_band_that_does_not_exist_is_no_page(client, people, world):
    for query, status in [("band=zz", 404), ("band=zz&format=csv", 404), ("band=healthy", 200)]:
        answer = get(client, people["eva"], "executive_health", f"?as_of={CLOSED}&{query}")
        assert answer.status_code == status, query
    unscored = get(client, people["eva"], "executive_health", "?band=unscored&as_of=2024-01-31")
    assert unscored.status_code == 200


@pytest.mark.parametrize(
    ("route", "query"),
    [
        ("executive_accounts", "figure=end"),
        ("executive_movements", "figure=end"),
        ("executive_health", "at_risk=1"),
        ("executive_renewals", "state=lost"),
        ("executive_changes", "change=fell"),
    ],
)
def test_a_page_past_the_end_leads_to_the_first(client, people, world, route, query):
    page = get(client, people["eva"], route, f"?as_of={CLOSED}&{query}&page=99")
    assert "This page is past the end" in text_of(page)
    assert "It is zero in this window" not in text_of(page)
    first = f"?as_of={CLOSED}&{query}".replace("&", "&amp;")
    assert f'<a class="button" href="{first}">To the first page</a>' in page.content.decode()
