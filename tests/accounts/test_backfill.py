"""History of another system: known since a day of its own, and when it came here is kept too."""

from datetime import UTC, date, datetime

import pytest

from accounts.intake.backfill import BACKFILLED
from accounts.intake.specs import SPECS, Kind
from accounts.models import (
    ActiveUsersDay,
    Attendance,
    AttributeHistory,
    BusinessEvent,
    Contact,
    Contract,
    CsmSentiment,
    GroupSession,
    Interaction,
    Invoice,
    OnboardingStep,
    RevenueMovement,
    SessionDay,
    TeamMember,
    Ticket,
    UsageDay,
    User,
    UserMonth,
)
from surveys.models import Response
from tests.accounts.loading import NOW, account, contract, load_raw, movement, problems, statuses

pytestmark = pytest.mark.django_db
OWN = {"external_id": "x1", "account": "acme"}
# Of each kind: a record, its model, its moment of learning, and its own day.
FACTS = {
    "contacts": (
        OWN | {"name": "Kim", "met_on": "2024-02-03"}, Contact, "learned_at", "2024-02-03",
    ),
    "contracts": (
        contract("x1", "2024-02-03", "2026-02-03", "1200.00"), Contract, "learned_at", "2024-02-03",
    ),
    "movements": (
        movement("x1", "2024-02-03", "new", "1200.00"), RevenueMovement, "recorded_at",
        "2024-02-03",
    ),
    "invoices": (
        OWN | {"issued_on": "2024-02-03", "due_on": "2024-03-01", "amount": "5.00",
               "currency": "USD", "state": "open"},
        Invoice, "learned_at", "2024-02-03",
    ),
    "tickets": (
        OWN | {"opened_at": "2024-02-03T08:00:00Z", "category": "defect"},
        Ticket, "learned_at", "2024-02-03",
    ),
    "interactions": (
        OWN | {"occurred_at": "2024-02-03T08:00:00Z", "kind": "call"},
        Interaction, "learned_at", "2024-02-03",
    ),
    "events": (
        OWN | {"occurred_on": "2024-02-03", "kind": "champion_left"},
        BusinessEvent, "learned_at", "2024-02-03",
    ),
    "csm_sentiments": (
        OWN | {"said_at": "2024-02-03T08:00:00Z", "value": 4}, CsmSentiment, "learned_at",
        "2024-02-03",
    ),
    "team": (
        {"account": "acme", "function": "support_lead", "person": "sam@cs.example",
         "since": "2024-02-03"},
        TeamMember, "learned_at", "2024-02-03",
    ),
    "group_sessions": (
        {"external_id": "x1", "kind": "webinar", "starts_at": "2024-02-03T08:00:00Z"},
        GroupSession, "learned_at", "2024-02-03",
    ),
    "attendances": (
        {"session": "s1", "contact": "k1", "account": "acme"}, Attendance, "learned_at",
        "2024-02-01",
    ),
    "onboarding": (
        {"account": "acme", "key": "kick-off", "name": "Kick-off", "due_on": "2024-02-03"},
        OnboardingStep, "learned_at", "2024-02-03",
    ),
    "survey_answers": (
        OWN | {"kind": "nps", "value": 9, "answered_at": "2024-02-03T08:00:00Z"},
        Response, "learned_at", "2024-02-03",
    ),
    "account_history": (
        {"account": "acme", "as_of": "2024-02-03", "seats": 7}, AttributeHistory, "learned_at",
        "2024-02-03",
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def acme():
    load_raw("accounts", account())
    User.objects.create(email="sam@cs.example", name="Sam")
    AttributeHistory.objects.all().delete()


@pytest.fixture
def webinar(request):
    """Whom and what an attendance names."""
    if request.node.callspec.params["kind"] == "attendances":
        kim = {"external_id": "k1", "account": "acme", "name": "Kim"}
        load_raw("contacts", kim)
        begun = {"external_id": "s1", "kind": "webinar", "starts_at": "2024-02-01T23:30:00Z"}
        load_raw("group_sessions", begun)


def stored(kind):
    _, model, learned, _ = FACTS[kind]
    rows = model.objects.filter(value="7") if model is AttributeHistory else model.objects.all()
    return rows.values_list(learned, "backfilled_at").first()


def midnight(day):
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def test_every_kind_with_a_column_for_it_is_here():
    dated = {kind for kind, spec in SPECS.items() if "learned_on" in spec.by_name()}
    assert set(FACTS) == dated
    assert set(BACKFILLED) == dated | {Kind.USAGE, Kind.SESSIONS, Kind.USER_DAYS, Kind.ACTIVE_USERS}


@pytest.mark.parametrize("kind", FACTS)
@pytest.mark.usefixtures("webinar")
def test_a_fact_is_known_from_when_it_arrives(kind):
    assert statuses(load_raw(kind, FACTS[kind][0])) == ["created"]
    assert stored(kind) == (NOW, None)


@pytest.mark.parametrize("kind", FACTS)
@pytest.mark.usefixtures("webinar")
def test_a_column_says_since_when_it_was_known(kind):
    raw = FACTS[kind][0] | {"learned_on": "2024-05-06"}
    assert statuses(load_raw(kind, raw, backfill=True)) == ["created"]
    assert stored(kind) == (midnight("2024-05-06"), NOW)
    assert statuses(load_raw(kind, raw)) == ["unchanged"]


@pytest.mark.parametrize("kind", FACTS)
@pytest.mark.usefixtures("webinar")
def test_a_backfill_was_recorded_on_its_own_day(kind):
    raw, _, _, own_day = FACTS[kind]
    assert statuses(load_raw(kind, raw, backfill=True)) == ["created"]
    assert stored(kind) == (midnight(own_day), NOW)


@pytest.mark.parametrize("kind", FACTS)
@pytest.mark.usefixtures("webinar")
def test_a_sender_that_is_not_cs_ops_may_not_say_so(kind):
    raw = FACTS[kind][0] | {"learned_on": "2024-05-06"}
    result = load_raw(kind, raw, by_ops=False)
    assert problems(result) == {(0, "learned_on", "not_allowed")}
    assert stored(kind) is None


def test_what_begins_later_is_known_now():
    load_raw("contracts", contract("c1", "2025-06-01", "2026-06-01", "1.00"), backfill=True)
    assert Contract.objects.get().learned_at == midnight("2025-03-14")


def derived(attribute, *, by):
    rows = AttributeHistory.objects.filter(attribute=attribute, learned_at__lte=by)
    rows = rows.exclude(superseded_at__lte=by).order_by("valid_from")
    return list(rows.values_list("value", "valid_from"))


def test_segments_of_a_backfill_are_known_as_their_movements_were():
    load_raw(
        "movements",
        movement("m1", "2024-01-01", "new", "6000.00"),
        movement("m2", "2024-06-01", "expansion", "30000.00") | {"learned_on": "2024-07-15"},
        backfill=True,
    )
    first = ("smb", date(2024, 1, 1))
    assert derived("segment", by=midnight("2024-07-14")) == [first]
    grown = [first, ("mid_market", date(2024, 6, 1))]
    assert derived("segment", by=midnight("2024-07-15")) == grown
    load_raw("movements", movement("m3", "2024-09-01", "expansion", "90000.00"))
    assert derived("segment", by=midnight("2025-03-01")) == grown
    assert derived("segment", by=NOW)[2:] == [("enterprise", date(2024, 9, 1))]


def test_the_files_of_a_backfill_leave_what_was_known_then_in_any_order():
    rows = [
        movement("m1", "2024-01-01", "new", "6000.00"),
        movement("m2", "2024-06-01", "expansion", "30000.00"),
        movement("m3", "2024-09-01", "expansion", "90000.00"),
    ]
    for row in reversed(rows):
        load_raw("movements", row, backfill=True)
    steps = [
        ("smb", date(2024, 1, 1)),
        ("mid_market", date(2024, 6, 1)),
        ("enterprise", date(2024, 9, 1)),
    ]
    for count, day in enumerate(("2024-01-01", "2024-06-01", "2024-09-01"), start=1):
        assert derived("segment", by=midnight(day)) == steps[:count]


def test_the_ledger_of_a_history_of_contracts_is_known_on_its_days():
    load_raw(
        "contracts",
        contract("c1", "2023-01-01", "2024-01-01", "1200.00"),
        contract("c2", "2024-01-01", "2026-01-01", "1800.00", renews="c1"),
        backfill=True,
    )
    assert list(RevenueMovement.objects.order_by("pk").values_list("kind", "recorded_at")) == [
        ("new", midnight("2023-01-01")), ("expansion", midnight("2024-01-01")),
    ]  # fmt: skip
    first = RevenueMovement.objects.count()
    for arr, change in (("1500.00", -300_00), ("2500.00", 1_000_00)):
        raw = contract("c2", "2024-01-01", "2026-01-01", arr, renews="c1")
        load_raw("contracts", raw, day=date(2025, 4, 1))
        news = RevenueMovement.objects.order_by("pk")[first:]
        first += len(news)
        assert sum(row.amount_minor for row in news) == change
        assert {row.recorded_at for row in news} == {datetime(2025, 4, 1, 12, tzinfo=UTC)}


def test_roles_of_a_contact_are_known_since_then():
    kim = {"external_id": "k1", "account": "acme", "name": "Kim", "met_on": "2024-01-01"}
    load_raw("contacts", kim | {"roles": ["champion"]}, backfill=True)
    load_raw("contacts", kim | {"roles": ["blocker"], "learned_on": "2024-09-01"})
    rows = AttributeHistory.objects.filter(attribute="roles").order_by("valid_from")
    assert list(rows.values_list("value", "valid_from", "valid_to", "learned_at")) == [
        ("champion", date(2024, 1, 1), date(2024, 9, 1), midnight("2024-01-01")),
        ("blocker", date(2024, 9, 1), None, midnight("2024-09-01")),
    ]


def test_a_lapse_of_a_backfill_is_known_when_its_grace_was_over():
    load_raw("contracts", contract("c1", "2023-01-01", "2024-01-01", "1200.00"), backfill=True)
    churn = RevenueMovement.objects.get(kind="churn")
    assert churn.effective_on == date(2024, 1, 1)
    assert churn.recorded_at == midnight("2024-01-31")
    assert derived("status", by=midnight("2024-01-30")) == [("active", date(2023, 1, 1))]
    assert derived("status", by=midnight("2024-01-31"))[1:] == [("churned", date(2024, 1, 1))]


def test_what_an_account_said_when_it_came_is_known_as_its_money_was():
    """The account came first, and what it is today was learned today."""
    load_raw("accounts", account("other", customer_since="2024-01-01"))
    row = movement("m1", "2024-01-01", "new", "6000.00") | {"account": "other"}
    load_raw("movements", row, day=date(2025, 4, 1), backfill=True)
    assert derived("status", by=midnight("2024-01-01")) == [("active", date(2024, 1, 1))]


@pytest.mark.parametrize(
    ("backfill", "learned"), [(True, date(2024, 11, 5)), (False, date(2025, 3, 14))]
)
@pytest.mark.parametrize(
    ("kind", "counts", "model"),
    [
        ("sessions", {"sessions": 3, "minutes": 40}, SessionDay),
        ("active_users", {"users": 3}, ActiveUsersDay),
        ("usage", {"feature": "search", "events": 3}, UsageDay),
    ],
)
def test_use_of_a_backfill_was_known_on_its_own_day(kind, counts, model, backfill, learned):
    raw = {"account": "acme", "day": "2024-11-05"} | counts
    assert statuses(load_raw(kind, raw, backfill=backfill)) == ["created"]
    assert list(model.objects.values_list("day", "learned_on")) == [(date(2024, 11, 5), learned)]


@pytest.mark.parametrize("backfill", [True, False])
def test_active_days_of_people_are_known_on_their_own_day_however_they_come(backfill):
    raw = {"account": "acme", "day": "2024-11-05", "user": "u1"}
    assert statuses(load_raw("user_days", raw, backfill=backfill)) == ["created"]
    assert UserMonth.objects.values_list("month", "days").get() == (date(2024, 11, 1), 1 << 4)
