"""A messy export that nobody here wrote, and its retention computed independently."""

import csv
import gzip
import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from metrics.definitions import Bridge, Rate
from metrics.retention.series import LedgerArrays, MonthPair, position_series
from metrics.retention.vectors import AccountChanges, net_changes

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "ravenstack"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"the RavenStack export is not here: no folder {FOLDER}"
)


def subscriptions():
    with gzip.open(FOLDER / "subscriptions.csv.gz", "rt", encoding="utf-8-sig") as handle:
        yield from csv.DictReader(handle)


def ordinal(text):
    if "-" in text[:3]:
        day, month, year = text.split("-")
        return date(int(year), int(month), int(day)).toordinal()
    return date.fromisoformat(text).toordinal()


def ledger():
    """Up on the first day of each subscription, down on its end; never where it ends before."""
    rows = []
    for row in subscriptions():
        start, mrr = ordinal(row["start_date"]), int(Decimal(row["mrr_amount"]))
        end = ordinal(row["end_date"]) if row["end_date"] else None
        if mrr and (end is None or end > start):
            rows.append((row["account_id"], start, mrr))
            if end is not None:
                rows.append((row["account_id"], end, -mrr))
    names = sorted({name for name, _, _ in rows})
    index = {name: number for number, name in enumerate(names)}
    columns = np.array([(index[name], day, mrr) for name, day, mrr in rows], dtype=np.int64).T
    zeros = np.zeros(len(rows), dtype=np.int64)
    return LedgerArrays(
        account=columns[0],
        day=columns[1],
        amount=columns[2],
        currency=zeros,
        kind=zeros,
        accounts=np.arange(len(names), dtype=np.int64),
        currencies=("USD",),
    )


def periods():
    path = FOLDER / "reference.json"
    return json.loads(path.read_text())["periods"] if path.exists() else []


@pytest.fixture(scope="module")
def book():
    return ledger()


@pytest.mark.parametrize("period", periods(), ids=lambda period: f"to {period['end']}")
def test_windows_equal_the_reference(book, period):
    pair = MonthPair(
        start=date.fromisoformat(period["start"]).toordinal(),
        end=date.fromisoformat(period["end"]).toordinal(),
        rates={"USD": Decimal(1)},
    )
    (arrays,) = position_series(ledger=book, pairs=[pair])
    groups = np.zeros(len(book.accounts), dtype=np.int64)
    counted = AccountChanges(positions=arrays, changes=net_changes(arrays))
    (found,) = counted.by_group(groups=groups, count=1)
    came = found.bridge.new + found.bridge.reactivation
    assert found.bridge == Bridge(
        start=period["start_mrr"],
        new=found.bridge.new,
        reactivation=period["new_or_reactivated"] - found.bridge.new,
        expansion=period["expansion"],
        contraction=period["contraction"],
        churn=period["churn"],
    )
    assert (came, found.bridge.end) == (period["new_or_reactivated"], period["end_mrr"])
    counts = (period["start_accounts"], period["kept_accounts"], period["end_accounts"])
    assert (found.logos.start, found.logos.kept, found.logos.end) == counts
    for rate, name in (
        (found.rate(Rate.NRR), "nrr"),
        (found.rate(Rate.GRR), "grr"),
        (found.rate(Rate.LOGO), "logo_retention"),
    ):
        assert abs(rate - Fraction(str(period[name]))) <= Fraction(1, 2 * 10**6)
