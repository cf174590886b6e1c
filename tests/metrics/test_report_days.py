"""Stored days: the same figures as computed, never read once a fact below them has changed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.catalogue import ContractState
from accounts.models import Contract, Job, RevenueMovement
from accounts.queries.rates import rate_table
from cs_platform.scheduling.job_runner import run_job
from cs_platform.scheduling.periodic import insert_due
from health.models import BandOverride, ClosedDay
from metrics.definitions import Method
from metrics.facts.days import DayFigures, stored_days
from metrics.facts.health import BandFilter
from metrics.facts.ledger import rates_as_text
from metrics.facts.renewals import RenewalFilter, read_chances
from metrics.facts.week import NewsKind
from metrics.models import AccountDay, FactChange, RenewalChance, ReportDay
from metrics.queries.health import all_health_accounts
from metrics.queries.ledger_report import Question
from metrics.queries.overdue import overdue_accounts
from metrics.queries.overview import overview
from metrics.queries.renewals import all_renewals
from metrics.queries.report_snapshot import default_day, snapshot_of
from metrics.queries.week import all_changes
from metrics.retention.windows import trailing_window
from metrics.snapshots import day_to_refresh, take_snapshots
from surveys.models import Response
from tests.metrics.pages import TODAY
from tests.metrics.world import CLOSED, MONTH_END, NOW, at, contract, judge


def snapshot(user, *, day=CLOSED):
    return snapshot_of(user=user, base="USD", day=day, today=TODAY, zone="UTC")


def everything(user, *, day=CLOSED):
    """All figures of a day, and every row behind them."""
    found = snapshot(user, day=day)
    figures = (found.health_totals(), found.renewal_totals(), found.week_totals(), found.nps())
    lists = (
        list(all_health_accounts(snapshot=found, wanted=BandFilter())),
        list(all_health_accounts(snapshot=found, wanted=BandFilter(at_risk=True))),
        list(all_health_accounts(snapshot=found, wanted=BandFilter(band="healthy"))),
        list(all_renewals(snapshot=found, wanted=RenewalFilter())),
        list(all_renewals(snapshot=found, wanted=RenewalFilter(at_risk=True))),
        [list(all_changes(snapshot=found, change=change)) for change in NewsKind],
    )
    return figures, lists


def is_stored(day=CLOSED):
    return day in stored_days(days=[day], rates=rate_table(base="USD"), chances=read_chances())


def answered(account, day, value):
    standing = -1 if value < 7 else 0 if value < 9 else 1
    return Response.objects.create(
        account=account,
        external_id=f"{account.pk}-{day}-{value}",
        source_id="direct",
        survey_key="nps",
        kind="nps",
        highest=10,
        value=value,
        standing=standing,
        answered_at=at(day),
        learned_at=at(day),
    )


@pytest.fixture
def world(world):
    answered(world[0], MONTH_END, 6)
    answered(world[1], CLOSED, 10)
    return world


@pytest.mark.parametrize("day", [MONTH_END, CLOSED])
@pytest.mark.parametrize("name", ["eva", "mona"])
def test_a_stored_day_answers_as_a_computed_one(people, world, name, day):
    computed = everything(people[name], day=day)
    assert not is_stored(day)
    take_snapshots(day=CLOSED)
    assert is_stored(day)
    assert everything(people[name], day=day) == computed
    assert computed[0][0]
    assert computed[0][1]


def test_figures_survive_their_storage(people, world):
    found = snapshot(people["eva"])
    questions = [
        Question(window=trailing_window(as_of=CLOSED), base="USD", method=method)
        for method in Method
    ]
    rates = rate_table(base="USD")
    overdue = overdue_accounts(found, questions=questions, rates=rates)
    figures = DayFigures(
        found.health_totals(),
        found.renewal_totals(),
        found.week_totals(),
        overdue=dict(zip(Method, overdue, strict=True)),
        overdue_rates=rates_as_text(rates.on(questions[0].window.end)),
        nps=found.nps(),
    )
    assert DayFigures.of_json(figures.as_json()) == figures
    take_snapshots(day=CLOSED)
    assert snapshot(people["eva"]).figures == figures


def test_a_second_run_writes_nothing(world):
    assert take_snapshots(day=CLOSED) > 0
    assert take_snapshots(day=CLOSED) == 0


def test_the_latest_day_takes_the_place_of_the_one_before(world, card):
    take_snapshots(day=CLOSED)
    ClosedDay.objects.create(day=TODAY, closed_at=NOW)
    for account in world:
        judge(account, card, TODAY, "60", "watch")
    take_snapshots(day=TODAY)
    assert set(ReportDay.objects.values_list("day", flat=True)) == {MONTH_END, TODAY}
    assert set(AccountDay.objects.values_list("day", flat=True)) == {MONTH_END, TODAY}


def change_contract(world, card):
    Contract.objects.filter(external_id="c3").update(arr_minor=6_000_00)


def new_contract(world, card):
    contract(world[1], 9, date(2025, 6, 29), 123_45)


def lost_contract(world, card):
    Contract.objects.filter(external_id="c2").update(
        state=ContractState.CANCELLED, closed_on=date(2025, 6, 14)
    )


def renewed_contract(world, card):
    old = Contract.objects.get(external_id="c3")
    contract(world[1], 9, date(2026, 6, 30), 5_000_00, renews=old.external_id)
    Contract.objects.filter(external_id="c9").update(learned_at=at(CLOSED))


def deleted_contract(world, card):
    Contract.objects.get(external_id="c2").delete()


def early_renewal(world, card):
    """Its term ends in another quarter; the news belongs to this week."""
    contract(world[1], 9, date(2025, 12, 31), 1_00, state="renewed", closed_on=date(2025, 6, 12))


def late_movement(world, card):
    RevenueMovement.objects.create(
        account=world[1],
        effective_on=date(2025, 6, 9),
        kind="contraction",
        amount_minor=-1_00,
        currency="USD",
        recorded_at=NOW,
        source_id="direct",
        external_id="late",
    )


def revised_score(world, card):
    judge(world[0], card, CLOSED, "30", "intervene", revision=1)


def override(world, card):
    BandOverride.objects.create(
        account=world[0],
        band="intervene",
        reason="They told us.",
        starts_on=CLOSED,
        expires_on=CLOSED + timedelta(days=5),
        created_by_id=world[0].owner_id,
        created_at=NOW,
    )


def new_answer(world, card):
    answered(world[0], CLOSED, 9)


def changed_answer(world, card):
    Response.objects.filter(value=6).update(value=9, standing=1)


def deleted_answer(world, card):
    Response.objects.filter(value=6).delete()


def edited_chance(world, card):
    RenewalChance.objects.filter(lower=20).update(chance=Decimal("0.31"))


@pytest.mark.parametrize(
    "change",
    [
        change_contract,
        new_contract,
        lost_contract,
        renewed_contract,
        deleted_contract,
        early_renewal,
        late_movement,
        revised_score,
        override,
        new_answer,
        changed_answer,
        deleted_answer,
        edited_chance,
    ],
)
def test_a_changed_fact_is_seen_at_once_and_stored_by_the_next_run(people, world, card, change):
    take_snapshots(day=CLOSED)
    before = everything(people["eva"])
    change(world, card)
    assert not is_stored()
    computed = everything(people["eva"])
    assert computed != before
    take_snapshots(day=CLOSED)
    assert is_stored()
    assert everything(people["eva"]) == computed


def test_a_renewal_that_names_a_deal_is_seen_at_once(people, world):
    """It begins in another quarter: only its link touches this one."""
    Contract.objects.filter(external_id="c3").update(deal="d3")
    take_snapshots(day=CLOSED)
    before = everything(people["eva"])
    contract(world[1], 9, date(2026, 7, 10), 5_000_00, renews="d3")
    assert not is_stored()
    Contract.objects.filter(external_id="c9").update(learned_at=at(CLOSED))
    assert everything(people["eva"]) != before


def test_a_corrected_rate_is_seen_at_once(company, people, world):
    take_snapshots(day=CLOSED)
    before = everything(people["eva"])
    company.rate("EUR", "1.2", since=date(2025, 6, 1))
    assert not is_stored()
    assert everything(people["eva"]) != before


def test_an_account_that_came_later_with_a_score_of_the_day_is_seen(company, people, world, card):
    take_snapshots(day=CLOSED)
    late = company.account("Late")
    assert is_stored()
    judge(late, card, CLOSED, "90", "healthy", revision=1)
    assert not is_stored()
    assert "Late" in {row.name for row in everything(people["eva"])[1][0]}


@pytest.mark.parametrize(
    "change",
    [
        lambda world, card: contract(world[0], 9, date(2026, 3, 1), 1_00),
        lambda world, card: judge(world[0], card, TODAY, "10", "intervene"),
        lambda world, card: answered(world[0], TODAY, 9),
        lambda world, card: answered(world[0], CLOSED - timedelta(days=91), 9),
    ],
)
def test_what_does_not_touch_the_day_leaves_it(world, card, change):
    take_snapshots(day=CLOSED)
    change(world, card)
    assert is_stored()


def test_notes_are_taken_by_the_run_that_writes_their_days(world):
    assert FactChange.objects.exists()
    take_snapshots(day=CLOSED)
    assert not FactChange.objects.exists()


def test_a_bulk_of_revisions_leaves_one_note_a_day(world, card):
    take_snapshots(day=CLOSED)
    for account in world:
        judge(account, card, CLOSED, "30", "intervene", revision=1)
    assert FactChange.objects.filter(source="scores", day=CLOSED).count() == 1


def test_reports_open_with_the_latest_closed_day(world):
    assert default_day(today=TODAY) == CLOSED
    assert default_day(today=CLOSED) == CLOSED
    assert default_day(today=CLOSED + timedelta(days=7)) == CLOSED
    assert default_day(today=CLOSED + timedelta(days=8)) == CLOSED + timedelta(days=8)


def test_what_changed_by_day_is_stored_again_once_a_quarter_of_an_hour(world, card):
    insert_due(now=NOW)
    assert not Job.objects.filter(kind="metrics.refresh").exists()
    take_snapshots(day=CLOSED)
    assert day_to_refresh() is None
    change_contract(world, card)
    assert day_to_refresh() == CLOSED
    for minutes in (0, 5, 14):
        insert_due(now=NOW + timedelta(minutes=minutes))
    (job,) = Job.objects.filter(kind="metrics.refresh")
    assert run_job(job.pk)
    assert is_stored()
    assert day_to_refresh() is None


def test_arr_at_risk_by_month_is_that_of_the_stored_days(people, world, card):
    def course(name="eva"):
        found = overview(
            user=people[name],
            base="USD",
            as_of=CLOSED,
            today=TODAY,
            zone="UTC",
            method=Method.BY_ACCOUNT,
        )
        return found.at_risk_by_month

    assert course() == ()
    take_snapshots(day=CLOSED)
    assert course() == ((MONTH_END, 7_500_00),)
    judge(world[0], card, MONTH_END, "30", "intervene", revision=1)
    assert course() == ()
    take_snapshots(day=CLOSED)
    assert course() == ((MONTH_END, 51_500_00),)
    assert course("mona") == ()


def test_nps_is_compared_with_the_month_ends_that_are_stored(people, world):
    def change(name="eva", *, months):
        found = overview(
            user=people[name],
            base="USD",
            as_of=CLOSED,
            today=TODAY,
            zone="UTC",
            method=Method.BY_ACCOUNT,
        )
        return found.nps.change(months=months)

    assert change(months=0) is None
    take_snapshots(day=CLOSED)
    # One detractor at the end of May; a promoter joined them.
    assert (change(months=0), change(months=1)) == (100, None)
    assert change("mona", months=0) is None
