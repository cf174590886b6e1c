"""Today: one ordered queue, the book in figures, what moved since yesterday."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import (
    Account,
    BusinessEvent,
    CurrencyRate,
    Interaction,
    RevenueMovement,
)
from cs_platform.pages.today import queries as today_queries
from cs_platform.pages.today import views as page
from health.models import ThresholdCrossing
from health.queries.band_looks import band_looks
from tests.page_house import (
    DAY,
    GOOD,
    NOW,
    POOR,
    add_task,
    judge,
    open_play,
    remove_accounts,
    show_present,
    sign_in,
)


def make_account(owner, name, **fields):
    return Account.objects.create(
        external_id=f"x-{name}", name=name, owner=owner, **{"arr_minor": 1_000_00, **fields}
    )


def queue(client):
    return client.get(reverse("today")).context["items"]


def test_today_orders_risk_before_late_before_due_before_renewal_before_promise(
    client, csm, house, card
):
    troubled = make_account(csm, "Troubled")
    show_present(judge(troubled, card, raw=POOR))
    open_play(troubled, csm)
    alone = make_account(csm, "Alone")
    show_present(judge(alone, card, raw=POOR))
    late = make_account(csm, "Late")
    add_task(late, csm, title="Late", due=NOW - timedelta(days=2))
    due = make_account(csm, "Due")
    add_task(due, csm, title="Due", due=NOW)
    make_account(csm, "Renewing", renews_on=DAY + timedelta(days=9))
    promised = make_account(csm, "Promised")
    Interaction.objects.create(
        account=promised,
        external_id="i-1",
        kind_id="call",
        occurred_at=NOW - timedelta(days=10),
        next_step="Send the plan",
    )
    assert [item.account for item in queue(client)] == [
        "Troubled",
        "Alone",
        "Late",
        "Due",
        "Renewing",
        "Promised",
    ]


def test_today_puts_what_is_worth_more_first_within_an_urgency(client, csm, card):
    for name, arr in (("Small", 1_000_00), ("Large", 9_000_00), ("Middle", 5_000_00)):
        show_present(judge(make_account(csm, name, arr_minor=arr), card, raw=POOR))
    assert [item.account for item in queue(client)] == ["Large", "Middle", "Small"]


def test_today_says_why_for_every_item(client, csm, card):
    account = make_account(csm, "Alone")
    stored = judge(account, card, raw=POOR)
    show_present(stored)
    assert [item.why for item in queue(client)] == [
        f"Intervene at {int(stored.score)}, and no task is open."
    ]


def test_today_leads_to_an_account_once_for_its_most_pressing_reason(client, csm, card):
    account = make_account(csm, "Alone", renews_on=DAY + timedelta(days=3))
    show_present(judge(account, card, raw=POOR))
    Interaction.objects.create(
        account=account,
        external_id="i-1",
        kind_id="call",
        occurred_at=NOW - timedelta(days=10),
        next_step="Send the plan",
    )
    assert [item.title for item in queue(client)] == ["Plan the next step"]


def test_today_leaves_out_the_tasks_and_accounts_of_others(client, csm, house, card):
    mate = house.accounts["team"]
    show_present(judge(mate, card, raw=POOR))
    add_task(mate, mate.owner, title="Theirs")
    assert queue(client) == []


def test_today_leaves_out_what_is_snoozed_or_far_away(client, csm, house):
    task = add_task(house.accounts["own"], csm, title="Asleep")
    type(task).objects.update(state="snoozed", snoozed_until=NOW + timedelta(days=1))
    add_task(house.accounts["own"], csm, title="Far", due=NOW + timedelta(days=9))
    assert queue(client) == []


def test_today_sums_the_book_in_one_currency(client, csm, house, card):
    CurrencyRate.objects.create(currency="EUR", base="USD", valid_from=DAY, rate=Decimal("1.10"))
    show_present(judge(make_account(csm, "Dollars", arr_minor=50_000_00), card, raw=GOOD))
    poor = make_account(csm, "Euros", arr_minor=10_000_00, currency="EUR")
    show_present(judge(poor, card, raw=POOR))
    soon = {"renews_on": DAY + timedelta(days=90), "renews_arr_minor": 500_00}
    make_account(csm, "Soon", arr_minor=2_000_00, **soon)
    make_account(csm, "Later", arr_minor=7_00, renews_on=DAY + timedelta(days=91))
    summary = client.get(reverse("today")).context["summary"]
    assert (summary.accounts, summary.arr_minor) == (5, 50_000_00 + 11_000_00 + 2_000_00 + 7_00)
    assert (summary.at_risk, summary.at_risk_arr_minor) == (1, 11_000_00)
    assert (summary.renewals, summary.renewals_arr_minor) == (1, 500_00)
    assert summary.by_band == (
        ("healthy", 1, 50_000_00),
        ("watch", 0, 0),
        ("intervene", 1, 11_000_00),
        ("unscored", 3, 2_000_00 + 7_00),
    )


def test_a_book_without_scores_is_not_said_to_be_without_risk(client, csm, house, card):
    make_account(csm, "Unjudged", arr_minor=50_000_00)
    page = client.get(reverse("today"))
    assert page.context["summary"].scored == 0
    assert "Not known: no account has a score." in page.content.decode()
    show_present(judge(make_account(csm, "Judged", arr_minor=1_00), card, raw=GOOD))
    page = client.get(reverse("today"))
    assert page.context["summary"].scored == 1
    assert "Not known: no account has a score." not in page.content.decode()


def test_today_tells_what_moved_since_yesterday(client, csm, house, card):
    account = house.accounts["own"]
    for days, seq in ((0, 1), (5, 2)):
        ThresholdCrossing.objects.create(
            account=account,
            day=DAY - timedelta(days=days),
            subject="score",
            seq=seq,
            kind="band",
            cause="moved",
            direction="down",
            from_band="watch",
            to_band="intervene",
            score_before=Decimal("52.10"),
            score_after=Decimal("48.90"),
            scorecard_id=card.id,
            created_at=NOW,
        )
    BusinessEvent.objects.create(
        account=account,
        external_id="e-1",
        kind_id="champion_left",
        occurred_on=DAY,
        learned_at=NOW,
    )
    RevenueMovement.objects.create(
        account=account,
        effective_on=DAY,
        kind="expansion",
        amount_minor=120_000_00,
        currency="USD",
        recorded_at=NOW,
        source_id="direct",
        external_id="m-1",
    )
    moves = client.get(reverse("today")).context["moves"]
    assert [(move.words, move.note) for move in moves] == [
        ("Watch to intervene", "52 to 48"),
        ("Champion left", ""),
        ("Expansion +$120k ARR", ""),
    ]


@pytest.mark.parametrize(
    ("movements", "shown"),
    [
        # (kind, amount, effective days ago)
        ([("expansion", 5_000_00, 0), ("contraction", -2_000_00, 0)], ["Expansion +$3k ARR"]),
        ([("new", 5_000_00, 0), ("expansion", 1_000_00, 0)], ["New +$6k ARR"]),
        ([("contraction", -1_000_00, 0), ("churn", -4_000_00, 0)], ["Churn −$5k ARR"]),
        ([("expansion", 1_000_00, 0), ("contraction", -1_000_00, 0)], []),
        ([("expansion", 1_000_00, 32)], []),
        ([("expansion", 1_000_00, 31)], ["Expansion +$1k ARR"]),
    ],
)
def test_the_movements_of_an_account_are_one_sum_without_imported_history(
    client, house, csm, movements, shown
):
    for number, (kind, amount, days) in enumerate(movements):
        RevenueMovement.objects.create(
            account=house.accounts["own"],
            effective_on=DAY - timedelta(days=days + 1),
            kind=kind,
            amount_minor=amount,
            currency="USD",
            recorded_at=NOW,
            source_id="direct",
            external_id=f"m-{number}",
        )
    moves = client.get(reverse("today")).context["moves"]
    assert [move.words for move in moves] == shown


def test_today_of_a_manager_is_about_their_teams(client, house, card):
    for place in ("own", "team", "other"):
        show_present(judge(house.accounts[place], card, raw=POOR))
    sign_in(client, house.people["manager"])
    assert {item.account for item in queue(client)} == {"secret-own", "secret-team"}


def test_today_of_cs_ops_holds_the_tasks_nobody_owns(client, house):
    add_task(house.accounts["other"], None, title="Unowned")
    sign_in(client, house.people["ops"])
    assert [item.title for item in queue(client)] == ["Unowned"]


def test_today_is_not_for_executives(client, house):
    sign_in(client, house.people["executive"])
    response = client.get(reverse("today"))
    assert response.status_code == 403
    assert "Your role does not open this page" in response.content.decode()


def test_today_with_nothing_to_do_says_so(client, csm):
    assert "Nothing is waiting for you" in client.get(reverse("today")).content.decode()


def test_today_without_accounts_leads_on(client, house):
    remove_accounts()
    sign_in(client, house.people["csm"])
    assert "No account is yours yet" in client.get(reverse("today")).content.decode()


def test_today_is_read_only(client, csm):
    assert client.post(reverse("today")).status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_today_asks_a_fixed_number_of_questions(client, csm, card, rows, django_assert_num_queries):
    for number in range(rows):
        account = make_account(csm, f"Poor-{number}")
        show_present(judge(account, card, raw=POOR))
        add_task(make_account(csm, f"Late-{number}"), csm, title="Call")
        make_account(csm, f"Soon-{number}", renews_on=DAY + timedelta(days=5))
    band_looks()  # read once a publication: by whichever request comes first
    with django_assert_num_queries(18):  # three of them for accounts without a score
        client.get(reverse("today"))


def test_today_shows_what_one_can_do_in_a_day_and_says_how_much_more_there_is(client, csm):
    for number in range(page.SHOWN_AT_MOST + 2):
        add_task(make_account(csm, f"A-{number}"), csm, title="Call")
    html = client.get(reverse("today")).content.decode()
    assert html.count("data-row ") + html.count("data-row>") == page.SHOWN_AT_MOST
    assert "32 things to do" in html
    assert "2 more wait, and move up" in html


def test_today_adds_up_foreign_money_as_python_does(client, csm, card):
    CurrencyRate.objects.create(base="USD", currency="EUR", rate=Decimal("1.5"), valid_from=DAY)
    for number, arr in enumerate((1, 3, 5, 7)):  # exact halves: 1.5, 4.5, 7.5, 10.5
        account = make_account(csm, f"E-{number}", arr_minor=arr, currency="EUR")
        show_present(judge(account, card, raw=POOR))
    summary = client.get(reverse("today")).context["summary"]
    assert summary.at_risk_arr_minor == 2 + 4 + 8 + 10
    assert summary.at_risk == 4


def test_a_manager_reads_whose_account_it_is(client, house, card):
    show_present(judge(house.accounts["own"], card, raw=POOR))
    sign_in(client, house.people["manager"])
    (item,) = (item for item in queue(client) if item.external_id == "acc-own")
    assert (item.title, item.owner) == ("Plan the next step", "csm")


def test_today_counts_what_is_late_beyond_what_it_reads(client, csm, monkeypatch):
    monkeypatch.setattr(today_queries, "READ_AT_MOST", 2)
    for number in range(3):
        add_task(make_account(csm, f"L-{number}"), csm, title="Call", due=NOW - timedelta(days=1))
    answer = client.get(reverse("today"))
    assert answer.context["queue"].overdue == 3
    assert "more than 2 things to do" in answer.content.decode()


def test_today_of_a_manager_adds_up_and_orders_what_their_teams_have(client, house, card):
    """In USD: 8, 9, nothing (GBP has no rate), 26 and 21; the last one is well. All but one of
    each renews."""
    csm = house.people["csm"]
    CurrencyRate.objects.create(base="USD", currency="EUR", rate=Decimal("1.5"), valid_from=DAY)
    for number, currency in enumerate(("EUR", "USD", "GBP", "EUR", "USD")):
        account = make_account(
            csm,
            f"Poor-{number}",
            arr_minor=5 + 4 * number,
            currency=currency,
            renews_on=DAY + timedelta(days=20 * number),
            renews_arr_minor=4 + 4 * number,
        )
        show_present(judge(account, card, raw=GOOD if number == 4 else POOR))
        Interaction.objects.create(
            account=make_account(csm, f"Promised-{number}"),
            external_id=f"i-{number}",
            kind_id="call",
            occurred_at=NOW - timedelta(days=10 + number),
            next_step="Send the plan",
        )
    add_task(Account.objects.get(name="Poor-1"), csm, title="Call", due=NOW + timedelta(days=9))
    sign_in(client, house.people["manager"])

    context = client.get(reverse("today")).context

    items = [(item.title, item.account, item.owner) for item in context["items"]]
    assert items[:4] == [
        ("Plan the next step", "Poor-3", "csm"),
        ("Plan the next step", "Poor-0", "csm"),
        ("Plan the next step", "Poor-2", "csm"),
        ("Check the renewal", "Poor-1", "csm"),
    ]
    assert set(items[4:]) == {("Send the plan", f"Promised-{n}", "csm") for n in range(5)}
    summary = context["summary"]
    assert (summary.at_risk, summary.at_risk_arr_minor) == (4, 8 + 9 + 26)
    assert (summary.renewals, summary.renewals_arr_minor) == (5, 6 + 8 + 24 + 20)
    assert summary.gaps.currencies == ["GBP"]


def test_what_is_at_risk_is_not_known_before_anybody_has_a_score(client, csm, card):
    """No zero that reads as good news, and no word that nobody is at risk."""
    make_account(csm, "Unjudged")
    html = client.get(reverse("today")).content.decode()
    assert "Not known: no account has a score." in html
    assert "Who is at risk is not known" in " ".join(html.split())
    assert "no account at risk is without one" not in " ".join(html.split())
    show_present(judge(make_account(csm, "Well"), card, raw=GOOD))
    html = client.get(reverse("today")).content.decode()
    assert "Not known: no account has a score." not in html
    assert "no account at risk is without one" in " ".join(html.split())
