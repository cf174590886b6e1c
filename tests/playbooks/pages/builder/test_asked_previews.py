"""A dry run or a list that a worker makes: pressed twice it is one job, who takes over from a dead
worker goes on, and what was found of another draft is not kept."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from django.db import connection

from accounts.models import Installation, Job
from accounts.work import jobs
from accounts.work.leases import LEASE, LeaseLostError
from playbooks.models import BulkStartAccount, BulkStartList, DryRun, Play, Playbook, Task
from playbooks.preview import bulk_lists, bulk_starts, dry_runs
from playbooks.publishing import import_playbook, publish
from tests.playbooks.conftest import NOW
from tests.playbooks.pages.builder.conftest import at, words
from tests.playbooks.pages.builder.test_bulk_start import BELOW
from tests.playbooks.pages.builder.test_dry_run import FELL, crossed
from tests.pure.test_playbooks_library import SMALLEST


@pytest.fixture(autouse=True)
def many(house, monkeypatch):
    """More accounts than a page waits for."""
    Installation.objects.update_or_create(pk=1, defaults={"as_of": NOW.date()})
    for module in (dry_runs, bulk_lists, bulk_starts):
        monkeypatch.setattr(module, "AT_ONCE", 0)


def claimed(kind, *, after=timedelta(seconds=1)):
    """As the next worker takes it."""
    now = datetime.now(UTC) + after
    (job_id,) = jobs.due(now=now).filter(kind=kind).values_list("pk", flat=True)
    return jobs.claim(job_id=job_id, now=now)


def finish(claim):
    jobs.done(claim, now=datetime.now(UTC))


def jobs_of(kind):
    return Job.objects.filter(kind=kind).count()


@pytest.fixture
def slipped(house):
    account = house.account("acme", owner=house.people["alice"])
    crossed(house, account, NOW.date() - timedelta(days=20))
    whole = SMALLEST | {"key": "slipped", "triggers": [FELL]}
    return import_playbook(text=yaml.safe_dump(whole), now=NOW)


def test_a_dry_run_pressed_twice_is_one_job_and_pressed_later_another(slipped, ops):
    address = at("playbook_dry_run", slipped.pk)
    ops.post(address)
    ops.post(address)
    assert jobs_of(dry_runs.JOB_KIND) == 1

    claim = claimed(dry_runs.JOB_KIND)
    dry_runs.work_dry_run(claim)
    finish(claim)
    assert DryRun.objects.get().result["started"] == 1
    # The day is frozen: the same moment, asked again.
    ops.post(address)
    assert jobs_of(dry_runs.JOB_KIND) == 2
    dry_runs.work_dry_run(claimed(dry_runs.JOB_KIND))
    assert DryRun.objects.get().finished_at is not None


def test_a_dry_run_of_a_draft_that_was_changed_meanwhile_gives_way_to_the_next(slipped, ops):
    address = at("playbook_dry_run", slipped.pk)
    ops.post(address)
    early = claimed(dry_runs.JOB_KIND)
    Playbook.objects.filter(pk=slipped.pk).update(revision=2)
    ops.post(address)
    assert jobs_of(dry_runs.JOB_KIND) == 2

    dry_runs.work_dry_run(early)
    assert DryRun.objects.get().finished_at is None
    finish(early)
    dry_runs.work_dry_run(claimed(dry_runs.JOB_KIND))
    assert "changed after this dry run" not in words(ops.get(address))
    assert DryRun.objects.get().revision == 2


def test_a_worker_that_lost_its_lease_over_a_dry_run_writes_nothing(slipped, ops):
    address = at("playbook_dry_run", slipped.pk)
    ops.post(address)
    lost = claimed(dry_runs.JOB_KIND)
    taken_over = claimed(dry_runs.JOB_KIND, after=LEASE + timedelta(seconds=5))
    with pytest.raises(LeaseLostError):
        dry_runs.work_dry_run(lost)
    assert DryRun.objects.get().finished_at is None
    dry_runs.work_dry_run(taken_over)
    assert "started once" in words(ops.get(address))


def test_a_dry_run_that_waits_through_an_upgrade_is_worked(slipped, ops):
    ops.post(at("playbook_dry_run", slipped.pk))
    Job.objects.update(payload={"dry_run": DryRun.objects.get().pk})
    dry_runs.work_dry_run(claimed(dry_runs.JOB_KIND))
    assert DryRun.objects.get().finished_at is not None


def test_how_far_a_dry_run_is_stands_on_its_page(slipped, ops):
    ops.post(at("playbook_dry_run", slipped.pk))
    DryRun.objects.update(done=10_000, total=20_000)
    page = ops.get(at("playbook_dry_run", slipped.pk))
    assert "10,000 of 20,000 accounts looked at." in words(page)
    assert "Run it again" not in words(page)


def polled(ops, address):
    """As the page asks while it waits: whether it is to be loaded anew."""
    return ops.get(address, headers={"HX-Request": "true"}).headers.get("HX-Refresh")


def test_a_page_that_waits_is_loaded_anew_once_a_worker_is_done(slipped, low, ops):
    dry_run, start = at("playbook_dry_run", slipped.pk), at("playbook_start", low.pk)
    ops.post(dry_run)
    assert polled(ops, dry_run) is None
    dry_runs.work_dry_run(claimed(dry_runs.JOB_KIND))
    assert polled(ops, dry_run) == "true"
    ops.post(start, {"look": "1"})
    assert polled(ops, start) is None
    bulk_lists.work_list(claimed(bulk_lists.JOB_KIND))
    assert polled(ops, start) == "true"
    ops.post(start, {"all": "1"})
    assert polled(ops, start) is None
    bulk_starts.work_start(claimed(bulk_starts.JOB_KIND))
    assert polled(ops, start) == "true"


@pytest.fixture
def low(house):
    """Three accounts stand below 40, of a version in force."""
    for number, name in enumerate(("large", "medium", "small")):
        arr = 900_000_00 - number * 100_000_00
        house.stands(house.account(name, arr_minor=arr), "30", "intervene")
    whole = SMALLEST | {"triggers": [BELOW], "conditions": {}}
    return publish(playbook=import_playbook(text=yaml.safe_dump(whole), now=NOW), by=None, now=NOW)


@pytest.fixture
def listed(low, ops):
    """Their list, as a worker made it; its address."""
    address = at("playbook_start", low.pk)
    ops.post(address, {"look": "1"})
    claim = claimed(bulk_lists.JOB_KIND)
    bulk_lists.work_list(claim)
    finish(claim)
    return address


def test_a_list_pressed_twice_is_one_job_and_says_how_far_it_is(low, ops):
    address = at("playbook_start", low.pk)
    ops.post(address, {"look": "1"})
    ops.post(address, {"look": "1"})
    assert jobs_of(bulk_lists.JOB_KIND) == 1
    assert "A worker looks where it is true." in words(ops.get(address))
    BulkStartList.objects.update(done=1, total=3)
    assert "1 of 3 accounts looked at." in words(ops.get(address))

    bulk_lists.work_list(claimed(bulk_lists.JOB_KIND))
    assert "It would start on 3 accounts" in words(ops.get(address))


def test_a_list_that_could_not_be_made_says_so_and_is_asked_for_again(low, ops):
    address = at("playbook_start", low.pk)
    ops.post(address, {"look": "1"})
    bulk_lists.give_up(claimed(bulk_lists.JOB_KIND), reason="the disk is full")
    assert "It failed: the disk is full" in words(ops.get(address))
    ops.post(address, {"look": "1"})
    assert jobs_of(bulk_lists.JOB_KIND) == 2


def test_a_list_of_an_earlier_day_says_so(listed, ops):
    assert "Days have passed since" not in words(ops.get(listed))
    BulkStartList.objects.update(day=NOW.date() - timedelta(days=1))
    assert "Days have passed since" in words(ops.get(listed))


def test_a_long_list_has_pages_and_starts_what_is_ticked_on_one_of_them(
    listed, ops, house, monkeypatch
):
    monkeypatch.setattr("playbooks.pages.builder.bulk_start.PAGE_SIZE", 2)
    first, second = words(ops.get(listed)), words(ops.get(listed, {"page": "2"}))
    assert ("large" in first, "small" in first) == (True, False)
    assert ("large" in second, "small" in second) == (False, True)
    assert "It would start on 3 accounts" in first
    ops.post(f"{listed}?page=2", {"account": [house.accounts["small"].pk]})
    bulk_starts.work_start(claimed(bulk_starts.JOB_KIND))
    assert [play.account.name for play in Play.objects.all()] == ["small"]


def test_a_start_pressed_twice_is_one_job_and_one_play_an_account(listed, ops):
    ops.post(listed, {"all": "1"})
    ops.post(listed, {"all": "1"})
    assert jobs_of(bulk_starts.JOB_KIND) == 1
    assert "Started on 0; 3 to go." in words(ops.get(listed))
    ops.post(listed, {"look": "1"})
    assert "It is being started still." in words(ops.get(listed))

    claim = claimed(bulk_starts.JOB_KIND)
    bulk_starts.work_start(claim)
    bulk_starts.work_start(claim)
    assert Play.objects.count() == Task.objects.count() == 3
    assert "From this list it was started on 3." in words(ops.get(listed))


class Killed(BaseException):
    """A worker ends where it stands."""


def test_who_takes_over_from_a_killed_worker_goes_on_behind_it(listed, ops, monkeypatch):
    """One account a slice; the first worker dies with the second before it is committed."""
    monkeypatch.setattr(bulk_starts, "_SLICE", 1)
    ops.post(listed, {"all": "1"})
    killed, clock = claimed(bulk_starts.JOB_KIND), iter([datetime.now(UTC)])

    def until_killed():
        for moment in clock:
            return moment
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(bulk_starts, "real_now", until_killed)
        with pytest.raises(Killed):
            bulk_starts.work_start(killed)
    assert [play.account.name for play in Play.objects.all()] == ["large"]
    # The first play ends meanwhile, and its playbook has no cooldown: it does not start again.
    Play.objects.update(state="closed", outcome="completed", closed_at=NOW, next_step_at=None)

    bulk_starts.work_start(claimed(bulk_starts.JOB_KIND, after=LEASE + timedelta(seconds=5)))
    names = Play.objects.order_by("pk").values_list("account__name", flat=True)
    assert list(names) == ["large", "medium", "small"]
    with pytest.raises(LeaseLostError):
        jobs.progress(killed, cursor=9, now=datetime.now(UTC))


def test_what_is_not_true_any_more_is_left_as_it_is(listed, ops, house):
    ops.post(listed, {"all": "1"})
    house.stands(house.accounts["medium"], "80", "healthy")
    bulk_starts.work_start(claimed(bulk_starts.JOB_KIND))
    assert {play.account.name for play in Play.objects.all()} == {"large", "small"}
    assert BulkStartAccount.objects.get(state="left").account.name == "medium"
    assert "1 was left as it is" in words(ops.get(listed))


def test_a_start_that_failed_says_so_and_is_taken_up_again(listed, ops):
    ops.post(listed, {"all": "1"})
    claim = claimed(bulk_starts.JOB_KIND)
    bulk_starts.give_up(claim, reason="the disk is full")
    assert "Starting failed: the disk is full" in words(ops.get(listed))
    bulk_starts.revive(claim)
    bulk_starts.work_start(claim)
    assert Play.objects.count() == 3
    with pytest.raises(jobs.SettledError):
        bulk_starts.revive(claim)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_press_in_the_same_moment_ask_for_one(slipped, house):
    ready = threading.Barrier(2)

    def press(name):
        playbook = Playbook.objects.prefetch_related("steps").get(pk=slipped.pk)
        ready.wait()
        dry_runs.request_dry_run(playbook=playbook, by=house.people[name], now=NOW)
        connection.close()

    threads = [threading.Thread(target=press, args=[name]) for name in ("otto", "alice")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert jobs_of(dry_runs.JOB_KIND) == 1
