"""An account with others below it: their scores together, weighted by ARR, and who is lowest."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Account, CurrencyRate, Installation
from health.models import CurrentHealth
from tests.page_house import POOR, judge, show_present, sign_in


def below(parent, number, *, score, arr, currency="USD", owner=None, status="active"):
    account = Account.objects.create(
        external_id=f"part-{number}", name=f"Part {number}", parent=parent, arr_minor=arr,
        currency=currency, owner=owner or parent.owner, status=status,
    )  # fmt: skip
    return account if score is None else scored(account, score)


def scored(account, score):
    template = CurrentHealth.objects.first()
    CurrentHealth.objects.update_or_create(
        account=account,
        defaults={
            "day": template.day, "scorecard": template.scorecard, "score": Decimal(score),
            "band": "watch", "effective_band": "watch", "confidence": 100,
            "components": template.components,
            "component_bands": [], "spark": template.spark, "computed_at": template.computed_at,
        },
    )  # fmt: skip
    return account


@pytest.fixture
def parent(house, card):
    account = house.accounts["own"]
    show_present(judge(account, card, raw=POOR))
    Account.objects.filter(pk=account.pk).update(arr_minor=10_000_00, currency="USD")
    account.refresh_from_db()
    return scored(account, "40.00")


@pytest.fixture
def ask(client, house):
    sign_in(client, house.people["csm"])

    def read(account, route="account_group", query=""):
        return client.get(reverse(route, args=[account.external_id]) + query)

    return read


def test_the_score_of_the_group_is_weighted_by_arr_at_any_depth(ask, parent):
    child = below(parent, 1, score="80.00", arr=20_000_00)
    below(child, 2, score="65.55", arr=5_000_00)
    below(child, 3, score=None, arr=7_000_00)
    below(parent, 4, score="1.00", arr=9_000_00, status="churned")
    group = ask(parent, "account").context["group"]
    # (40 × 10 + 80 × 20 + 65.55 × 5) ÷ 35 = 66.5071…; who has no score weighs nothing.
    assert group.score == Decimal("66.51")
    assert (group.customers, group.scored, group.unscored) == (4, 3, 1)
    assert group.arr == 42_000_00
    assert group.worst == parent
    # Who stands in the middle is the top of what is below it.
    assert ask(child, "account").context["group"].score == Decimal("77.11")
    assert ask(child, "account").context["head"].parent == parent


def test_arr_of_other_currencies_counts_by_its_worth(ask, parent):
    CurrencyRate.objects.create(
        base="USD", currency="EUR", valid_from=Installation.current().today(), rate=2
    )
    below(parent, 1, score="80.00", arr=5_000_00, currency="EUR")
    below(parent, 2, score="20.00", arr=5_000_00, currency="CHF")
    group = ask(parent, "account").context["group"]
    assert (group.score, group.arr, group.without_rate) == (Decimal("60.00"), 20_000_00, 1)
    assert group.worst.external_id == "part-2"


def test_where_nobody_pays_all_weigh_the_same(ask, parent):
    Account.objects.filter(pk=parent.pk).update(arr_minor=0)
    below(parent, 1, score="70.01", arr=0)
    assert ask(parent, "account").context["group"].score == Decimal("55.01")


def test_who_may_not_see_a_part_sees_neither_it_nor_what_it_does_to_the_score(ask, parent, house):
    Installation.objects.update(visibility="own")
    theirs = house.accounts["other"].owner
    hidden = below(parent, 1, score="10.00", arr=90_000_00, owner=theirs)
    assert ask(parent, "account").context["group"] is None
    below(parent, 2, score="80.00", arr=10_000_00)
    page = ask(parent)
    assert page.context["group"].score == Decimal("60.00")
    assert hidden.name not in page.content.decode()
    Account.objects.filter(pk=parent.pk).update(parent=hidden)
    assert hidden.name not in ask(parent, "account").content.decode()


def test_an_account_alone_has_no_group_and_loops_end(ask, parent):
    assert "group-title" not in ask(parent, "account").content.decode()
    page = ask(parent)
    assert page.status_code == 200
    child = below(parent, 1, score="80.00", arr=1)
    Account.objects.filter(pk=parent.pk).update(parent=child)
    assert ask(parent, "account").context["group"].customers == 2


def test_the_list_has_the_lowest_first_page_by_page_in_a_fixed_number_of_questions(
    ask, parent, django_assert_max_num_queries
):
    for number in range(60):
        below(parent, number, score=f"{30 + number / 2}", arr=1_000_00)
    below(parent, 99, score=None, arr=1_000_00)
    with django_assert_max_num_queries(20):
        first = ask(parent)
    rows = [row.external_id for row in first.context["rows"]]
    assert (rows[0], len(rows)) == ("part-0", 50)
    second = ask(parent, query="?page=2")
    assert second.context["rows"][-1].external_id == "part-99"
    assert len(second.context["rows"]) == 12
