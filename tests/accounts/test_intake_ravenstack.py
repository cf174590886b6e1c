"""A customer's first export that no one here wrote: imported, reported, and equal to the cent.

Data: "RavenStack: Synthetic SaaS Dataset" by River @ Rivalytics.
"""

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db.models import Sum

from accounts.loading.ravenstack import AS_OF, import_folder
from accounts.models import (
    Account,
    AttributeHistory,
    Contract,
    Installation,
    RejectedRecord,
    RevenueMovement,
    Ticket,
    UsageDay,
)

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "ravenstack"
NOW = datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FOLDER.exists(), reason=f"the example {FOLDER} is not on this machine"),
]


@pytest.fixture
def imported():
    Installation.objects.filter(pk=1).update(as_of=AS_OF)
    return import_folder(FOLDER, day=AS_OF, now=NOW, on_progress=lambda line: None)


def mrr_by_account(day: date) -> Counter[int]:
    rows = (
        RevenueMovement.objects.filter(effective_on__lte=day)
        .values_list("account_id")
        .annotate(arr=Sum("amount_minor"))
    )
    return Counter({pk: arr // 1_200 for pk, arr in rows if arr})


def test_the_export_is_imported_reported_and_reconciles(imported):
    assert [(run.kind, run.read, run.created, run.rejected) for run in imported] == [
        ("accounts", 500, 500, 0),
        ("subscriptions", 5_000, 4_209, 13),
        ("feature_usage", 25_000, 24_960, 21),
        ("support_tickets", 2_000, 2_000, 0),
        ("churn_events", 600, 0, 0),
    ]
    codes = Counter(RejectedRecord.objects.values_list("run__kind", "level", "code"))
    assert codes == {
        ("accounts", "warning", "contradicts_money"): 110,
        ("subscriptions", "rejected", "order"): 13,
        ("subscriptions", "warning", "overlap"): 1,
        ("subscriptions", "warning", "trial"): 778,
        ("feature_usage", "rejected", "duplicate_id"): 21,
        ("feature_usage", "warning", "before_start"): 19_128,
        ("feature_usage", "warning", "after_end"): 291,
        ("support_tickets", "warning", "before_customer"): 1_077,
        ("churn_events", "warning", "contradicts_money"): 531,
        ("churn_events", "warning", "nothing_to_churn"): 69,
    }
    reference = json.loads((FOLDER / "reference.json").read_text())
    for day, mrr in reference["mrr_on"].items():
        assert sum(mrr_by_account(date.fromisoformat(day)).values()) == mrr
    for period in reference["periods"]:
        start = mrr_by_account(date.fromisoformat(period["start"]))
        end = mrr_by_account(date.fromisoformat(period["end"]))
        kept = [pk for pk in start if end[pk]]
        opened, closed = sum(start.values()), sum(end[pk] for pk in start)
        gross = sum(min(end[pk], start[pk]) for pk in start)
        assert (len(start), len(end), len(kept)) == (
            period["start_accounts"],
            period["end_accounts"],
            period["kept_accounts"],
        )
        assert (opened, sum(end.values())) == (period["start_mrr"], period["end_mrr"])
        assert round(closed / opened, 6) == period["nrr"]
        assert round(gross / opened, 6) == period["grr"]
        assert round(len(kept) / len(start), 6) == period["logo_retention"]
    assert Account.objects.aggregate(arr=Sum("arr_minor"))["arr"] == 10_159_608 * 1_200
    assert not Account.objects.exclude(status="active").exists()


def test_importing_it_again_changes_nothing(imported):
    tables = (Account, Contract, RevenueMovement, UsageDay, Ticket, AttributeHistory)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    again = import_folder(FOLDER, day=AS_OF, now=NOW, on_progress=lambda line: None)
    assert [(run.created, run.updated) for run in again] == [(0, 0)] * 5
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before
