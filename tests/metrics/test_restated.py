"""Months that changed after they were reported say since when, by how much and through what."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import InternalError

from metrics.models import ReportedMonth
from metrics.snapshots import take_snapshots
from tests.metrics.pages import get, text_of
from tests.metrics.test_executive_csv import download

END = date(2025, 5, 31)
REPORTED = date(2025, 6, 2)
AS_OF = "?as_of=2025-06-10"


@pytest.fixture
def book(company, people):
    """100,000 a year ago, the same at the end: NRR 100 %."""
    acme, beta = company.account("Acme"), company.account("Beta")
    company.post(acme, date(2024, 1, 1), "new", 60_000_00)
    company.post(beta, date(2024, 1, 1), "new", 40_000_00)
    take_snapshots(day=REPORTED)
    return acme, beta


@pytest.fixture
def late(company, book):
    """Learned in June: Acme paid 5,000 more since May, Beta 3,600 less since March."""
    acme, beta = book
    company.post(acme, date(2025, 5, 20), "expansion", 5_000_00, learned_on=date(2025, 6, 5))
    company.post(beta, date(2025, 3, 1), "contraction", 3_600_00, learned_on=date(2025, 6, 4))


@pytest.mark.parametrize("stored", [False, True])
def test_a_restated_month_says_so(client, people, late, stored):
    if stored:
        take_snapshots(day=date(2025, 6, 9))
    page = text_of(get(client, people["eva"], "executive", AS_OF))
    # 101,400 and 96,400 of 100,000; both still pay.
    assert "Restated since 4 Jun 2025: +1.4 points" in page
    assert f"Restated since 4 Jun 2025: {chr(0x2212)}3.6 points" in page
    assert page.count("Restated since") == 2
    assert (
        "Restated: the twelve months to 31 May 2025 differ from what was reported on 2 Jun 2025."
        " 2 movements were learned since 4 Jun 2025, of 2 accounts:"
    ) in page
    assert page.index("Acme +$5,000") < page.index(f"Beta {chr(0x2212)}$3,600")


def test_the_file_says_what_was_reported(client, people, late):
    rows = {
        (row["Section"], row["Figure"], row["Part"]): row["Value"]
        for row in download(client, people["eva"], "executive", AS_OF)
    }
    word = "Net revenue retention"
    assert Decimal(rows["Retention by month", word, "2025-05-31"]) == Decimal("101.4")
    assert Decimal(rows["Retention by month as reported", word, "2025-05-31"]) == 100
    assert ("Retention by month as reported", word, "2025-02-28") not in rows
    assert Decimal(rows["Restatement", word, "change"]) == Decimal("1.4")
    assert rows["Restatement", "Reported on", ""] == "2025-06-02"
    assert rows["Restatement", "Learned since", ""] == "2025-06-04"
    assert rows["Restatement", "Learned since", "accounts"] == "2"
    assert rows["Restatement", "Beta", "ARR"] == "-3600.00"


def test_what_is_as_reported_says_nothing(client, company, people, book):
    company.post(book[0], date(2025, 6, 3), "expansion", 5_000_00)
    take_snapshots(day=date(2025, 6, 9))
    assert "Restated" not in text_of(get(client, people["eva"], "executive", AS_OF))


def test_who_sees_a_part_or_asks_for_what_was_known_is_told_nothing(client, people, late):
    """What was reported is of all accounts, as known now."""
    known = f"{AS_OF}&known_on=2025-06-08"
    assert "Restated" not in text_of(get(client, people["eva"], "executive", known))
    assert "Restated" not in text_of(get(client, people["mona"], "executive", AS_OF))


def test_a_corrected_rate_restates(client, company, people):
    """Half of what is paid is in euros, and rose by a fifth in them."""
    company.rate("EUR", "1.0")
    acme = company.account("Acme")
    company.post(acme, date(2024, 1, 1), "new", 100_00)
    company.post(acme, date(2024, 1, 1), "new", 100_00, currency="EUR")
    company.post(acme, date(2025, 1, 1), "expansion", 20_00, currency="EUR")
    take_snapshots(day=REPORTED)
    company.rate("EUR", "2.0", since=date(2025, 5, 1))
    page = text_of(get(client, people["eva"], "executive", AS_OF))
    # 110 % at 1.0; (100 + 240) of (100 + 200) at 2.0 is 113.3 %.
    assert "Restated: +3.3 points" in page
    assert "The rate of EUR was corrected." in page


def test_what_was_reported_is_never_written_again(book):
    with pytest.raises(InternalError, match="Cannot update"):
        ReportedMonth.objects.filter(month=END).update(nrr=1)
