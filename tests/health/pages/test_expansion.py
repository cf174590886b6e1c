"""The weekly review of who is ready for more: whose accounts, in which list, made of what."""

from datetime import timedelta
from itertools import count

import pytest
from django.urls import reverse

from accounts.models import Account, AttributeHistory, BusinessEvent, Contract, User
from health.models import ReadinessLook
from health.pages.expansion.rows import PAGE_SIZE, PlaceInList
from health.queries.expansion_signs import expansion_signs
from health.queries.readiness import look_at_account
from tests.page_house import DAY, NOW, sign_in

SUNDAY = DAY - timedelta(days=5)
GROWN = [100] * 14 + [130] * 5
_numbers = count(1)


def looked(account, readiness="ready", *, day=SUNDAY, **values):
    told = {
        "weeks": GROWN,
        "weeks_known": 19,
        "conversations": 2,
        "stakeholders": 4,
        "functions": 2,
        "looks_above": 4,
        "met": 3,
        "is_early": False,
    }
    return ReadinessLook.objects.create(
        account=account, day=day, readiness=readiness, judged_at=NOW, **told | values
    )


def some_account(owner, **values):
    number = next(_numbers)
    return Account.objects.create(
        external_id=f"more-{number}", name=f"More {number}", owner=owner, **values
    )


def names(client, **query):
    context = client.get(reverse("expansion"), query).context
    return [row.account.name for row in context["rows"]]


def test_each_list_holds_its_accounts_and_the_largest_first(client, csm):
    small, large, quiet, silent, rising = (
        some_account(csm, arr_minor=arr) for arr in (100, 300, 200, 200, 50)
    )
    looked(small)
    looked(large)
    looked(quiet, "not_yet", met=1)
    looked(silent, "conversations_first", conversations=1, met=2, is_early=True)
    looked(rising, "not_yet", is_early=True, met=0)

    assert names(client) == [large.name, small.name]
    assert names(client, list="nearly") == [silent.name]
    assert names(client, list="early") == [rising.name]
    assert names(client, list="nothing") == [large.name, small.name]
    said = client.get(reverse("expansion"), {"list": "nearly"}).content.decode()
    assert "Conversations first: conversations: 1 of 2 in 90 days" in said
    assert "+26.8%" in said
    assert reverse("account_health", args=[silent.external_id]) + "#expansion" in said


def test_the_latest_look_counts_and_former_customers_are_left_out(client, csm):
    gone, back = some_account(csm, status="churned"), some_account(csm)
    looked(gone)
    looked(back, day=SUNDAY - timedelta(days=7))
    looked(back, "not_yet")
    assert names(client) == []


def test_a_csm_sees_their_own_first_and_all_they_may_on_request(client, csm, house):
    own, team, other = (house.accounts[name] for name in ("own", "team", "other"))
    for each in (own, team, other):
        looked(each)
    assert names(client) == [own.name]
    assert sorted(names(client, scope="all")) == sorted([own.name, team.name])


def test_it_says_that_nobody_has_looked_yet(client, csm):
    assert "Nobody has looked yet" in client.get(reverse("expansion")).content.decode()


def test_pages_go_on_where_the_one_before_ended(client, csm):
    many = [some_account(csm, arr_minor=100 + n // 3) for n in range(PAGE_SIZE + 7)]
    for each in many:
        looked(each)
    first = client.get(reverse("expansion"))
    second = client.get(first.context["next"])
    shown = [row.account.pk for page in (first, second) for row in page.context["rows"]]
    expected = sorted(many, key=lambda each: (-each.arr_minor, each.pk))
    assert shown == [each.pk for each in expected]
    assert second.context["next"] == ""
    past = client.get(reverse("expansion"), {"after": "-1_0"}).content.decode()
    assert "This page is past the end" in past


@pytest.mark.parametrize("text", ["", "7", "x_1", "1_x", "1_2_3", "9" * 30 + "_1", "²_1"])
def test_a_mistyped_place_shows_the_first_page(client, csm, text):
    looked(some_account(csm))
    assert PlaceInList.parse(text) is None
    assert len(names(client, after=text)) == 1


def test_a_page_of_many_asks_as_much_as_one_of_few(client, csm, django_assert_num_queries):
    client.get(reverse("expansion"))
    for _ in range(3):
        looked(some_account(csm))
    with django_assert_num_queries(QUERIES):
        client.get(reverse("expansion"))
    for _ in range(30):
        looked(some_account(csm))
    with django_assert_num_queries(QUERIES):
        client.get(reverse("expansion"))


QUERIES = 9


def test_other_signs_say_what_kind_of_more_and_who_leads(client, csm):
    account, other = some_account(csm), some_account(csm)
    for each in (account, other):
        looked(each)
    for kind, days in (("new_department", 5), ("usage_limit_80", 89), ("funding", 90)):
        BusinessEvent.objects.create(
            account=account, external_id=kind, kind_id=kind, learned_at=NOW,
            occurred_on=DAY - timedelta(days=days),
        )  # fmt: skip
    since = DAY - timedelta(days=20)
    for value, first, last in (("10", DAY - timedelta(days=400), since), ("12", since, None)):
        AttributeHistory.objects.create(
            account=account, attribute="seats", value=value, valid_from=first, valid_to=last,
            learned_at=NOW,
        )  # fmt: skip
    Contract.objects.create(
        account=account, external_id="c", starts_on=DAY - timedelta(days=355),
        ends_on=DAY + timedelta(days=400), arr_minor=1, currency="USD", learned_at=NOW,
    )  # fmt: skip

    found = expansion_signs(account_ids=[account.pk, other.pk], day=DAY)

    assert {pk: [(each.sign.value, each.kind, each.on) for each in signs]
            for pk, signs in found.items()} == {
        account.pk: [
            ("anniversary", "upsell", DAY + timedelta(days=10)),
            ("new_department", "cross_sell", DAY - timedelta(days=5)),
            ("seats_grew", "seats", since),
            ("limit_near", "usage", DAY - timedelta(days=89)),
        ]
    }  # fmt: skip
    rows = {row.account.pk: row for row in client.get(reverse("expansion")).context["rows"]}
    assert (rows[account.pk].lead, rows[other.pk].lead) == ("account_executive", "csm")


def test_the_page_of_the_account_opens_what_the_look_was_made_of(client, csm, account):
    page = reverse("account_health", args=[account.external_id])
    assert "Not looked at in these two weeks" in client.get(page).content.decode()
    looked(account, "stakeholders_first", stakeholders=3, functions=1, met=2)
    said = client.get(page).content.decode()
    assert "Missing: stakeholders: 3 of 4, 1 function." in said
    assert said.count(">130</td>") == 5
    line = client.get(reverse("account", args=[account.external_id])).content.decode()
    assert "Stakeholders first, 2 of 3" in line
    assert look_at_account(account_id=account.pk, today=SUNDAY + timedelta(days=15)) is None


def test_what_is_not_known_is_said(client, csm, account):
    looked(
        account, "unknown", weeks=[0] * 19, weeks_known=9, looks_above=None, conversations=None,
        stakeholders=None, functions=None, met=0,
    )  # fmt: skip
    said = client.get(reverse("account_health", args=[account.external_id])).content.decode()
    assert "growth: history too short: 9 of 16 weeks" in said
    assert "conversations: not known; stakeholders: not known" in said


def test_who_has_no_role_sees_nothing(client, db):
    stranger = User.objects.create_user("no@demo.example", name="No", role=None)
    sign_in(client, stranger)
    assert client.get(reverse("expansion")).status_code in (302, 403)
