"""Examples other people published, and dbt Labs' month-by-month categories."""

import csv
import json
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from accounts.catalogue import MovementKind
from metrics.definitions import (
    NET_REVENUE_CHURN,
    QUICK_RATIO,
    Bridge,
    Cohort,
    Logos,
    Rate,
    Retention,
)
from metrics.retention.vectors import KINDS, NO_KIND, PositionArrays, net_change_kinds

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
    assert agrees(Retention(cohort=cohort).rate(Rate.NRR), exact)


@pytest.mark.parametrize(("inputs", "exact"), examples("net_mrr_churn"))
def test_published_net_revenue_churn(inputs, exact):
    cohort = Cohort(
        start=inputs["start_mrr"],
        churn=inputs["churn"],
        contraction=inputs["contraction"],
        expansion=inputs["expansion"],
        reactivation=inputs["reactivation"],
    )
    assert agrees(NET_REVENUE_CHURN.of(Retention(cohort=cohort)), exact)


@pytest.mark.parametrize(("inputs", "exact"), examples("logo_churn"))
def test_published_logo_churn(inputs, exact):
    start = inputs.get("start") or len(inputs["customers_mrr"])
    kept = inputs["end_of_the_same"] if "lost" not in inputs else start - len(inputs["lost"])
    retention = Retention(logos=Logos(start=start, kept=kept))
    assert agrees(1 - retention.rate(Rate.LOGO), exact)


@pytest.mark.parametrize(("inputs", "exact"), examples("quick_ratio"))
def test_published_quick_ratio(inputs, exact):
    assert agrees(QUICK_RATIO.of(Retention(bridge=Bridge(**inputs))), exact)


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
    rows.sort(key=lambda row: (row["customer_id"], row["date_month"]))
    before = [int(Decimal(row["previous_month_mrr"])) for row in rows]
    after = [int(Decimal(row["mrr"])) for row in rows]
    had_revenue, paid = [], defaultdict(bool)
    for row, mrr in zip(rows, before, strict=True):
        paid[row["customer_id"]] |= mrr > 0
        had_revenue.append(paid[row["customer_id"]])
    kinds = net_change_kinds(
        PositionArrays(
            start=np.array(before),
            end=np.array(after),
            was_active=np.array(before) > 0,
            is_active=np.array(after) > 0,
            had_revenue=np.array(had_revenue),
        )
    )
    found = [None if code == NO_KIND else KINDS[code] for code in kinds]
    assert found == [CATEGORIES[row["change_category"]] for row in rows]
