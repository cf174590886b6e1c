"""Each invariant is seen to fail when what it guards is broken."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from accounts.invariants.checks import SHARES
from accounts.models import (
    Account,
    Contact,
    Contract,
    DirtyAccount,
    Feature,
    ImportRun,
    Installation,
    Job,
    LedgerDue,
    MovementPart,
    OutboxMessage,
    RejectedRecord,
    RevenueMovement,
    Signal,
    SignalDelivery,
    Source,
    Team,
    UsageDay,
    UsageSeal,
    User,
)
from cs_platform.models import StepRun
from cs_platform.scheduling import invariants
from health import publishing as scorecards
from health.models import (
    ClosedDay,
    HealthScore,
    Scorecard,
    ThresholdCrossing,
    UsagePack,
    WatchLine,
    WatchLineUse,
)
from health.queries.scorecards import published_card
from health.recompute.usage_packs import pack_usage
from metrics.models import AccountDay, AccountMonth, RetentionMonth, SnapshotMonth
from metrics.snapshots import take_snapshots
from playbooks import publishing as playbooks
from playbooks.models import Play, Playbook, PlayStart, Task
from surveys.models import Invitation, Survey
from tests.emitting import emitted
from tests.times import before_now, now, today

pytestmark = pytest.mark.django_db


def old() -> datetime:
    return before_now(days=2)


@pytest.fixture
def csm() -> User:
    team = Team.objects.create(name="West")
    return User.objects.create_user("csm@example.com", name="Ada", role="csm", team=team)


@pytest.fixture
def account(csm) -> Account:
    """Nothing is wrong with it."""
    acme = Account.objects.create(
        external_id="acme", name="Acme", owner=csm, arr_minor=100, customer_since=date(2025, 1, 1)
    )
    post(acme, amount=100, on=date(2025, 1, 1))
    return acme


@pytest.fixture
def play(account) -> Play:
    playbooks.install_library(now=now())
    book = Playbook.objects.order_by("pk")[0]
    start = PlayStart.objects.create(
        account=account, playbook=book, playbook_key=book.key, result="started", decided_at=now()
    )
    return Play.objects.create(
        account=account, playbook=book, playbook_key=book.key, family="f", severity=1, start=start,
        why="because", opened_at=now(), opened_day=today(), next_position=1,
    )  # fmt: skip


def post(
    account: Account, *, amount: int, on: date, key: str = "1", source: str = "direct"
) -> None:
    kind = "new" if amount > 0 else "contraction"
    RevenueMovement.objects.create(
        account=account, effective_on=on, kind=kind, amount_minor=amount, currency="USD",
        recorded_at=now(), source_id=source, external_id=key,
    )  # fmt: skip


def task(account: Account, **values) -> Task:
    fields = {"title": "Call", "opened_at": now(), "due_at": now(), **values}
    return Task.objects.create(account=account, **fields)


def message(**values) -> OutboxMessage:
    fields = {"key": "k", "channel": "email", "subject": "s", "next_at": old(), **values}
    row = OutboxMessage.objects.create(**fields)
    OutboxMessage.objects.update(created_at=old())
    return row


def drop(table: str, constraint: str) -> None:
    """What guards it first has to go; the transaction of the test brings it back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


def names() -> list[str]:
    return [found.name for found in invariants.broken(day=today())]


def test_nothing_is_broken_where_nothing_is_wrong(account, play):
    task(account, owner=account.owner, play=play)
    assert names() == []
    call_command("verify_invariants", verbosity=0)


def break_score(account: Account, play: Play) -> None:
    Account.objects.update(created_at=old() - timedelta(days=5))
    ClosedDay.objects.create(day=today() - timedelta(days=1), closed_at=now())
    finished = {"finished_at": now(), "position": 1}
    StepRun.objects.create(step="score", day=today() - timedelta(days=1), **finished)


def break_gap(account: Account, play: Play) -> None:
    for days in (2, 4):
        ClosedDay.objects.create(day=today() - timedelta(days=days), closed_at=now())


def break_night(account: Account, play: Play) -> None:
    StepRun.objects.create(step="score", day=today(), position=1, planned_at=old())


def break_start(account: Account, play: Play) -> None:
    drop("playbooks_playstart", "start_once_a_signal")
    signal = emitted(account, "k", key="1", at=now())
    for _ in range(2):
        PlayStart.objects.create(
            account=account, playbook=play.playbook, playbook_key="b", signal=signal,
            result="suppressed", reason="cooldown", decided_at=now(),
        )  # fmt: skip


def break_task(account: Account, play: Play) -> None:
    drop("playbooks_task", "task_once_a_step")
    step = play.playbook.steps.order_by("pk")[0]
    for _ in range(2):
        task(account, play=play, step=step)


def break_passed_step(account: Account, play: Play) -> None:
    Play.objects.update(next_position=2)


def break_ended_play(account: Account, play: Play) -> None:
    task(account, play=play)
    Play.objects.update(state="closed", outcome="recovered", closed_at=now())


def break_play(account: Account, play: Play) -> None:
    PlayStart.objects.create(
        account=account,
        playbook=play.playbook,
        playbook_key="b",
        result="started",
        decided_at=now(),
    )


def break_due_step(account: Account, play: Play) -> None:
    Play.objects.update(next_step_at=old())


def break_signal(account: Account, play: Play) -> None:
    emitted(account, "k", key="1", at=now())
    Signal.objects.update(created_at=old())


def break_delivery(account: Account, play: Play) -> None:
    Signal.objects.create(account=account, kind="k", key="1", occurred_at=now())


def break_dirty(account: Account, play: Play) -> None:
    DirtyAccount.objects.create(account=account, marked_at=old())


def break_due(account: Account, play: Play) -> None:
    LedgerDue.objects.create(account=account, marked_at=old())


def break_outbox(account: Account, play: Play) -> None:
    message(user=account.owner)


def break_suppression(account: Account, play: Play) -> None:
    contact = Contact.objects.create(
        account=account, external_id="c", name="Bo", met_on=today(), erased_at=old()
    )
    message(contact=contact, state="sent", sent_at=now())


def break_lease(account: Account, play: Play) -> None:
    Job.objects.create(kind="k", key="1", state="leased", lease_until=old(), next_at=old())


def break_ledger(account: Account, play: Play) -> None:
    Account.objects.update(arr_minor=99)


def break_floor(account: Account, play: Play) -> None:
    post(account, amount=-150, on=today() - timedelta(days=9), key="2")
    post(account, amount=150, on=today() - timedelta(days=3), key="3")


def break_once(account: Account, play: Play) -> None:
    """One movement in two sources, as keys of two names once posted it."""
    Source.objects.create(key="billing-copies", name="Copies by billing")
    post(account, amount=100, on=date(2025, 1, 1), source="billing-copies")
    Account.objects.update(arr_minor=200)


def break_derived(account: Account, play: Play) -> None:
    """Derived for an account without contracts."""
    post(account, amount=50, on=date(2025, 1, 1), source="contracts")
    Account.objects.update(arr_minor=150)


def break_renewed(account: Account, play: Play) -> None:
    """Taken back on the day after: the sums by kind are right, and it churned for a day."""
    Installation.objects.update(revenue_source="contracts")
    term = {"account": account, "arr_minor": 100, "currency": "USD", "learned_at": now()}
    ends = date(2025, 1, 1), date(2026, 1, 1), date(2050, 1, 1)
    first, second = (
        Contract.objects.create(
            external_id=key, starts_on=ends[n], ends_on=ends[n + 1], state=state, **term
        )
        for n, (key, state) in enumerate((("c1", "renewed"), ("c2", "active")))
    )
    post(account, amount=100, on=first.starts_on, source="contracts")
    row = {"account": account, "kind": "churn", "currency": "USD", "recorded_at": now(),
           "source_id": "contracts"}  # fmt: skip
    churn = RevenueMovement.objects.create(
        external_id="2", effective_on=second.starts_on, amount_minor=-100, **row
    )
    RevenueMovement.objects.create(
        external_id="3", effective_on=second.starts_on + timedelta(days=1), amount_minor=100,
        corrects=churn, **row,
    )  # fmt: skip
    for on, amount in ((second.starts_on, -100), (second.starts_on + timedelta(days=1), 100)):
        cause(account, on, amount)
    Account.objects.update(arr_minor=200)


def cause(account: Account, on: date, amount: int) -> None:
    MovementPart.objects.create(
        account=account, effective_on=on, currency="USD", cause="not_told", amount_minor=amount,
        recorded_at=now(),
    )  # fmt: skip


def break_causes(account: Account, play: Play) -> None:
    cause(account, date(2025, 1, 1), 7)


def break_share(account: Account, play: Play) -> None:
    take_snapshots(day=today())
    assert names() == []
    by_movements = RetentionMonth.objects.filter(cohort_start__gt=0, method="movements")
    assert by_movements.update(grr=1.01)


def break_parents(account: Account, play: Play) -> None:
    other = Account.objects.create(
        external_id="b", name="B", owner=account.owner, parent=account, customer_since=today()
    )
    Account.objects.filter(pk=account.pk).update(parent=other)


def break_month(account: Account, play: Play) -> None:
    month = today().replace(day=1) - timedelta(days=1)
    post(account, amount=50, on=month, key="2")
    Account.objects.update(arr_minor=150)
    SnapshotMonth.objects.create(
        month=month, currency="USD", rates={}, ledger_rows=2, segments_digest=0,
        ledger_through=RevenueMovement.objects.latest("pk").pk,
    )  # fmt: skip
    AccountMonth.objects.create(
        account=account, month=month, start_minor=100, end_minor=149, was_active=True,
        is_active=True, kind="expansion",
    )  # fmt: skip


def break_retention(account: Account, play: Play) -> None:
    take_snapshots(day=today())
    assert names() == []
    RetentionMonth.objects.filter(segment="all").update(bridge_churn=F("bridge_churn") + 1)


def break_report_day(account: Account, play: Play) -> None:
    ClosedDay.objects.create(day=today() - timedelta(days=1), closed_at=now())
    take_snapshots(day=today())
    assert AccountDay.objects.exists()
    assert names() == []
    AccountDay.objects.update(arr_minor=F("arr_minor") + 1)


def break_batch(account: Account, play: Play) -> None:
    """Its job was taken away, and nobody knows of it any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cs_ensure_partitions('accounts_inboxbatch', %s, %s)", [today(), today()]
        )
        cursor.execute(
            "INSERT INTO accounts_inboxbatch (received_on, received_at, source, kind, media_type,"
            " body) VALUES (%s, %s, 'crm', 'usage', 'text/csv', '') RETURNING id",
            [today(), now()],
        )
        number = cursor.fetchone()[0]
    run = an_import(state="running", finished_at=None)
    Job.objects.create(kind="inbox.batch", key=str(number), payload={"run": run.pk}, next_at=now())
    assert names() == []
    Job.objects.filter(kind="inbox.batch").delete()


def an_import(**values) -> ImportRun:
    fields = {"kind": "usage", "source": "crm", "via": "api", "state": "done", "started_at": now()}
    return ImportRun.objects.create(**{**fields, "finished_at": now(), **values})


def break_import(account: Account, play: Play) -> None:
    an_import(read=5, created=2, updated=1, unchanged=1, rejected=0)


def break_refusal(account: Account, play: Play) -> None:
    run = an_import(read=2, created=1, rejected=1)
    RejectedRecord.objects.create(run=run, position=1, code="empty", message="It is empty.")
    assert names() == []
    RejectedRecord.objects.all().delete()


def break_trail(account: Account, play: Play) -> None:
    """Something wrote past the triggers."""
    Account.objects.update(name="Acme & Sons")
    assert names() == []
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE accounts_account SET name = 'Acme Ltd'")
        cursor.execute("SET session_replication_role = origin")


def break_owner(account: Account, play: Play) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"visibility": "own"})
    stranger = User.objects.create_user("other@example.com", name="Eve", role="csm")
    task(account, owner=stranger)


def break_pack(account: Account, play: Play) -> None:
    feature = Feature.objects.create(key="search", name="Search", is_core=True, valid_from=today())
    told = today() - timedelta(days=3)
    UsageDay.objects.create(account=account, day=told, feature=feature, learned_on=told, events=4)
    pack_usage(day=today())
    assert names() == []
    UsagePack.objects.update(total=3)


def scored(account: Account, *bands: str) -> None:
    """Closed days up to yesterday with these bands, and the crossings between them."""
    card = scorecards.install_library(now=now())[0]
    spec = published_card(card.pk).spec
    measures, components = len(spec.measure_keys), len(spec.component_keys)
    Account.objects.update(created_at=now())
    for back, (before, band) in enumerate(pairwise(("", *bands)), start=-len(bands)):
        day = today() + timedelta(days=back)
        HealthScore.objects.create(
            account=account, day=day, scorecard=card, band=band, score=50, confidence=100,
            raw=[0.5] * len(spec.raw_keys), readings=[5000] * measures, weights=[0] * measures,
            components=[5000] * components, computed_at=now(),
        )  # fmt: skip
        if before not in ("", band):
            cross(account, day, before=before, after=band)
        ClosedDay.objects.create(day=day, closed_at=now())


def cross(
    account: Account, day: date, *, before: str, after: str, subject="score", kind="band"
) -> None:
    card = Scorecard.objects.order_by("pk")[0]
    ThresholdCrossing.objects.create(
        account=account, day=day, subject=subject, seq=1, kind=kind, cause="moved",
        direction="down", from_band=before, to_band=after, scorecard=card, created_at=now(),
    )  # fmt: skip


def break_missing_crossing(account: Account, play: Play) -> None:
    scored(account, "healthy", "healthy", "watch", "watch")
    assert names() == []
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    ThresholdCrossing.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")


def break_invented_crossing(account: Account, play: Play) -> None:
    scored(account, "healthy", "healthy", "watch", "watch")
    assert names() == []
    cross(account, today() - timedelta(days=1), before="healthy", after="watch")


def break_missing_line_crossing(account: Account, play: Play) -> None:
    """From 50 to 35 past the line at 40, and nobody told."""
    scored(account, "watch", "watch", "watch")
    WatchLine.objects.update(registered_at=old() - timedelta(days=9))
    assert names() == []
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        HealthScore.objects.filter(day=today() - timedelta(days=1)).update(score=35)
        cursor.execute("SET session_replication_role = origin")


def break_invented_line_crossing(account: Account, play: Play) -> None:
    scored(account, "watch", "watch", "watch")
    yesterday = today() - timedelta(days=1)
    fall = {"before": "above", "after": "below", "subject": "line:40", "kind": "line"}
    cross(account, yesterday, **fall)


def break_shape(account: Account, play: Play) -> None:
    """One reading is lost."""
    scored(account, "watch", "watch")
    assert names() == []
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        HealthScore.objects.filter(day=today() - timedelta(days=1)).update(readings=[5000])
        cursor.execute("SET session_replication_role = origin")


def break_line(account: Account, play: Play) -> None:
    WatchLineUse.objects.filter(owner="playbook:at_risk", line__value=40).delete()


def break_payload(account: Account, play: Play) -> None:
    emitted(account, "k", key="1", at=now())
    SignalDelivery.objects.update(outcome="refused", reason="“day” is missing", handled_at=now())


def invitation(account: Account, **values) -> Invitation:
    version = Survey.objects.create(
        key="nps", version=1, name="NPS", kind="nps", moment="rhythm", created_at=old()
    )
    fields = {"key": "k", "moment": "rhythm", "occasion": "o", "due_at": old(), **values}
    return Invitation.objects.create(
        survey=version, account=account, planned_at=old(), nonce="n", **fields
    )


def break_due_survey(account: Account, play: Play) -> None:
    invitation(account)


def break_sent_survey(account: Account, play: Play) -> None:
    row = message(state="suppressed", reason="too late to be useful", to_address="a@b.example")
    invitation(account, state="sent", sent_at=old(), expires_at=now(), message=row)


def break_written_survey(account: Account, play: Play) -> None:
    row = message(state="sent", sent_at=old(), to_address="a@b.example")
    invitation(account, state="written", message=row)


def break_asked_person(account: Account, play: Play) -> None:
    other = Account.objects.create(external_id="other", name="Other", status="churned")
    person = Contact.objects.create(account=other, external_id="p", name="P", met_on=today())
    invitation(account, contact=person, state="revoked")


BREAKS = (
    (break_due_survey, "surveys_go_out"),
    (break_sent_survey, "invitations_follow_their_message"),
    (break_written_survey, "invitations_follow_their_message"),
    (break_asked_person, "people_are_asked_at_their_account"),
    (break_missing_line_crossing, "line_crossings_are_transitions"),
    (break_invented_line_crossing, "line_crossings_are_transitions"),
    (break_line, "watch_lines_are_registered"),
    (break_payload, "signals_can_be_read"),
    (break_shape, "scores_follow_their_scorecard"),
    (break_missing_crossing, "crossings_are_transitions"),
    (break_invented_crossing, "crossings_are_transitions"),
    (break_score, "score_per_account_and_day"),
    (break_gap, "no_gap_in_closed_days"),
    (break_night, "nights_do_not_stand_still"),
    (break_start, "one_start_per_signal_and_playbook"),
    (break_task, "one_task_per_step"),
    (break_passed_step, "passed_steps_have_a_task"),
    (break_batch, "accepted_is_answered"),
    (break_import, "accepted_is_answered"),
    (break_refusal, "accepted_is_answered"),
    (break_trail, "changes_are_in_the_trail"),
    (break_ended_play, "ended_play_has_no_open_task"),
    (break_play, "started_means_a_play"),
    (break_due_step, "due_steps_are_opened"),
    (break_signal, "signals_are_answered"),
    (break_delivery, "signals_are_delivered"),
    (break_dirty, "dirty_accounts_are_rescored"),
    (break_due, "ledgers_are_derived"),
    (break_outbox, "outbox_is_sent"),
    (break_suppression, "suppressed_means_silent"),
    (break_lease, "no_lease_outlives_itself"),
    (break_ledger, "arr_is_the_ledger"),
    (break_floor, "arr_is_never_below_zero"),
    (break_once, "movements_are_posted_once"),
    (break_causes, "causes_add_up_to_movements"),
    (break_derived, "derived_ledgers_are_fresh"),
    (break_renewed, "renewed_terms_do_not_churn"),
    (break_share, "retention_is_a_share"),
    (break_parents, "parents_do_not_come_back"),
    (break_pack, "packs_are_their_facts"),
    (break_month, "opening_plus_movements_is_closing"),
    (break_retention, "stored_retention_is_recomputed"),
    (break_report_day, "report_day_is_its_rows"),
    (break_owner, "task_owner_sees_the_account"),
)


@pytest.mark.parametrize(("broken", "name"), BREAKS)
def test_what_is_broken_is_named(account, play, broken: Callable[..., None], name: str):
    broken(account, play)
    assert names() == [name]
    with pytest.raises(CommandError, match=rf"^{name}: .* \(\d+\): "):
        call_command("verify_invariants", verbosity=0)


def test_a_copy_that_was_taken_back_is_named_no_more(account, play):
    break_once(account, play)
    post(account, amount=-100, on=date(2025, 1, 1), key="1 taken back")
    Account.objects.update(arr_minor=100)
    assert names() == []


def test_every_invariant_has_been_seen_to_fail():
    tested = {name for _, name in BREAKS}
    assert tested == {check.name for check in invariants.CHECKS}
    assert len(tested) == invariants.COUNT


def test_many_broken_things_are_counted_and_some_are_shown(account, play):
    for n in range(8):
        Job.objects.create(kind="k", key=str(n), state="leased", lease_until=old(), next_at=old())
    (found,) = invariants.broken(day=today())
    assert (found.count, found.examples) == (8, tuple(f"job k {n}" for n in range(5)))
    assert str(found).endswith("(8): job k 0; job k 1; job k 2; job k 3; job k 4; …")


def test_packs_that_are_missing_are_named_and_void_ones_are_not(account, play):
    break_pack(account, play)
    UsagePack.objects.all().delete()
    assert names() == ["packs_are_their_facts"]
    UsageSeal.objects.update(number=2)
    assert names() == []


def test_a_night_asks_about_one_thirtieth_of_the_packs(account, play):
    break_pack(account, play)
    of_account = [
        today() + timedelta(days=n)
        for n in range(SHARES)
        if invariants.broken(day=today() + timedelta(days=n), everything=False)
    ]
    assert len(of_account) == 1
    assert of_account[0].toordinal() % SHARES == account.pk % SHARES


def test_marks_that_wait_for_missing_nights_are_not_late(account, play):
    break_dirty(account, play)
    ClosedDay.objects.create(day=today() - timedelta(days=4), closed_at=old())
    assert names() == []
    ClosedDay.objects.create(day=today() - timedelta(days=3), closed_at=now())
    assert names() == []
    ClosedDay.objects.update(closed_at=old())
    assert names() == ["dirty_accounts_are_rescored"]
