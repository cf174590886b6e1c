"""Reports from ledgers small enough to check by hand."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from metrics.definitions import Bridge, Logos, Method, Rate
from metrics.facts.attributes import Cut
from metrics.queries.ledger_report import Filter, Question, retention
from metrics.retention.windows import Window

WINDOW = Window(start=date(2024, 5, 31), end=date(2025, 5, 31))


def ask(user, **changes):
    return retention(question=Question(**{"window": WINDOW, "base": "USD", **changes}), user=user)


@pytest.fixture
def book(company, people):
    """Start 1,000.00: Ada 400, Bly 300, Cox 200, Dee 100. End 1,040.00."""
    ada = company.account("Ada", owner=people["alice"], segment="enterprise")
    bly = company.account("Bly", owner=people["alice"])
    cox = company.account("Cox", owner=people["carl"])
    dee = company.account("Dee", owner=people["carl"])
    eon, fox = company.account("Eon"), company.account("Fox")
    company.post(ada, date(2023, 1, 1), "new", 40_000)
    company.post(bly, date(2023, 1, 1), "new", 30_000)
    company.post(cox, date(2024, 5, 31), "new", 20_000)  # on the start day: part of the start
    company.post(dee, date(2023, 1, 1), "new", 10_000)
    company.post(fox, date(2022, 1, 1), "new", 7_000)
    company.post(fox, date(2023, 1, 1), "churn", 7_000)

    company.post(ada, date(2024, 6, 1), "expansion", 20_000)
    company.post(ada, date(2025, 5, 31), "contraction", 5_000)  # on the end day: still inside
    company.post(bly, date(2024, 12, 1), "contraction", 3_000)
    company.post(cox, date(2024, 12, 1), "churn", 20_000)
    company.post(dee, date(2024, 12, 1), "churn", 10_000)
    company.post(dee, date(2025, 2, 1), "reactivation", 10_000)
    company.post(eon, date(2025, 1, 1), "new", 8_000)
    company.post(fox, date(2025, 1, 1), "reactivation", 4_000)
    company.post(bly, date(2025, 6, 1), "churn", 27_000)  # the day after: not yet
    return {"ada": ada, "bly": bly, "cox": cox, "dee": dee, "eon": eon, "fox": fox}


def test_by_account_each_counts_its_net_change(book, people):
    total = ask(people["eva"]).total
    # 1,000 + 80 Eon + 40 Fox + 150 Ada (200 − 50) − 30 Bly − 200 Cox = 1,040; Dee: 0.
    assert total.bridge == Bridge(
        start=100_000,
        new=8_000,
        reactivation=4_000,
        expansion=15_000,
        contraction=3_000,
        churn=20_000,
    )
    assert total.bridge.end == 104_000
    # Cohort Ada 550 + Bly 270 + Cox 0 + Dee 100 = 920 of 1,000; kept 400 + 270 + 0 + 100.
    assert total.rate(Rate.NRR) == Fraction(92, 100)
    assert total.rate(Rate.GRR) == Fraction(77, 100)
    assert total.rate(Rate.LOGO) == Fraction(3, 4)
    assert total.logos == Logos(
        start=4, kept=3, end=5, new=1, reactivated=1, expanded=1, contracted=1
    )


def test_by_movements_each_row_counts(book, people):
    total = ask(people["eva"], method=Method.BY_MOVEMENTS).total
    # Ada's 200 and 50 apart; Dee's 100 lost and won again.
    assert total.bridge == Bridge(
        start=100_000,
        new=8_000,
        reactivation=14_000,
        expansion=20_000,
        contraction=8_000,
        churn=30_000,
    )
    assert total.bridge.end == 104_000
    assert total.rate(Rate.NRR) == Fraction(92, 100)
    assert total.rate(Rate.GRR) == Fraction(100_000 - 8_000 - 30_000, 100_000)


def test_segments_add_up_to_the_total(book, people):
    report = ask(people["eva"])
    groups = {group.value: group.retention for group in report.groups}
    assert set(groups) == {"enterprise", "smb"}
    assert groups["enterprise"].rate(Rate.NRR) == Fraction(55, 40)
    assert groups["smb"].rate(Rate.NRR) == Fraction(37, 60)
    assert groups["enterprise"] + groups["smb"] == report.total


def test_a_manager_sees_the_numbers_of_their_team(book, people):
    total = ask(people["mona"]).total
    assert total.bridge == Bridge(start=70_000, expansion=15_000, contraction=3_000)


def test_a_filter_leaves_the_bridge_whole(book, people):
    report = ask(people["eva"], filters=(Filter(cut=Cut.SEGMENT, value="smb"),))
    assert report.total.bridge == Bridge(
        start=60_000, new=8_000, reactivation=4_000, contraction=3_000, churn=20_000
    )
    assert [group.value for group in report.groups] == ["smb"]
    nobody = ask(people["eva"], filters=(Filter(cut=Cut.SEGMENT, value="strategic"),))
    assert nobody.total.bridge == Bridge()


def test_accounts_are_cut_as_they_were_at_the_start(company, people, book):
    company.segment(book["bly"], "mid_market", since=date(2024, 6, 1))
    company.segment(book["dee"], "mid_market", since=date(2024, 5, 31))
    groups = {g.value: g.retention.bridge.start for g in ask(people["eva"]).groups}
    assert groups == {"enterprise": 40_000, "smb": 50_000, "mid_market": 10_000}


def test_an_account_that_came_later_is_cut_by_its_first_value(company, people):
    late = company.account("Late", segment="enterprise", since=date(2025, 1, 1))
    company.post(late, date(2025, 1, 1), "new", 500)
    assert [group.value for group in ask(people["eva"]).groups] == ["enterprise"]


def test_cut_by_the_quarter_an_account_started_in(book, people):
    groups = ask(people["eva"], by=Cut.START_QUARTER).groups
    assert {g.value: g.retention.bridge.start for g in groups} == {
        "2022-Q1": 0,
        "2023-Q1": 80_000,
        "2024-Q2": 20_000,
        "2025-Q1": 0,
    }


def test_cut_by_industry_uses_the_present_value(book, people):
    book["ada"].industry = "Shipping"
    book["ada"].save(update_fields=["industry"])
    groups = ask(people["eva"], by=Cut.INDUSTRY).groups
    assert {g.value: g.retention.bridge.start for g in groups} == {"Shipping": 40_000, "": 60_000}


def test_a_report_can_be_shown_as_known_on_an_earlier_day(company, people, book):
    company.post(book["ada"], date(2025, 1, 10), "contraction", 10_000, learned_on=date(2025, 8, 1))
    before = datetime(2025, 7, 1, tzinfo=UTC)
    assert ask(people["eva"], known_before=before).total.bridge.end == 104_000
    assert ask(people["eva"]).total.bridge.end == 94_000


def test_every_row_is_converted_at_the_one_rate_of_the_last_day(company, people):
    euro = company.account("Euro")
    company.rate("EUR", "2", since=date(2020, 1, 1))
    company.rate("EUR", "1.5", since=date(2025, 5, 31))
    company.rate("EUR", "9", since=date(2025, 6, 1))
    company.post(euro, date(2023, 1, 1), "new", 101, currency="EUR")
    company.post(euro, date(2024, 7, 1), "contraction", 51, currency="EUR")
    company.post(euro, date(2024, 8, 1), "expansion", 1, currency="EUR")
    total = ask(people["eva"], method=Method.BY_MOVEMENTS).total
    # Half-even: 151.5 → 152, −76.5 → −76, 1.5 → 2.
    assert total.bridge == Bridge(start=152, contraction=76, expansion=2)
    assert total.bridge.end == 78


def test_currencies_without_cents_or_with_fils_are_converted_between_their_units(company, people):
    far = company.account("Far")
    company.rate("JPY", "0.0065")
    company.rate("KWD", "3.25")
    company.post(far, date(2023, 1, 1), "new", 10_000_000, currency="JPY")  # 65,000 dollars
    company.post(far, date(2024, 7, 1), "expansion", 100_000, currency="KWD")  # 325 dollars
    assert ask(people["eva"]).total.bridge == Bridge(start=65_000_00, expansion=325_00)


def test_who_left_keeps_no_logo_even_when_rounding_left_a_cent(company, people):
    euro = company.account("Euro")
    company.rate("EUR", "0.5")
    company.post(euro, date(2023, 1, 1), "new", 3, currency="EUR")  # 1.5 → 2
    company.post(euro, date(2024, 7, 1), "contraction", 1, currency="EUR")  # −0.5 → 0
    company.post(euro, date(2024, 8, 1), "churn", 2, currency="EUR")  # −1
    total = ask(people["eva"]).total
    assert total.bridge == Bridge(start=2, churn=1)
    assert total.rate(Rate.LOGO) == 0
    assert total.logos.end == 0


def test_what_has_no_rate_is_in_no_part_of_a_report(company, people):
    both = company.account("Both")
    company.post(both, date(2023, 1, 1), "new", 100)
    company.post(both, date(2023, 1, 1), "new", 700, currency="JPY")
    company.post(both, date(2024, 8, 1), "expansion", 900, currency="JPY")
    company.post(company.account("Yen"), date(2024, 1, 1), "new", 100, currency="JPY")
    total = ask(people["eva"]).total
    assert total.bridge == Bridge(start=100)
    assert (total.logos.start, total.logos.end) == (1, 1)


def test_before_a_currencys_first_rate_that_rate_counts(company, people):
    euro = company.account("Euro")
    company.rate("EUR", "2", since=date(2026, 1, 1))
    company.post(euro, date(2023, 1, 1), "new", 10, currency="EUR")
    assert ask(people["eva"]).total.bridge.start == 20


def test_an_empty_ledger_has_no_cohort(company, people):
    report = ask(people["eva"])
    assert report.total.bridge == Bridge()
    assert report.groups == ()
    assert report.total.rate(Rate.NRR) is None
