"""Renewals as SQL reads them from contracts and the ledger: one an account and line, by money."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.loading.contracts import derive_ledger
from accounts.loading.derived import refresh_accounts
from accounts.models import Contract, ContractLine, Source
from accounts.queries.rates import rate_table
from health.models import ClosedDay
from metrics.facts.renewals import RenewalsDue, read_chances
from metrics.facts.report_date import ReportDate
from metrics.facts.scope import ReportScope
from metrics.facts.week import WeekOfChanges
from metrics.models import ContractDay
from metrics.retention.windows import Window, quarter_of
from metrics.snapshots import take_snapshots
from tests.metrics.world import NOW, at

FIRST_QUARTER = quarter_of(date(2026, 2, 1))
END = date(2026, 1, 1)
AFTER = date(2026, 3, 31)


@pytest.fixture
def acme(company):
    return company.account("Acme")


def term(account, name, starts_on, ends_on, arr, **changes):
    return Contract.objects.create(
        account=account,
        external_id=name,
        starts_on=starts_on,
        ends_on=ends_on,
        arr_minor=arr,
        currency="USD",
        learned_at=at(starts_on),
        **changes,
    )


def due(day=AFTER, *, window=FIRST_QUARTER, known_on=None):
    rates = rate_table(base="USD")
    known = None if known_on is None else at(known_on + timedelta(days=1)).replace(hour=0)
    return RenewalsDue(
        scope=ReportScope(known_before=known),
        moment=ReportDate(day=day, rates=rates.on(day), zone="UTC"),
        window=window,
        chances=read_chances(),
    )


def told(day=AFTER, **more):
    return [
        (row.contract, row.state.value, row.arr, row.expected)
        for row in due(day, **more).rows_and_never_due()
    ]


def year(account, name, arr, *, ends_on=END, **changes):
    return term(account, name, ends_on - timedelta(days=365), ends_on, arr, **changes)


def test_a_billing_export_names_no_renewal_and_its_money_tells_it(company, acme):
    """The contract expired by its source, the ledger of the billing system goes on."""
    company.post(acme, date(2024, 1, 1), "new", 60_000)
    year(acme, "old", 60_000, state="expired", closed_on=END)
    assert told() == [("old", "renewed", 60_000, 60_000)]


def test_what_the_ledger_lost_is_lost(company, acme):
    company.post(acme, date(2024, 1, 1), "new", 60_000)
    company.post(acme, END, "churn", 60_000, learned_on=date(2026, 1, 31))
    year(acme, "old", 60_000, state="expired", closed_on=date(2026, 1, 31))
    assert told() == [("old", "lost", 60_000, 0)]


def test_twelve_short_terms_are_one_account_month_to_month(company, acme):
    """120,000 a year, a term a month: no renewal is due, however many ends a quarter has."""
    company.post(acme, date(2025, 7, 1), "new", 120_000)
    for month in range(7, 13):
        starts_on = date(2025, month, 1)
        term(acme, f"m{month}", starts_on, date(2025 + month // 12, month % 12 + 1, 1), 120_000)
    term(acme, "m13", END, date(2026, 2, 1), 120_000)
    assert told(date(2026, 1, 15)) == [("m13", "month_to_month", 120_000, 0)]


def test_open_ended_contracts_of_a_month_and_of_a_year_are_told_apart(company, acme):
    """Together at most what the account pays."""
    company.post(acme, date(2025, 7, 1), "new", 90_000)
    term(acme, "monthly", date(2025, 7, 1), None, 40_000, term_months=1)
    term(acme, "yearly", date(2025, 7, 1), None, 60_000, term_months=12)
    assert told() == [
        ("monthly", "month_to_month", 40_000, 0),
        ("yearly", "open_ended", 50_000, 0),
    ]
    term(acme, "ends", date(2025, 7, 1), None, 10_000, cancelled_on=AFTER, state="cancelled")
    assert told(AFTER - timedelta(days=1))[1][:2] == ("ends", "open_ended")
    assert told()[1][:2] == ("yearly", "open_ended")


def test_contracts_of_a_line_that_end_together_are_one_renewal(company, acme):
    company.post(acme, date(2024, 1, 1), "new", 100_000)
    for name, arr in (("a", 60_000), ("b", 40_000)):
        found = year(acme, name, arr)
        ContractLine.objects.create(contract=found, product="Core", arr_minor=arr)
    assert told() == [("a", "renewed", 100_000, 100_000)]


def test_two_lines_are_two_renewals_and_the_one_that_ended_is_lost(company, acme):
    company.post(acme, date(2024, 1, 1), "new", 100_000)
    company.post(acme, END, "contraction", 40_000)
    year(acme, "a", 60_000, subscription="s1", state="renewed", closed_on=END)
    year(acme, "b", 40_000, subscription="s2", state="cancelled", closed_on=END)
    assert told() == [("a", "renewed", 60_000, 60_000), ("b", "lost", 40_000, 0)]


def test_a_term_that_another_replaces_early_ends_there(company, acme):
    """70,000 from November take the place of 60,000 to June: decided in the fourth quarter."""
    company.post(acme, date(2025, 6, 1), "new", 60_000)
    company.post(acme, date(2025, 11, 1), "expansion", 10_000)
    old = year(acme, "old", 60_000, ends_on=date(2026, 6, 1), state="renewed")
    Contract.objects.filter(pk=old.pk).update(closed_on=date(2025, 11, 1))
    term(acme, "new", date(2025, 11, 1), date(2026, 11, 1), 70_000, renews="old")
    fourth, second = quarter_of(date(2025, 11, 1)), quarter_of(date(2026, 6, 1))
    assert told(window=fourth) == [("old", "expanded", 60_000, 60_000)]
    assert told(window=second) == []


def test_an_upgrade_to_the_same_end_is_no_renewal_of_its_own(company, acme):
    company.post(acme, date(2025, 1, 1), "new", 70_000)
    old = term(acme, "old", date(2025, 1, 1), END, 60_000, subscription="s", state="renewed")
    Contract.objects.filter(pk=old.pk).update(closed_on=date(2025, 6, 1))
    term(acme, "up", date(2025, 6, 1), END, 70_000, subscription="s")
    assert told(date(2025, 12, 1), window=FIRST_QUARTER) == [("up", "open", 70_000, 52_500)]


def test_one_that_renews_itself_ends_every_year_and_is_no_save(company, acme):
    """Three years: the price of the second and third is 5 % higher each."""
    company.post(acme, date(2024, 1, 1), "new", 100_000)
    company.post(acme, date(2025, 1, 1), "expansion", 5_000)
    company.post(acme, END, "expansion", 5_250)
    term(
        acme,
        "auto",
        date(2024, 1, 1),
        date(2025, 1, 1),
        100_000,
        auto_renew=True,
        uplift_percent=5,
        notice_days=90,
        renewal_on=date(2027, 1, 1),
    )
    assert told() == [("auto", "renewed_by_silence", 105_000, 105_000)]
    assert told(date(2025, 10, 2)) == [("auto", "open", 105_000, 78_750)]
    assert told(date(2025, 10, 3)) == [("auto", "window_closed", 105_000, 105_000)]
    (row,) = due(date(2025, 10, 3)).rows()
    assert (row.ends_on, row.decides_on) == (END, date(2025, 10, 3))


@pytest.mark.parametrize("start", [END - timedelta(days=1), END, END + timedelta(days=1)])
def test_what_follows_a_day_early_or_late_is_what_became_of_the_renewal(acme, start):
    term(acme, "old", date(2025, 1, 1), END, 60_000)
    term(acme, "new", start, date(2027, 1, 1), 45_000)
    derive_ledger([acme.pk], day=AFTER, now=NOW)
    assert told() == [("old", "contracted", 60_000, 45_000)]


def test_years_that_renewed_themselves_stay_when_another_contract_takes_over(acme):
    """Signed at the end of the third year: the ends of the first two were nobody's save."""
    term(acme, "auto", date(2023, 1, 1), date(2024, 1, 1), 60_000, auto_renew=True)
    term(acme, "signed", END, date(2027, 1, 1), 66_000)
    derive_ledger([acme.pk], day=AFTER, now=NOW)
    quarters = [quarter_of(date(year, 1, 1)) for year in (2024, 2025, 2026)]
    states = [state for quarter in quarters for _, state, *_ in told(window=quarter)]
    assert states == ["renewed_by_silence", "renewed_by_silence", "expanded"]


def test_an_end_just_after_the_window_is_not_laid_to_one_inside_it(acme):
    """In its grace another line of the account ended: what that lost is its own."""
    term(acme, "kept", date(2025, 3, 20), date(2026, 3, 20), 60_000, subscription="a")
    term(acme, "next", date(2026, 3, 20), date(2027, 3, 20), 60_000, subscription="a")
    term(acme, "lost", date(2025, 4, 5), date(2026, 4, 5), 40_000, subscription="b")
    day = date(2026, 6, 1)
    derive_ledger([acme.pk], day=day, now=NOW)
    assert told(day) == [("kept", "renewed", 60_000, 60_000)]
    assert told(day, window=quarter_of(day))[0][:2] == ("lost", "lost")


def test_notice_is_no_loss_before_it_takes_effect(company, acme):
    company.post(acme, date(2024, 1, 1), "new", 60_000)
    year(acme, "old", 60_000, notice_given_on=date(2025, 10, 3), cancelled_on=END)
    assert told(date(2025, 10, 2))[0][1] == "open"
    assert told(date(2025, 10, 3)) == [("old", "notice_given", 60_000, 0)]
    company.post(acme, END, "churn", 60_000)
    assert told(END) == [("old", "lost", 60_000, 0)]
    # A start more than a day later is a return, not a renewal.
    company.post(acme, date(2026, 1, 12), "reactivation", 60_000)
    assert told() == [("old", "lost", 60_000, 0)]


def test_due_is_at_most_what_the_account_pays(company, acme):
    company.post(acme, date(2024, 1, 1), "new", 50_000)
    year(acme, "list price", 60_000)
    assert told() == [("list price", "renewed", 50_000, 50_000)]
    year(company.account("Unpaid"), "x", 10_000)
    assert len(told()) == 1


@pytest.mark.parametrize("given", [("old", "new"), ("new", "old")])
def test_the_ledger_of_contracts_in_any_order_tells_the_same(acme, given):
    """66,000 follow 60,000 ten days late, without a link: overdue, then expanded."""
    rows = {
        "old": (date(2025, 1, 1), END, 60_000),
        "new": (date(2026, 1, 11), date(2027, 1, 11), 66_000),
    }
    for name in given:
        term(acme, name, *rows[name])
        derive_ledger([acme.pk], day=AFTER, now=NOW)
    assert told() == [("old", "expanded", 60_000, 60_000)]


def test_what_is_overdue_becomes_lost_when_its_grace_is_over(acme):
    term(acme, "old", date(2025, 1, 1), END, 60_000)
    found = {}
    for day in (date(2026, 1, 30), date(2026, 1, 31)):
        derive_ledger([acme.pk], day=day, now=NOW)
        found[day] = told(day)
    assert found == {
        date(2026, 1, 30): [("old", "overdue", 60_000, 45_000)],
        date(2026, 1, 31): [("old", "lost", 60_000, 0)],
    }


def news(day):
    rates = rate_table(base="USD")
    week = WeekOfChanges(
        scope=ReportScope(),
        moment=ReportDate(day=day, rates=rates.on(day), zone="UTC"),
        chances=read_chances(),
    )
    return {
        total.change.value: (total.count, total.amount)
        for total in week.totals()
        if total.change in ("renewed", "not_renewed")
    }


def test_a_renewal_is_news_once_and_never_against_the_money(company, acme):
    company.post(acme, date(2024, 1, 1), "new", 60_000)
    year(acme, "old", 60_000, state="cancelled", closed_on=END)
    days = [END + timedelta(days=days) for days in (0, 7)]
    # Its source calls it cancelled; the account pays on.
    assert [news(day) for day in days] == [{"renewed": (1, 60_000)}, {}]
    company.post(acme, END, "churn", 60_000)
    assert [news(day) for day in days] == [{"not_renewed": (1, 60_000)}, {}]


def test_what_renewed_itself_is_no_news(company, acme):
    company.post(acme, date(2024, 1, 1), "new", 60_000)
    year(acme, "auto", 60_000, auto_renew=True, renewal_on=date(2027, 1, 1))
    assert told()[0][1] == "renewed_by_silence"
    assert news(END) == {}


def test_queries_do_not_grow_with_the_accounts(company):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as found:
            due().rows_and_never_due()
        return len(found)

    counts = []
    for number in range(4):
        account = company.account(f"A{number}")
        company.post(account, date(2024, 1, 1), "new", 60_000)
        year(account, f"c{number}", 60_000)
        counts.append(asked())
    assert set(counts[1:]) == {counts[0]}


def test_a_quarter_of_the_last_day_has_no_end_of_the_next(company, acme):
    company.post(acme, date(2024, 1, 1), "new", 60_000)
    year(acme, "old", 60_000, ends_on=date(2026, 4, 1))
    assert told() == []
    assert len(told(window=Window(start=AFTER, end=date(2026, 6, 30)))) == 1


def test_a_link_names_the_contract_of_its_own_source(company, acme):
    """Two systems number alike: what renews the one's contract says nothing of the other's."""
    Source.objects.create(key="crm", name="CRM")
    company.post(acme, date(2025, 1, 1), "new", 90_000)
    year(acme, "7", 60_000, subscription="core")
    year(acme, "7", 30_000, subscription="more", source_id="crm")
    early = {"renews": "7", "source_id": "crm", "subscription": "more"}
    year(acme, "8", 30_000, ends_on=date(2027, 1, 1), **early)
    Contract.objects.filter(external_id="8").update(learned_at=at(date(2025, 11, 1)))
    rows = due(date(2025, 12, 1)).rows()
    assert {row.line: row.state.value for row in rows} == {"core": "open", "more": "renewed"}


def test_contracts_of_two_sources_that_number_alike_are_stored(company, acme):
    Source.objects.create(key="crm", name="CRM")
    other = company.account("Other")
    for account, source in ((acme, "direct"), (acme, "crm"), (other, "crm2")):
        Source.objects.get_or_create(key=source, defaults={"name": source})
        company.post(account, date(2025, 1, 1), "new", 60_000)
        year(account, "7", 60_000, source_id=source, subscription=source)
    ClosedDay.objects.create(day=END, closed_at=NOW)
    take_snapshots(day=END)
    assert ContractDay.objects.filter(day=END, contract="7").count() == 3


def test_the_next_renewal_that_an_account_carries_is_that_of_the_report(company, acme):
    """Two lines of 60,000 and 40,000 that end in March, one of 30,000 in May; 120,000 are paid, so
    that of May 20,000 are left."""
    company.post(acme, date(2025, 3, 1), "new", 120_000)
    year(acme, "a", 60_000, subscription="s1", ends_on=date(2026, 3, 1))
    year(acme, "b", 40_000, subscription="s2", ends_on=date(2026, 3, 1))
    year(acme, "c", 30_000, subscription="s3", ends_on=date(2026, 5, 1))
    day = date(2026, 2, 1)
    refresh_accounts(day=day, now=NOW)
    acme.refresh_from_db()
    rows = due(day, window=Window(start=day, end=date(2026, 6, 1))).rows()
    assert [row.arr for row in rows] == [60_000, 40_000, 20_000]
    next_ones = [row.arr for row in rows if row.ends_on == acme.renews_on]
    assert acme.renews_arr_minor == sum(next_ones) == 100_000


def test_renewals_as_known_on_a_day_are_judged_by_what_was_recorded_by_then(company, acme):
    """Late news: the end of January was lost, as was said in March; half of the other was lost on
    its end, as was said on 20 February."""
    company.post(acme, date(2024, 1, 1), "new", 100_000)
    company.post(acme, END, "contraction", 60_000, learned_on=date(2026, 3, 10))
    company.post(acme, date(2026, 2, 1), "contraction", 20_000, learned_on=date(2026, 2, 20))
    year(acme, "a", 60_000, subscription="s1")
    year(acme, "b", 40_000, subscription="s2", ends_on=date(2026, 2, 1))
    assert told() == [("a", "lost", 60_000, 0), ("b", "contracted", 40_000, 20_000)]
    assert told(known_on=date(2026, 3, 9)) == [
        ("a", "renewed", 60_000, 60_000),
        ("b", "contracted", 40_000, 20_000),
    ]
    # On 15 January the first is in its grace and the second ahead: 75 % of each without a score.
    assert told(known_on=date(2026, 1, 15)) == [
        ("a", "overdue", 60_000, 45_000),
        ("b", "open", 40_000, 30_000),
    ]


def test_a_contract_that_was_not_known_yet_is_no_renewal_and_renews_none(company, acme):
    company.post(acme, date(2024, 1, 1), "new", 60_000)
    old = year(acme, "old", 60_000)
    late = term(acme, "late", END, date(2026, 3, 20), 60_000, term_months=1, renews="old")
    Contract.objects.filter(pk=late.pk).update(learned_at=at(date(2026, 1, 20)))
    short = ("late", "month_to_month", 60_000, 0)
    assert told(date(2026, 1, 25)) == [("old", "renewed", 60_000, 60_000), short]
    assert told(date(2026, 1, 25), known_on=date(2026, 1, 19)) == [
        ("old", "overdue", 60_000, 45_000)
    ]
    assert told(known_on=date(2023, 1, 1)) == []
    assert old.learned_at == at(old.starts_on)


def test_what_is_paid_month_to_month_is_what_was_known(company, acme):
    company.post(acme, date(2025, 12, 1), "new", 12_000)
    company.post(acme, date(2026, 1, 1), "expansion", 6_000, learned_on=date(2026, 2, 10))
    term(acme, "m", date(2025, 12, 1), None, 18_000, term_months=1)
    assert told() == [("m", "month_to_month", 18_000, 0)]
    assert told(known_on=date(2026, 2, 9)) == [("m", "month_to_month", 12_000, 0)]


def test_what_was_bought_late_to_the_same_end_is_renewed_with_the_rest(company, acme):
    """60,000 for a year and 12,000 for its last three months: 72,000 are due, 66,000 were kept."""
    company.post(acme, date(2025, 1, 1), "new", 60_000)
    company.post(acme, date(2025, 10, 1), "expansion", 12_000)
    company.post(acme, END, "contraction", 6_000)
    year(acme, "a", 60_000, subscription="s1")
    term(acme, "b", date(2025, 10, 1), END, 12_000, term_months=3, subscription="s2")
    assert told(date(2025, 11, 1), window=quarter_of(END)) == [
        ("a", "open", 60_000, 45_000),
        ("b", "open", 12_000, 9_000),
    ]
    assert sum(arr for _, _, arr, _ in told()) == 72_000
    assert sum(kept for _, _, _, kept in told()) == 66_000
    refresh_accounts(day=date(2025, 11, 1), now=NOW)
    acme.refresh_from_db()
    assert (acme.renews_on, acme.renews_arr_minor) == (END, 72_000)


def test_more_is_paid_from_the_middle_of_a_term_and_its_end_is_still_a_renewal(company, acme):
    """70,000 replace 60,000 for the last three months of the year: decided at its end, once."""
    company.post(acme, date(2025, 1, 1), "new", 60_000)
    company.post(acme, date(2025, 10, 1), "expansion", 10_000)
    year(acme, "old", 60_000, state="renewed", closed_on=date(2025, 10, 1))
    term(acme, "new", date(2025, 10, 1), END, 70_000, term_months=3, renews="old")
    assert told(date(2025, 11, 1), window=quarter_of(date(2025, 11, 1))) == []
    assert told() == [("new", "renewed", 70_000, 70_000)]


def test_a_month_that_ends_with_a_year_stays_month_to_month(company, acme):
    company.post(acme, date(2025, 1, 1), "new", 72_000)
    year(acme, "a", 60_000, subscription="s1")
    for month in (11, 12):
        starts_on, ends_on = date(2025, month, 1), date(2025 + month // 12, month % 12 + 1, 1)
        term(acme, f"m{month}", starts_on, ends_on, 12_000, term_months=1, subscription="s2")
    assert told(date(2025, 12, 15)) == [
        ("a", "open", 60_000, 45_000),
        ("m12", "month_to_month", 12_000, 0),
    ]
