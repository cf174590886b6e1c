"""The main path once, through the doors people use: files in, a CSM's task, a leader's figure.

Two accounts pay 1,200.00 and 800.00 a year from 500 days ago; the second left 100 days ago. So the
default window opens with 2,000.00 and one logo of two is kept: NRR = GRR = 1,200 / 2,000 = 60 %.
The first is in good health until one bad morning is imported.
"""

import csv
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts import clock
from accounts.models import Account, DirtyAccount, Feature, User
from cs_platform.scheduling.nightly_steps import STEPS, Shard
from health.models import CurrentHealth, ThresholdCrossing
from health.publishing import install_library as install_scorecards
from health.recompute import drain_dirty
from playbooks.engine import advance_plays, fire_signals
from playbooks.models import Play, Task
from playbooks.publishing import install_library as install_playbooks


def _ago(days):
    return (clock.today() - timedelta(days=days)).isoformat()


def _moment(days):
    return f"{_ago(days)}T09:00:00+00:00"


class Files:
    def __init__(self, folder):
        self.folder = folder

    def bring(self, kind, header, *rows, backfill=False):
        path = self.folder / f"{kind}.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header.split(), *rows])
        call_command("import", str(path), kind=kind, backfill=backfill, verbosity=0)


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


@pytest.fixture
def house(db):
    install_scorecards(now=clock.now())
    install_playbooks(now=clock.now())
    User.objects.create_user("csm@demo.example", "demo", name="Ines", role="csm")
    User.objects.create_user("executive@demo.example", "demo", name="Ada", role="executive")
    for key in ("reports", "alerts"):
        Feature.objects.create(key=key, name=key, is_core=True, valid_from=date(2020, 1, 1))


def _bring_two_customers(files):
    files.bring(
        "accounts",
        "external_id name owner seats stage currency customer_since",
        ["kept", "Brass Lantern", "csm@demo.example", 4, "value", "USD", _ago(500)],
        ["left", "Paper Anchor", "csm@demo.example", 4, "value", "USD", _ago(500)],
    )
    files.bring(
        "movements",
        "external_id account effective_on kind arr currency",
        ["m1", "kept", _ago(500), "new", "1200.00", "USD"],
        ["m2", "left", _ago(500), "new", "800.00", "USD"],
        ["m3", "left", _ago(100), "churn", "-800.00", "USD"],
    )


def _bring_good_health(files):
    days = range(1, 125)
    files.bring(
        "contacts",
        "external_id account name level roles met_on",
        ["c1", "kept", "Una Vale", "vp", "champion", _ago(400)],
        ["c2", "kept", "Otis Reed", "director", "champion", _ago(400)],
        ["c3", "kept", "Ilse Marsh", "user", "champion", _ago(400)],
    )
    files.bring(
        "usage",
        "account day feature events",
        *(
            ["kept", _ago(n), feature, 40 - n // 5]
            for n in days
            for feature in ("reports", "alerts")
        ),
        backfill=True,
    )
    files.bring(
        "user_days",
        "account day user",
        *(["kept", _ago(n), f"u{user}"] for n in days for user in range(4) if n % 3),
    )
    files.bring(
        "interactions",
        "external_id account occurred_at kind is_commercial contacts",
        ["i1", "kept", _moment(5), "meeting", "true", "c1|c2"],
        ["i2", "kept", _moment(30), "qbr", "true", "c1|c3"],
        ["i3", "kept", _moment(60), "call", "true", "c1"],
    )
    files.bring(
        "invoices",
        "external_id account issued_on due_on paid_on amount currency state",
        ["inv1", "kept", _ago(60), _ago(30), _ago(31), "100.00", "USD", "paid"],
    )
    files.bring(
        "tickets",
        "external_id account opened_at solved_at category",
        ["t0", "kept", _moment(80), _moment(79), "how_to"],
    )


def _bring_a_bad_morning(files):
    rows = [[f"t{n}", "kept", _moment(1), "", "defect", "exports fail"] for n in range(1, 9)]
    files.bring("tickets", "external_id account opened_at solved_at category topic", *rows)
    files.bring(
        "events",
        "external_id account kind occurred_on",
        ["e1", "kept", "renewal_pushback", _ago(0)],
        ["e2", "kept", "upsell_declined", _ago(0)],
    )


def _drain():
    while drain_dirty(limit=500, now=datetime.now(UTC)):
        pass
    fire_signals(limit=500, now=datetime.now(UTC))


def _a_night():
    ids = Account.objects.order_by("pk").values_list("pk", flat=True)
    shard = Shard(clock.today() - timedelta(days=1), clock.today(), clock.now(), min(ids), max(ids))
    for step in STEPS:
        step.run(shard)


def test_files_become_a_task_and_a_figure(house, files, client):
    _bring_two_customers(files)
    _bring_good_health(files)
    _drain()

    before = CurrentHealth.objects.get(account__external_id="kept")
    assert (before.band, before.score >= 75) == ("healthy", True)
    assert not Play.objects.exists(), "a first score starts nothing"

    _bring_a_bad_morning(files)
    _drain()

    after = CurrentHealth.objects.get(account__external_id="kept")
    assert after.score < before.score
    assert after.band == "watch"
    crossing = ThresholdCrossing.objects.get(
        account__external_id="kept", cause="moved", subject="score"
    )
    assert (crossing.from_band, crossing.to_band) == ("healthy", "watch")
    play = Play.objects.get()
    assert play.playbook.key == "healthy_to_watch"

    _drain()
    _a_night()
    advance_plays(limit=500, now=datetime.now(UTC))
    assert not DirtyAccount.objects.exists()
    assert Play.objects.count() == 1, "the night found nothing new"

    csm = User.objects.get(email="csm@demo.example")
    task = Task.objects.get(play=play)
    assert task.owner == csm
    client.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")
    assert "Brass Lantern" in client.get(reverse("today")).content.decode(), "it moved"
    assert task.title in client.get(reverse("tasks")).content.decode()

    ada = User.objects.get(email="executive@demo.example")
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("executive")).content.decode()
    assert page.count("60.0") >= 2
    assert "50.0" in page

    call_command("verify_invariants", verbosity=0)
