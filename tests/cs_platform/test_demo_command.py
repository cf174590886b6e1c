"""`manage.py demo` against Postgres: what it loads, keeps, replaces and refuses."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.contrib.admin.models import CHANGE
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum

from accounts import clock
from accounts.catalogue import AccountStatus, Role
from accounts.loading.contracts import Derived, derive_ledger
from accounts.loading.derived import refresh_accounts
from accounts.models import (
    Account,
    AdminEntry,
    AttributeHistory,
    Contact,
    Installation,
    Job,
    RevenueMovement,
    TeamMember,
    Ticket,
    UsageDay,
    User,
    UserMonth,
)
from cs_platform.models import Intervention, InvariantRun
from cs_platform.previews.job import request_preview
from health.models import Scorecard
from health.publishing import Edit, copy_to_draft, install_library, publish, save_draft
from health.publishing.content import content_of

SMALL = {"accounts": 14, "years": 0.5, "processes": 1, "facts_only": True}


def demo(**options: object) -> str:
    said = StringIO()
    call_command("demo", stdout=said, **{**SMALL, **options})
    return said.getvalue()


def rows() -> tuple[int, ...]:
    models = (Account, Contact, AttributeHistory, RevenueMovement, Ticket, UsageDay, UserMonth)
    return tuple(model._base_manager.count() for model in models)


@pytest.fixture
def company(transactional_db):
    demo()


def test_demo_loads_what_intake_would_have_derived(company):
    """Neither the ledger nor anything an account carries changes when it is derived again."""
    ids = list(Account.objects.values_list("pk", flat=True))
    day = clock.today() - timedelta(days=1)
    history = AttributeHistory.objects.count()
    with transaction.atomic():
        assert derive_ledger(ids, day=day, now=clock.now()) == Derived()
    assert refresh_accounts(day=day, now=clock.now()) == []
    assert AttributeHistory.objects.count() == history


def test_demo_accounts_carry_the_sum_of_their_ledger(company):
    active = Account.objects.filter(status=AccountStatus.ACTIVE)
    assert active.count() == 14
    ledger = RevenueMovement.objects.aggregate(total=Sum("amount_minor"))["total"]
    assert active.aggregate(total=Sum("arr_minor"))["total"] == ledger
    assert not active.filter(owner=None, pool=None).exists()


def test_demo_people_can_log_in_with_their_roles(company, client):
    roles = dict(User.objects.filter(email__in=_PEOPLE).values_list("email", "role"))
    assert roles == {
        "csm@demo.example": Role.CSM,
        "manager@demo.example": Role.MANAGER,
        "executive@demo.example": Role.EXECUTIVE,
        "ops@demo.example": Role.OPS,
    }
    assert all(client.login(email=email, password="demo") for email in _PEOPLE)


_PEOPLE = [f"{who}@demo.example" for who in ("csm", "manager", "executive", "ops")]


def test_demo_accounts_have_teams_and_an_account_executive_reaches_theirs(company):
    today, accounts = clock.today(), Account.objects.all()
    members = TeamMember.objects.on_day(today)
    assert members.filter(function__key="account_executive").count() == accounts.count()
    sales = User.objects.get(email="sales@demo.example")
    own = set(Account.objects.changeable_by(sales).values_list("pk", flat=True))
    assert own == {pk for pk in accounts.values_list("pk", flat=True) if pk % 3 == 0}
    assert not accounts.filter(owner=sales).exists()


def test_demo_ends_yesterday_and_goes_back_the_whole_span(company):
    days = UsageDay.objects.order_by("day").values_list("day", flat=True)
    yesterday = clock.today() - timedelta(days=1)
    assert days.last() == yesterday
    assert days.first() <= yesterday - timedelta(days=0.5 * 365 - 12)


def test_demo_gives_ids_that_sequences_go_on_from(company):
    highest = Account.objects.order_by("-pk").values_list("pk", flat=True)[0]
    added = Account.objects.create(external_id="ACC-later", name="Later")
    assert added.pk > highest


def test_demo_if_empty_keeps_what_is_there(company):
    before = rows()
    assert "there already" in demo(if_empty=True, seed=99)
    assert rows() == before


def test_demo_if_empty_keeps_accounts_that_somebody_added(company):
    Account.objects.create(external_id="crm-1", name="Added to try the platform")
    before = rows()
    assert "there already" in demo(if_empty=True)
    assert rows() == before


def test_demo_does_not_replace_without_being_told(company):
    before = rows()
    with pytest.raises(CommandError, match="--reset"):
        demo()
    assert rows() == before


def test_demo_reset_makes_the_same_company_again(company):
    before = rows(), _usage_sum()
    demo(reset=True)
    assert (rows(), _usage_sum()) == before


def test_demo_reset_takes_what_its_people_did_by_hand(company):
    ops = User.objects.get(email="ops@demo.example")
    now = clock.now()
    Intervention.objects.create(action="ask_invariants", by=ops, at=now, subject="x")
    AdminEntry.objects.create(user=ops, object_repr="Pro", action_flag=CHANGE)
    InvariantRun.objects.create(asked_at=now, day=now.date(), seconds=0, asked=1, broken=0, by=ops)
    demo(reset=True)
    assert (Intervention.objects.count(), InvariantRun.objects.count()) == (0, 0)
    assert not AdminEntry.objects.exists()
    assert User.objects.filter(email="ops@demo.example").count() == 1


def test_demo_reset_takes_scorecards_back_that_its_people_tuned(company):
    ops = User.objects.get(email="ops@demo.example")
    now = clock.now()
    install_library(now=now)
    shipped = Scorecard.objects.get(key="four_inputs")
    draft = copy_to_draft(scorecard=shipped, now=now)
    edit = Edit({**content_of(draft), "recovery_margin": "4"}, [])
    save_draft(draft=draft, revision=1, edit=edit, user=ops, now=now)
    request_preview(draft=draft, user=ops, now=now)
    publish(scorecard=draft, user=ops, reason="Calmer", now=now)
    demo(reset=True)

    install_library(now=now)  # as the demo does before it scores
    (card,) = Scorecard.objects.filter(key="four_inputs")
    assert (card.version, card.recovery_margin) == (1, 3)
    assert User.objects.filter(email="ops@demo.example").count() == 1


def test_demo_reset_with_another_seed_makes_another_one(company):
    before = _usage_sum()
    demo(reset=True, seed=8)
    assert _usage_sum() != before
    assert Account.objects.filter(status=AccountStatus.ACTIVE).count() == 14


def test_demo_that_was_interrupted_is_made_anew(company):
    before = rows()
    Job.objects.all().delete()
    assert "Took the old demo company away" in demo(if_empty=True)
    assert rows() == before


def test_demo_of_last_week_keeps_its_day_until_it_is_reset(company):
    made_for = clock.today()
    job = Job.objects.get()
    job.payload["last_day"] = (made_for - timedelta(days=8)).isoformat()
    job.save()
    assert f"It lives on {made_for - timedelta(days=7)}" in demo(if_empty=True)
    assert clock.today() == made_for - timedelta(days=7)
    demo(reset=True)
    assert clock.today() == made_for


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("options", [{}, {"if_empty": True}, {"reset": True}])
def test_demo_refuses_a_database_with_other_accounts(options):
    Account.objects.create(external_id="crm-1", name="Somebody real")
    with pytest.raises(CommandError, match="1 accounts that are not the demo company's"):
        demo(**options)
    assert list(Account.objects.values_list("external_id", flat=True)) == ["crm-1"]
    assert not Installation.current().is_demo


def test_demo_refuses_to_reset_over_imported_accounts(company):
    Account.objects.create(external_id="crm-1", name="Somebody real")
    before = rows()
    with pytest.raises(CommandError, match="not the demo company's"):
        demo(reset=True)
    assert rows() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("options", [{"accounts": 0}, {"years": 0.1}, {"years": float("nan")}])
def test_demo_refuses_impossible_sizes(options):
    with pytest.raises(CommandError, match="need"):
        demo(**options)
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_demo_keeps_usage_of_the_last_days_only_when_asked():
    demo(usage_days=40)
    oldest = UsageDay.objects.order_by("day").values_list("day", flat=True)[0]
    assert oldest >= clock.today() - timedelta(days=40)
    assert RevenueMovement.objects.filter(effective_on__lt=date(oldest.year, 1, 1)).exists()


def _usage_sum() -> int:
    return UsageDay.objects.aggregate(total=Sum("events"))["total"]
