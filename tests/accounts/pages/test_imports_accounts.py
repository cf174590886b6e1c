"""What a check says an import does to where accounts stand, and that only the import does it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import clock
from accounts.models import (
    Account,
    DirtyAccount,
    Feature,
    ImportFile,
    PlannedChange,
    Signal,
    Ticket,
    UsageDay,
    UserMonth,
)
from accounts.uploads import jobs as uploads
from health.models import CurrentHealth, HealthScore, ThresholdCrossing
from health.publishing import install_library
from health.recompute import rescore_now
from tests.accounts.pages.test_imports import ops, send, text, work

__all__ = ["ops"]

pytestmark = pytest.mark.django_db


def contracts(*rows):
    """External id and ARR each: contracts that run today, under which accounts are new to ARR."""
    starts, ends = clock.today() - timedelta(days=90), clock.today() + timedelta(days=275)
    lines = [f"C-{key},{key},{starts},{ends},{arr},USD" for key, arr in rows]
    header = "external_id,account,starts_on,ends_on,arr,currency"
    return "\n".join([header, *lines]).encode()


def tickets(key, *, number):
    """Defects of the last days that nobody has answered."""
    opened = clock.today() - timedelta(days=9)
    lines = [f"T-{key}-{n},{key},{opened}T09:00:00Z,defect,urgent" for n in range(number)]
    return "\n".join(["external_id,account,opened_at,category,severity", *lines]).encode()


def checked(client, content, name):
    send(client, content, name=name)
    file = ImportFile.objects.latest("pk")
    file.mapping = {**file.mapping, "end_date": "renewal"}
    uploads.check_soon(file)
    file.refresh_from_db()
    return file


def accounts_of(file):
    rows = PlannedChange.objects.filter(file=file, status="account").order_by("position")
    return {row.record["key"]: row.record for row in rows}


@pytest.fixture
def judged(ops):
    """Uses a core feature every day, by two people, under a contract, with an old ticket."""
    install_library(now=clock.now())
    today = clock.today()
    account = Account.objects.create(
        external_id="judged", name="Judged", currency="USD", seats=2, stage="adoption",
        customer_since=today - timedelta(days=900),
    )  # fmt: skip
    feature = Feature.objects.create(key="core", name="Core", is_core=True, valid_from="2020-01-01")
    days = [today - timedelta(days=n) for n in range(1, 120)]
    UsageDay.objects.bulk_create(
        UsageDay(account=account, day=day, feature=feature, learned_on=day, events=5)
        for day in days
    )
    bits = Counter(day.replace(day=1) for day in days)
    UserMonth.objects.bulk_create(
        UserMonth(account=account, month=month, user_key=user, days=(1 << count) - 1)
        for month, count in bits.items()
        for user in ("ada", "bo")
    )
    Ticket.objects.create(
        account=account, external_id="old", category="how_to",
        opened_at=clock.now() - timedelta(days=400), solved_at=clock.now() - timedelta(days=399),
    )  # fmt: skip
    rescore_now(now=clock.now())
    return account


@pytest.fixture
def plain(ops):
    for key in ("plain-1", "plain-2"):
        Account.objects.create(external_id=key, name=key.title(), currency="USD")
    rescore_now(now=clock.now())


def test_segment_and_tier_are_said_account_by_account(ops, plain):
    before = list(Account.objects.order_by("pk").values("segment", "touch_tier", "arr_minor"))
    file = checked(ops, contracts(("plain-1", 600_000), ("plain-2", 100)), "contracts.csv")
    moves = accounts_of(file)["plain-1"]["moves"]
    assert moves["segment"] == ["self_serve", "strategic"]
    assert moves["tier"] == ["tech", "high"]
    assert (file.outcome["standing"]["segment"], file.outcome["standing"]["tier"]) == (1, 1)
    assert list(Account.objects.order_by("pk").values("segment", "touch_tier", "arr_minor")) == (
        before
    )
    page = text(ops.get(reverse("imports_check", args=[file.pk]), {"show": "account"}))
    assert "<del>Self-serve</del>" in page
    assert "<ins>Strategic</ins>" in page
    assert "Segment changes: 1 · touch tier changes: 1" in page
    # What the check said is what the import does.
    ops.post(reverse("imports_start", args=[file.pk]))
    work()
    account = Account.objects.get(external_id="plain-1")
    assert (account.segment, account.touch_tier) == ("strategic", "high")


def test_scores_are_said_and_nothing_is_scored(ops, judged):
    account = judged
    state = [
        repr(list(model.objects.order_by("pk").values()))
        for model in (CurrentHealth, HealthScore, ThresholdCrossing, DirtyAccount, Signal)
    ]
    file = checked(ops, tickets(account.external_id, number=40), "tickets.csv")
    before, after = accounts_of(file)[account.external_id]["moves"]["score"]
    assert float(before) == float(CurrentHealth.objects.get(account=account).score)
    assert float(after) < float(before)
    assert file.outcome["standing"]["score"] == 1
    assert state == [
        repr(list(model.objects.order_by("pk").values()))
        for model in (CurrentHealth, HealthScore, ThresholdCrossing, DirtyAccount, Signal)
    ]
    ops.post(reverse("imports_start", args=[file.pk]))
    work()
    rescore_now(account_ids=[account.pk], now=clock.now())
    assert float(CurrentHealth.objects.get(account=account).score) == float(after)


def test_new_accounts_come_from_nowhere(ops):
    file = checked(ops, b"external_id,name\nbrand-new,Brand New\n", "accounts.csv")
    record = accounts_of(file)["brand-new"]
    assert record["is_new"]
    assert record["moves"]["segment"] == [None, "self_serve"]
    assert not Account.objects.filter(external_id="brand-new").exists()
    page = text(ops.get(reverse("imports_check", args=[file.pk]), {"show": "account"}))
    assert "brand-new · new" in page


def test_a_hundred_accounts_cost_no_more_queries_than_ten(ops):
    def queries(number, start):
        rows = [f"many-{start + n},Many {n}" for n in range(number)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            checked(ops, "\n".join(["external_id,name", *rows]).encode(), "accounts.csv")
        # Accounts that are judged share 64 locks, each taken by a statement of its own.
        return sum("pg_advisory_xact_lock" not in query["sql"] for query in captured)

    queries(3, 0)
    assert queries(90, 1_000) == queries(10, 5_000)
