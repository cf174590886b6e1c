"""A cut by an attribute that was not known yet says from when on it is, never what came later."""

from datetime import date

import pytest

from accounts.models import AttributeHistory, Plan
from metrics.definitions import Rate
from metrics.facts.attributes import Cut
from metrics.queries.ledger_report import Filter, Question, retention
from metrics.retention.windows import Window
from metrics.snapshots import take_snapshots
from tests.metrics.conftest import at
from tests.metrics.pages import TODAY, get, names_in, text_of

# Twelve months to the last month-end before 15 June 2025.
YEAR = Window(date(2024, 5, 31), date(2025, 5, 31))


@pytest.fixture
def plans(book, company):
    """Ada's plan is known from November on, Bly's from before the year, Cy's not at all."""
    ada, bly = book
    pro = Plan.objects.create(key="pro", name="Pro")
    for account, since in ((ada, date(2024, 11, 1)), (bly, date(2023, 2, 1))):
        AttributeHistory.objects.create(
            account=account, attribute="plan", value=str(pro.pk), valid_from=since,
            learned_at=at(since),
        )  # fmt: skip
    cy = company.account("Cy", segment="smb")
    company.post(cy, date(2024, 1, 1), "new", 1_000_00)
    return str(pro.pk)


def by_plan(user, *filters):
    question = Question(window=YEAR, base="USD", by=Cut.PLAN, filters=filters)
    return {g.value: g.retention for g in retention(question=question, user=user).groups}


def test_a_later_value_is_no_value_of_the_start(plans, people):
    groups = by_plan(people["eva"])
    # Ada 40,000 → 44,000; Bly 10,000 → 7,500; Cy stays at 1,000.
    assert {value: kept.bridge.start for value, kept in groups.items()} == {
        "?": 40_000_00, plans: 10_000_00, "": 1_000_00,
    }  # fmt: skip
    assert float(groups["?"].rate(Rate.NRR)) == 1.1
    alone = by_plan(people["eva"], Filter(Cut.PLAN, "?"))
    assert {value: kept.logos.start for value, kept in alone.items()} == {"?": 1}


def test_who_came_after_the_start_is_cut_by_the_first_value(plans, people, company):
    dee = company.account("Dee", segment="smb")
    company.post(dee, date(2025, 2, 1), "new", 500_00)
    AttributeHistory.objects.create(
        account=dee, attribute="plan", value=plans, valid_from=date(2025, 3, 1),
        learned_at=at(date(2025, 3, 1)),
    )  # fmt: skip
    assert by_plan(people["eva"])[plans].bridge.new == 500_00


def test_the_page_the_list_and_their_files_say_from_when_it_is_known(plans, people, client):
    eva = people["eva"]
    words = "Unknown before 1 Nov 2024"
    assert words in text_of(get(client, eva, "executive", "?by=plan"))
    files = get(client, eva, "executive", "?by=plan&format=csv")
    assert f"By Plan,{words},ARR at start,40000.00,USD" in b"".join(files).decode()
    listed = get(client, eva, "executive_accounts", "?figure=start&by=plan&group=%3F")
    assert names_in(listed) == ["Ada"]
    assert words in text_of(listed)
    file = get(client, eva, "executive_accounts", "?figure=start&by=plan&group=%3F&format=csv")
    assert words in b"".join(file).decode()


def test_stored_months_say_so_as_well(book, people, client):
    AttributeHistory.objects.filter(account=book[0], attribute="segment").update(
        valid_from=date(2024, 11, 1)
    )
    take_snapshots(day=TODAY)
    assert "Unknown before 1 Nov 2024" in text_of(get(client, people["eva"], "executive"))
