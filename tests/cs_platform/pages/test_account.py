"""An account from seven sides."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import (
    BusinessEvent,
    Contact,
    Contract,
    ContractLine,
    Function,
    Interaction,
    Invoice,
    Pool,
    RevenueMovement,
    TeamMember,
    Ticket,
)
from health.queries.band_looks import band_looks
from health.queries.publications import publications
from tests.page_house import (
    DAY,
    GOOD,
    NOW,
    POOR,
    add_task,
    judge,
    open_tab,
    show_present,
    sign_in,
)
from tests.surveys.answers import answer

TABS = ["account"] + [
    f"account_{tab}" for tab in ("health", "timeline", "people", "revenue", "surveys", "tasks")
]


def move(account, kind, amount, day, key):
    return RevenueMovement.objects.create(
        account=account,
        effective_on=day,
        kind=kind,
        amount_minor=amount,
        currency="USD",
        recorded_at=NOW,
        source_id="direct",
        external_id=key,
    )


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_on_an_account_of_which_nothing_is_known(client, csm, account, tab):
    response = open_tab(client, tab, account)
    html = response.content.decode()
    assert response.status_code == 200
    assert "secret-own" in html
    assert html.count('aria-current="page"') == 3  # rail, crumb, tab


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_asks_a_fixed_number_of_questions(client, csm, account, card, tab):
    show_present(judge(account, card, raw=GOOD))
    # Read once a publication: by whichever request comes first.
    band_looks()
    publications()
    counts = []
    for start in (0, 1, 2):
        _one_of_everything(account, csm, key=str(start))
        counts.append(_questions(client, tab, account))
    assert counts[0] == counts[1] == counts[2]


def _questions(client, tab, account):
    with CaptureQueriesContext(connection) as asked:
        assert open_tab(client, tab, account).status_code == 200
    return len(asked)


def _one_of_everything(account, owner, *, key):
    contact = Contact.objects.create(
        account=account, external_id=f"c-{key}", name=f"Person {key}", met_on=DAY
    )
    interaction = Interaction.objects.create(
        account=account, external_id=f"i-{key}", kind_id="call", occurred_at=NOW, host=owner
    )
    interaction.contacts.add(contact)
    answer(contact, 3, standing=-1, external_id=f"a-{key}")
    Ticket.objects.create(account=account, external_id=f"t-{key}", category="defect", opened_at=NOW)
    BusinessEvent.objects.create(
        account=account, external_id=f"e-{key}", kind_id="incident", occurred_on=DAY, learned_at=NOW
    )
    move(account, "expansion", 100, DAY, f"m-{key}")
    contract = Contract.objects.create(
        account=account,
        external_id=f"k-{key}",
        starts_on=DAY - timedelta(days=100),
        ends_on=DAY + timedelta(days=265),
        arr_minor=100,
        currency="USD",
        learned_at=NOW,
    )
    ContractLine.objects.create(contract=contract, product="Seats", arr_minor=100)
    Invoice.objects.create(
        account=account,
        external_id=f"b-{key}",
        issued_on=DAY,
        due_on=DAY,
        amount_minor=100,
        currency="USD",
    )
    add_task(account, owner, title=f"Call {key}")


@pytest.mark.parametrize(
    ("actor", "place", "status"),
    [
        ("csm", "own", 200),
        ("csm", "team", 200),
        ("csm", "other", 404),
        ("manager", "team", 200),
        ("manager", "other", 404),
        ("executive", "other", 200),
        ("ops", "other", 200),
    ],
)
def test_who_opens_which_account(client, house, actor, place, status):
    sign_in(client, house.people[actor])
    assert open_tab(client, "account", house.accounts[place]).status_code == status


def test_an_account_out_of_reach_is_missed_like_one_that_does_not_exist(client, csm, house):
    other = open_tab(client, "account", house.accounts["other"])
    missing = client.get(reverse("account", args=["acc-nobody"]))
    assert other.status_code == missing.status_code == 404
    assert b"secret-other" not in other.content


def test_anonymous_people_are_led_to_the_log_in_and_back(client, account):
    response = open_tab(client, "account", account)
    assert response.headers["Location"] == f"/login/?next=/accounts/{account.external_id}/"


def test_head_shows_band_arr_renewal_owner_and_next_action(client, csm, account, card):
    account.arr_minor, account.renews_on = 64_000_00, DAY + timedelta(days=74)
    account.save()
    show_present(judge(account, card, raw=POOR), week_change=Decimal("-4.50"))
    add_task(account, csm, title="Later", due=NOW + timedelta(days=5))
    add_task(account, csm, title="Sooner", due=NOW + timedelta(days=1))
    html = open_tab(client, "account_people", account).content.decode()
    for words in ("Intervene", "$64k", "in 74 days", "Sooner", "tomorrow"):
        assert words in html
    assert "Later" not in html


def test_overview_gives_the_tenure_and_the_components(client, csm, account, card):
    show_present(judge(account, card, raw=GOOD))
    response = open_tab(client, "account", account)
    assert response.context["tenure"] == "1 year, 2 mo"
    assert [component.name for component in response.context["components"]] == [
        "Product engagement",
        "Support burden",
        "Commercial trajectory",
        "Relationship depth",
    ]


def test_people_are_grouped_by_level_and_gaps_are_named(client, csm, account):
    chief = Contact.objects.create(
        account=account,
        external_id="c-1",
        name="Ada Quill",
        email="ada@acme.example",
        level="c_level",
        roles=["champion"],
        language="pt-BR",
        strength=5,
        met_on=DAY,
    )
    talk = Interaction.objects.create(
        account=account, external_id="i-1", kind_id="call", occurred_at=NOW - timedelta(days=4)
    )
    talk.contacts.add(chief)
    response = open_tab(client, "account_people", account)
    html = response.content.decode()
    groups = {group.level: len(group.people) for group in response.context["groups"]}
    assert groups == {"c_level": 1, "vp": 0, "director": 0, "manager": 0, "user": 0}
    assert "4 days ago" in html
    assert "Speaks Portuguese (BR)" in html
    assert html.count("We know nobody at this level.") == 4


@pytest.mark.parametrize(
    ("actor", "shown"), [("csm", "ada@acme.example"), ("executive", "a•••@acme.example")]
)
def test_executives_read_no_addresses_of_contacts(client, house, account, actor, shown):
    Contact.objects.create(
        account=account, external_id="c-1", name="Ada", email="ada@acme.example", met_on=DAY
    )
    sign_in(client, house.people[actor])
    html = open_tab(client, "account_people", account).content.decode()
    assert shown in html
    assert ("ada@acme.example" in html) == (actor == "csm")


def test_an_executive_on_the_team_reads_the_addresses(client, house, account):
    Contact.objects.create(
        account=account, external_id="c-1", name="Ada", email="ada@acme.example", met_on=DAY
    )
    TeamMember.objects.create(
        account=account,
        person=house.people["executive"],
        function=Function.objects.get(key="executive_sponsor"),
        since=DAY - timedelta(days=30),
    )
    sign_in(client, house.people["executive"])

    assert "ada@acme.example" in open_tab(client, "account_people", account).content.decode()


def test_the_team_is_shown_with_its_gaps_and_where_their_work_goes(client, csm, account):
    Pool.objects.create(name="Legal desk").functions.add(Function.objects.get(key="legal"))
    TeamMember.objects.create(
        account=account,
        person=csm,
        function=Function.objects.get(key="renewals_manager"),
        since=DAY - timedelta(days=30),
    )

    response = open_tab(client, "account_people", account)

    team = {row.function: (row.person, row.falls_to) for row in response.context["team"]}
    assert team["CSM"][0] == account.owner
    assert team["Renewals manager"] == (csm, "")
    assert team["Legal"] == (None, "the pool “Legal desk”")
    assert team["Finance"] == (None, "the queue of CS ops")
    assert "Nobody: goes to the queue of CS ops." in response.content.decode()


def test_revenue_ledger_ends_at_the_arr_and_shows_each_balance(client, csm, account):
    move(account, "new", 10_000_00, DAY - timedelta(days=400), "m-1")
    move(account, "expansion", 5_000_00, DAY - timedelta(days=200), "m-2")
    move(account, "contraction", -2_000_00, DAY - timedelta(days=10), "m-3")
    context = open_tab(client, "account_revenue", account).context
    assert [(row.kind, row.balance_minor) for row in context["movements"]] == [
        ("contraction", 13_000_00),
        ("expansion", 15_000_00),
        ("new", 10_000_00),
    ]
    assert context["course"].chart.rows[0] == ("Mar 2025", "$13k")
    assert context["course"].chart.rows[-1] == ("Mar 2023", "$0")


def test_hostile_names_stay_words(client, csm, account):
    account.name = '<img src=x onerror="alert(1)">'
    account.save()
    for tab in TABS:
        assert "<img" not in open_tab(client, tab, account).content.decode()
