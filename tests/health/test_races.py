"""Two workers, a killed one, and everything run again: one score, one crossing, one signal."""

import threading

import pytest
from django.db import connection, connections

from accounts.models import DirtyAccount, Signal
from health.models import CurrentHealth, HealthScore, ThresholdCrossing
from health.recompute import close_day, drain_dirty, recompute
from tests.cards import install_cards
from tests.health import builders as make
from tests.health.builders import DAY, NOW

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNTS = 12


@pytest.fixture
def accounts():
    install_cards(now=NOW)
    feature = make.make_feature()
    accounts = [make.make_account() for _ in range(ACCOUNTS)]
    for account in accounts:
        make.use(account, feature, days_ago=range(0, 125, 25), events=10)
        make.be_active(account, "ada", days_ago=range(0, 60, 3))
        make.move_arr(account, 30_000, days_ago=500)
    make.open_ticket(accounts[0], days_ago=300, solved_days_ago=299)
    return accounts


def together(*works):
    """Runs the works in threads of their own at the same moment; raises what they raised."""
    barrier, problems = threading.Barrier(len(works)), []

    def run(work):
        try:
            barrier.wait()
            work()
        except Exception as problem:  # noqa: BLE001 -- raised again below
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for problem in problems:
        raise problem


def drain_all():
    while drain_dirty(limit=5, now=NOW):
        pass


def burden(accounts):
    for account in accounts:
        for _ in range(12):
            make.open_ticket(account, days_ago=0, category="defect")


def counts():
    return (
        HealthScore.objects.count(),
        CurrentHealth.objects.count(),
        ThresholdCrossing.objects.filter(subject="score", cause="first_score").count(),
    )


def test_first_scores_raced_by_three_workers_are_written_once(accounts):
    ids = [account.pk for account in accounts]
    for _ in range(3):
        DirtyAccount.objects.bulk_create([DirtyAccount(account_id=pk) for pk in ids])
    together(drain_all, drain_all, lambda: recompute(day=DAY, now=NOW))

    assert not DirtyAccount.objects.exists()
    assert counts() == (ACCOUNTS, ACCOUNTS, ACCOUNTS)


def test_a_fall_raced_by_three_workers_crosses_and_rings_once(accounts):
    recompute(day=DAY, now=NOW)
    burden(accounts)
    for _ in range(3):
        DirtyAccount.objects.bulk_create([DirtyAccount(account=account) for account in accounts])
    together(drain_all, drain_all, lambda: recompute(day=DAY, now=NOW))

    falls = ThresholdCrossing.objects.filter(cause="moved")
    assert falls.filter(subject="component:support").count() == ACCOUNTS
    assert Signal.objects.count() == falls.count()
    assert counts() == (ACCOUNTS, ACCOUNTS, ACCOUNTS)


def test_a_worker_killed_half_way_loses_nothing(accounts):
    recompute(day=DAY, now=NOW)
    burden(accounts)
    DirtyAccount.objects.bulk_create([DirtyAccount(account=account) for account in accounts])
    reached, killed = threading.Event(), threading.Event()

    def dying():
        from django.db import transaction  # noqa: PLC0415 -- only in this thread

        with transaction.atomic():
            drain_dirty(limit=10, now=NOW)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pids.append(cursor.fetchone()[0])
            reached.set()
            killed.wait()

    pids = []
    thread = threading.Thread(target=lambda: _swallow(dying))
    thread.start()
    reached.wait()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", pids)
    killed.set()
    thread.join()
    drain_all()

    assert not DirtyAccount.objects.exists()
    falls = ThresholdCrossing.objects.filter(cause="moved", subject="component:support")
    assert falls.count() == ACCOUNTS


def _swallow(work):
    """A killed connection ends its thread; what it left behind is what the test looks at."""
    from django.db import Error  # noqa: PLC0415 -- only here

    with pytest.raises(Error):
        work()
    connections.close_all()


def test_a_day_does_not_close_under_a_worker(accounts):
    recompute(day=DAY, now=NOW)
    together(
        lambda: recompute(day=DAY, now=NOW),
        lambda: close_day(day=DAY, now=NOW),
        lambda: recompute(day=DAY, now=NOW),
    )

    assert HealthScore.objects.count() == ACCOUNTS
    assert set(HealthScore.objects.values_list("revision", flat=True)) == {0}
