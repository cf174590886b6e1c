"""Each night's forecast is kept as it was made, once; and compared with what became of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Contract
from cs_platform.scheduling import purge
from metrics.models import ForecastNight, RenewalChance, RenewalForecast
from metrics.queries.forecasts import forecast_accuracy
from metrics.queries.report_snapshot import snapshot_of
from metrics.retention.forecast import accuracy
from metrics.retention.rates import percent
from metrics.snapshots.forecasts import forget_forecasts, keep_forecast
from tests.metrics.pages import get, text_of
from tests.metrics.world import contract, judge

END = date(2025, 3, 31)
NOW = datetime(2025, 6, 15, 8, tzinfo=UTC)
# Specification 4: 100k at 85, 50k at 45, 75k at 25 -> 95k + 30k + 22.5k = 147.5k of 225k.
RENEWALS = (
    ("Ada", 100_000_00, "85", "healthy"),
    ("Bly", 50_000_00, "45", "intervene"),
    ("Cyd", 75_000_00, "25", "intervene"),
)


def night(days_ahead):
    return END - timedelta(days=days_ahead)


@pytest.fixture
def renewals(company, people, card):
    accounts = []
    for number, (name, arr, score, band) in enumerate(RENEWALS):
        account = company.account(name, owner=people["alice"])
        company.post(account, date(2024, 3, 31), "new", arr)
        contract(account, number, END, arr)
        for days_ahead in (90, 60, 30):
            judge(account, card, night(days_ahead), score, band)
        accounts.append(account)
    return accounts


def keep(days_ahead):
    return keep_forecast(day=night(days_ahead), now=NOW)


def test_the_book_of_the_specification_is_kept_row_by_row(renewals):
    assert keep(30) == 3
    rows = RenewalForecast.objects.order_by("pk")
    kept = rows.values_list("contract", "arr_minor", "chance", "expected_minor", "segment")
    assert sorted(kept) == [
        ("c0", 100_000_00, Decimal("0.9500"), 95_000_00, "smb"),
        ("c1", 50_000_00, Decimal("0.6000"), 30_000_00, "smb"),
        ("c2", 75_000_00, Decimal("0.3000"), 22_500_00, "smb"),
    ]
    forecast, due = sum(row[3] for row in kept), sum(row[1] for row in kept)
    assert (forecast, due) == (147_500_00, 225_000_00)
    assert percent(rate=Fraction(forecast, due)) == Decimal("65.6")
    found = ForecastNight.objects.get()
    assert (found.day, found.currency, found.rates) == (night(30), "USD", {"USD": "1"})
    assert found.chances["80"] == "0.95"


def test_a_night_has_one_forecast_and_it_is_never_rewritten(company, renewals):
    assert keep(30) == 3
    before = list(RenewalForecast.objects.order_by("pk").values())
    RenewalChance.objects.filter(lower=80).update(chance=Decimal("0.5"))
    company.post(renewals[0], date(2024, 6, 1), "churn", 100_000_00)
    assert keep(30) == 0
    for change in (
        lambda: RenewalForecast.objects.update(expected_minor=0),
        lambda: ForecastNight.objects.update(currency="EUR"),
    ):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            change()
    assert list(RenewalForecast.objects.order_by("pk").values()) == before


def test_a_renewal_is_kept_from_ninety_two_days_before_its_end_to_the_day_before(renewals):
    assert [keep(days) for days in (93, 92, 1, 0)] == [0, 3, 3, 0]


def found_accuracy(user, *, day=date(2025, 5, 15)):
    snapshot = snapshot_of(user=user, base="USD", day=day, today=date(2025, 6, 15), zone="UTC")
    return forecast_accuracy(snapshot, base="USD")


def test_accuracy_compares_a_forecast_with_what_was_kept(company, people, renewals):
    assert found_accuracy(people["eva"]) is None
    keep(90), keep(30)
    # Bly's 50,000 are lost: 175,000 of 225,000 kept, 147,500 expected: 1 − 27,500 ÷ 225,000.
    company.post(renewals[1], END, "churn", 50_000_00)
    found = found_accuracy(people["eva"])
    assert found.settled == 3
    told = {h.days_ahead: (h.renewals, h.due, h.forecast, h.kept) for h in found.horizons}
    assert told == {
        30: (3, 225_000_00, 147_500_00, 175_000_00),
        60: (0, 0, 0, 0),
        90: (3, 225_000_00, 147_500_00, 175_000_00),
    }
    thirty, sixty, _ = found.horizons
    assert thirty.rate == 1 - Fraction(27_500, 225_000)
    assert thirty.is_below_target
    assert sixty.rate is None


@pytest.mark.parametrize("moved_to", [date(2025, 3, 10), date(2025, 4, 20)])
def test_a_renewal_whose_end_moved_is_compared_with_the_end_it_got(people, renewals, moved_to):
    """Ada signed early, or the end was put off by three weeks: her 100,000 were kept."""
    keep(30)
    Contract.objects.filter(external_id="c0").update(ends_on=moved_to)
    thirty = found_accuracy(people["eva"], day=date(2025, 5, 25)).horizons[0]
    assert (thirty.renewals, thirty.due, thirty.kept) == (3, 225_000_00, 225_000_00)


def test_after_a_missed_night_the_one_before_it_counts(people, renewals):
    keep_forecast(day=night(36), now=NOW)
    assert found_accuracy(people["eva"]).horizons[0].renewals == 3
    keep_forecast(day=night(69), now=NOW)
    assert found_accuracy(people["eva"]).horizons[1].renewals == 0


def test_the_list_of_renewals_says_how_near_past_forecasts_came(client, company, people, renewals):
    keep(30)
    company.post(renewals[1], END, "churn", 50_000_00)
    shown = text_of(get(client, people["eva"], "executive_renewals", "?as_of=2025-05-15"))
    assert "Forecast accuracy, quarter to 31 Mar 2025" in shown
    assert "30 days before 87.8% below 90% $148k expected, $175k kept of $225k , 3 of 3" in shown
    assert "60 days before No forecast was kept" in shown


def test_an_accuracy_below_nothing_is_not_clamped():
    assert accuracy(forecast=300, kept=0, due=100) == -2
    assert accuracy(forecast=0, kept=0, due=0) is None


def test_forecasts_are_forgotten_after_three_years(renewals):
    keep(30)
    assert forget_forecasts(before=night(30)) == 0
    assert "forecasts of renewals" in {rule.what for rule in purge.rules(kinds=())}
    assert forget_forecasts(before=night(29)) == 4
    assert not ForecastNight.objects.exists()
