"""An account from six sides."""

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
    Interaction,
    Invoice,
    OutboxMessage,
    RevenueMovement,
    Ticket,
)
from health.models import BandOverride, CurrentHealth, ThresholdCrossing
from playbooks.models import Play
from playbooks.publishing import install_library as install_playbooks
from tests.cs_platform.pages.conftest import (
    DAY,
    GOOD,
    NOW,
    POOR,
    add_task,
    judge,
    open_play,
    show_present,
    sign_in,
)

TABS = ["account"] + [
    f"account_{tab}" for tab in ("health", "timeline", "people", "revenue", "tasks")
]


@pytest.fixture
def account(house):
    return house.accounts["own"]


@pytest.fixture
def csm(client, house):
    sign_in(client, house.people["csm"])
    return house.people["csm"]


def get(client, name, account, **query):
    return client.get(reverse(name, args=[account.external_id]), query)


def move(account, kind, amount, day, key):
    return RevenueMovement.objects.create(
        account=account,
        effective_on=day,
        kind=kind,
        amount_minor=amount,
        currency="USD",
        recorded_at=NOW,
        source="test",
        external_id=key,
    )


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_on_an_account_of_which_nothing_is_known(client, csm, account, tab):
    response = get(client, tab, account)
    html = response.content.decode()
    assert response.status_code == 200
    assert "secret-own" in html
    assert html.count('aria-current="page"') == 3  # rail, crumb, tab


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_asks_a_fixed_number_of_questions(client, csm, account, card, tab):
    show_present(judge(account, card, raw=GOOD))
    counts = []
    for start in (0, 1, 2):
        _one_of_everything(account, csm, key=str(start))
        counts.append(_questions(client, tab, account))
    assert counts[0] == counts[1] == counts[2]


def _questions(client, tab, account):
    with CaptureQueriesContext(connection) as asked:
        assert get(client, tab, account).status_code == 200
    return len(asked)


def _one_of_everything(account, owner, *, key):
    contact = Contact.objects.create(
        account=account, external_id=f"c-{key}", name=f"Person {key}", met_on=DAY
    )
    interaction = Interaction.objects.create(
        account=account, external_id=f"i-{key}", kind="call", occurred_at=NOW, host=owner
    )
    interaction.contacts.add(contact)
    Ticket.objects.create(account=account, external_id=f"t-{key}", category="defect", opened_at=NOW)
    BusinessEvent.objects.create(
        account=account, external_id=f"e-{key}", kind="incident", occurred_on=DAY, learned_at=NOW
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
    assert get(client, "account", house.accounts[place]).status_code == status


def test_an_account_out_of_reach_is_missed_like_one_that_does_not_exist(client, csm, house):
    other = get(client, "account", house.accounts["other"])
    missing = client.get(reverse("account", args=["acc-nobody"]))
    assert other.status_code == missing.status_code == 404
    assert b"secret-other" not in other.content


def test_anonymous_people_are_led_to_the_log_in_and_back(client, account):
    response = get(client, "account", account)
    assert response.headers["Location"] == f"/login/?next=/accounts/{account.external_id}/"


def test_head_shows_band_arr_renewal_owner_and_next_action(client, csm, account, card):
    account.arr_minor, account.renews_on = 64_000_00, DAY + timedelta(days=74)
    account.save()
    show_present(judge(account, card, raw=POOR), week_change=Decimal("-4.50"))
    add_task(account, csm, title="Later", due=NOW + timedelta(days=5))
    add_task(account, csm, title="Sooner", due=NOW + timedelta(days=1))
    html = get(client, "account_people", account).content.decode()
    for words in ("Intervene", "$64k", "in 74 days", "Sooner", "tomorrow"):
        assert words in html
    assert "Later" not in html


def test_overview_gives_the_tenure_and_the_components(client, csm, account, card):
    show_present(judge(account, card, raw=GOOD))
    response = get(client, "account", account)
    assert response.context["tenure"] == "1 year, 2 mo"
    assert [component.name for component in response.context["components"]] == [
        "Product engagement",
        "Support burden",
        "Commercial trajectory",
        "Relationship depth",
    ]


def test_health_explains_a_change_with_rows_that_add_up(client, csm, account, card):
    before = judge(account, card, raw=GOOD, day=DAY - timedelta(days=30))
    after = judge(account, card, raw=POOR)
    show_present(after)
    context = get(client, "account_health", account, since="30").context
    assert context["explanation"].change == after.score - before.score
    assert sum(row.points for row in context["moves"]) == after.score - before.score
    first = context["moves"][0]
    assert abs(first.points) == max(abs(row.points) for row in context["moves"])


def test_health_readings_and_what_gates_take_add_up_to_the_score(client, csm, account, card):
    stored = judge(account, card, raw={**GOOD, "core_features_used_30d": 0.0})
    show_present(stored)
    context = get(client, "account_health", account).context
    points = [m.points for c in context["components"] for m in c.measures]
    assert sum(points) + context["taken"] == stored.score
    assert context["taken"] < -1  # the gate costs more than roundings
    assert next(c.gates for c in context["components"]) == (
        "No core feature used in 30 days: at most 49",
    )


def test_health_names_what_is_missing_and_why(client, csm, account, card):
    stored = judge(account, card, raw={**GOOD, "champions": float("nan")})
    show_present(stored)
    response = get(client, "account_health", account)
    missing = response.context["missing"]
    assert [measure.name for measure in missing] == ["Champions"]
    assert missing[0].why_missing in response.content.decode()
    assert missing[0].points is None


def test_an_unscored_account_says_why_at_the_top(client, csm, account, card):
    missing = dict.fromkeys(list(GOOD)[1:], float("nan"))
    stored = judge(account, card, raw={**GOOD, **missing})
    show_present(stored)
    assert stored.score is None
    html = get(client, "account_health", account).content.decode()
    assert "Not scored:" in html
    assert "60% is needed" in html


def test_health_shows_raw_values_with_their_units(client, csm, account, card):
    show_present(judge(account, card, raw=GOOD))
    readings = {
        measure.key: measure.raw
        for component in get(client, "account_health", account).context["components"]
        for measure in component.measures
    }
    assert readings["login_frequency"] == "14 days a user"
    assert readings["users_active"] == "70% of seats"
    assert readings["usage_trend"] == "+10.0%"
    assert readings["days_since_executive"] == "60 days"


def test_health_chart_marks_crossings_and_news(client, csm, account, card):
    show_present(judge(account, card, raw=POOR))
    judge(account, card, raw=GOOD, day=DAY - timedelta(days=1))
    ThresholdCrossing.objects.create(
        account=account,
        day=DAY,
        subject="score",
        seq=1,
        kind="band",
        cause="moved",
        direction="down",
        from_band="healthy",
        to_band="intervene",
        scorecard_id=card.id,
        created_at=NOW,
    )
    BusinessEvent.objects.create(
        account=account,
        external_id="e-1",
        kind="champion_left",
        occurred_on=DAY - timedelta(days=1),
        learned_at=NOW,
    )
    rows = get(client, "account_health", account).context["history"].rows
    assert [row[2] for row in rows] == ["Healthy to intervene", "Champion left"]


def test_health_says_when_a_band_is_set_by_hand_and_keeps_the_computed_one(
    client, csm, account, card
):
    show_present(judge(account, card, raw=POOR))
    CurrentHealth.objects.update(effective_band="healthy")
    BandOverride.objects.create(
        account=account,
        band="healthy",
        reason="They told us on the phone.",
        starts_on=DAY,
        expires_on=DAY + timedelta(days=7),
        created_by=csm,
        created_at=NOW,
    )
    html = get(client, "account_health", account).content.decode()
    assert "They told us on the phone." in html
    assert "Band set by hand" in html
    assert "The computed band is Intervene" in html


@pytest.fixture
def override(client, account):
    address = reverse("account_override", args=[account.external_id])
    form = {"band": "healthy", "reason": "They told us.", "days": "7"}
    return lambda **changes: client.post(address, {**form, **changes}, follow=True)


def test_a_band_is_set_by_hand_with_a_reason_and_an_end(csm, account, card, override):
    show_present(judge(account, card, raw=POOR))
    html = override().content.decode()
    made = BandOverride.objects.get()
    assert (made.band, made.reason, made.created_by) == ("healthy", "They told us.", csm)
    assert made.expires_on == DAY + timedelta(days=7)
    assert "Set to Healthy until 21 Mar 2025" in html
    assert "The computed band is Intervene, and the score keeps running. Why: They told us." in html
    assert html.count("Band set by hand") == 1
    assert "Band set by hand" not in override(end="1").content.decode()
    made.refresh_from_db()
    assert made.ended_by == csm


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"reason": " "}, "Say why the computed band is wrong."),
        ({"days": "365"}, "not one of the available choices"),
        ({"band": "splendid"}, "Choose one of the bands"),
        ({"band": "intervene"}, "The computed band is Intervene already: choose another one."),
    ],
)
def test_an_override_that_makes_no_sense_says_what_to_change(
    csm, account, card, override, changes, problem
):
    show_present(judge(account, card, raw=POOR))
    assert problem in override(**changes).content.decode()
    assert not BandOverride.objects.exists()


def test_people_are_grouped_by_level_and_gaps_are_named(client, csm, account):
    chief = Contact.objects.create(
        account=account,
        external_id="c-1",
        name="Ada Quill",
        email="ada@acme.example",
        level="c_level",
        roles=["champion"],
        strength=5,
        met_on=DAY,
    )
    talk = Interaction.objects.create(
        account=account, external_id="i-1", kind="call", occurred_at=NOW - timedelta(days=4)
    )
    talk.contacts.add(chief)
    response = get(client, "account_people", account)
    html = response.content.decode()
    groups = {group.level: len(group.people) for group in response.context["groups"]}
    assert groups == {"c_level": 1, "vp": 0, "director": 0, "manager": 0, "user": 0}
    assert "4 days ago" in html
    assert html.count("We know nobody at this level.") == 4


@pytest.mark.parametrize(
    ("actor", "shown"), [("csm", "ada@acme.example"), ("executive", "a•••@acme.example")]
)
def test_executives_read_no_addresses_of_contacts(client, house, account, actor, shown):
    Contact.objects.create(
        account=account, external_id="c-1", name="Ada", email="ada@acme.example", met_on=DAY
    )
    sign_in(client, house.people[actor])
    html = get(client, "account_people", account).content.decode()
    assert shown in html
    assert ("ada@acme.example" in html) == (actor == "csm")


def test_revenue_ledger_ends_at_the_arr_and_shows_each_balance(client, csm, account):
    move(account, "new", 10_000_00, DAY - timedelta(days=400), "m-1")
    move(account, "expansion", 5_000_00, DAY - timedelta(days=200), "m-2")
    move(account, "contraction", -2_000_00, DAY - timedelta(days=10), "m-3")
    context = get(client, "account_revenue", account).context
    assert [(row.kind, row.balance_minor) for row in context["movements"]] == [
        ("contraction", 13_000_00),
        ("expansion", 15_000_00),
        ("new", 10_000_00),
    ]
    assert context["course"].chart.rows[0] == ("Mar 2025", "$13k")
    assert context["course"].chart.rows[-1] == ("Mar 2023", "$0")


def test_tasks_tab_shows_a_play_step_by_step(client, csm, account):
    open_play(account, csm)
    response = get(client, "account_tasks", account)
    play = response.context["plays"][0]
    assert [step.state for step in play.steps][:2] == ["open", "ahead"]
    assert (play.finished, play.is_open) == (0, True)
    first = response.context["rows"][0].task
    assert f"{reverse('task', args=[first.pk])}#complete" in response.content.decode()


def test_tasks_tab_of_a_colleagues_account_is_for_reading(client, csm, house):
    theirs = house.accounts["team"]
    task = add_task(theirs, theirs.owner, title="Theirs")
    html = get(client, "account_tasks", theirs).content.decode()
    assert "Theirs" in html
    assert f"{reverse('task', args=[task.pk])}#complete" not in html


def test_hostile_names_stay_words(client, csm, account):
    account.name = '<img src=x onerror="alert(1)">'
    account.save()
    for tab in TABS:
        assert "<img" not in get(client, tab, account).content.decode()


def start_play(client, account, **form):
    return client.post(reverse("account_play_start", args=[account.external_id]), form, follow=True)


def test_a_play_is_started_by_hand(client, csm, account):
    install_playbooks(now=NOW - timedelta(days=30))
    html = get(client, "account_tasks", account).content.decode()
    assert 'value="watch_to_intervene"' in html
    answer = start_play(client, account, playbook="watch_to_intervene").content.decode()
    assert "Its first tasks are below" in answer
    play = Play.objects.get(account=account)
    assert (play.playbook_key, play.state) == ("watch_to_intervene", "open")
    assert csm.name in play.why
    assert not OutboxMessage.objects.filter(user=csm, channel="in_app").exists()  # their own act
    assert 'value="watch_to_intervene"' not in answer  # it runs: not offered twice
    assert (
        "is running on"
        in start_play(client, account, playbook="watch_to_intervene").content.decode()
    )
    assert Play.objects.count() == 1


@pytest.mark.parametrize("playbook", ["nothing_like_it", "", "<b>"])
def test_a_play_that_there_is_not_is_not_started(client, csm, account, playbook):
    answer = start_play(client, account, playbook=playbook)
    assert answer.status_code == 200
    assert "toast-error" in answer.content.decode()
    assert not Play.objects.exists()


def test_who_only_reads_an_account_starts_no_play_on_it(client, csm, house):
    install_playbooks(now=NOW - timedelta(days=30))
    theirs = house.accounts["team"]
    assert "Start a play" not in get(client, "account_tasks", theirs).content.decode()
    assert start_play(client, theirs, playbook="at_risk").status_code == 403
