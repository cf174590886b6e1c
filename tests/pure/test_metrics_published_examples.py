"""Examples other people published, and dbt Labs' month-by-month categories."""

import csv
import json
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from accounts.catalogue import MovementKind
from metrics.retention.positions import Bridge, Cohort, Logos, kind_of_change
from metrics.retention.rates import logo_retention, net_revenue_churn, nrr, quick_ratio

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the published examples are not here: no folder {DATA}"
)


def examples(metric):
    """The cases of one metric; empty where the folder is absent, and then the mark skips."""
    path = DATA / "worked_examples.json"
    if not path.exists():
        return []
    found = json.loads(path.read_text(), parse_float=Decimal)["examples"]
    return [
        pytest.param(e["inputs"], e["exact"], id=e["id"]) for e in found if e["metric"] == metric
    ]


def agrees(value, exact):
    """The file prints ten places."""
    return abs(value - Fraction(exact)) <= Fraction(1, 2 * 10**10)


@pytest.mark.parametrize(("inputs", "exact"), examples("nrr"))
def test_published_nrr(inputs, exact):
    cohort = Cohort(
        start=int(inputs["start_arr"]),
        expansion=int(inputs["expansion"]),
        contraction=int(inputs["contraction"]),
        churn=int(inputs["churn"]),
    )
    assert agrees(nrr(cohort), exact)


@pytest.mark.parametrize(("inputs", "exact"), examples("net_mrr_churn"))
def test_published_net_revenue_churn(inputs, exact):
    cohort = Cohort(
        start=inputs["start_mrr"],
        churn=inputs["churn"],
        contraction=inputs["contraction"],
        expansion=inputs["expansion"],
        reactivation=inputs["reactivation"],
    )
    assert agrees(net_revenue_churn(cohort), exact)


@pytest.mark.parametrize(("inputs", "exact"), examples("logo_churn"))
def test_published_logo_churn(inputs, exact):
    start = inputs.get("start") or len(inputs["customers_mrr"])
    kept = inputs["end_of_the_same"] if "lost" not in inputs else start - len(inputs["lost"])
    assert agrees(1 - logo_retention(Logos(start=start, kept=kept)), exact)


@pytest.mark.parametrize(("inputs", "exact"), examples("quick_ratio"))
def test_published_quick_ratio(inputs, exact):
    assert agrees(quick_ratio(Bridge(**inputs)), exact)


CATEGORIES = {
    "": None,
    "new": MovementKind.NEW,
    "reactivation": MovementKind.REACTIVATION,
    "upgrade": MovementKind.EXPANSION,
    "downgrade": MovementKind.CONTRACTION,
    "churn": MovementKind.CHURN,
}


def test_every_account_month_of_the_mrr_playbook_has_its_category():
    path = DATA / "mrr_playbook" / "expected_account_months.csv"
    with path.open() as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) > 300
    had_revenue = defaultdict(bool)
    for row in sorted(rows, key=lambda row: (row["customer_id"], row["date_month"])):
        before, after = Decimal(row["previous_month_mrr"]), Decimal(row["mrr"])
        account = row["customer_id"]
        had_revenue[account] |= before > 0
        found = kind_of_change(
            change=int(after - before),
            was_active=before > 0,
            is_active=after > 0,
            had_revenue=had_revenue[account],
        )
        assert found is CATEGORIES[row["change_category"]], row
