"""The generative model alone: no database."""

import csv
import io
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from accounts.catalogue import ContractState, MovementKind, Segment
from accounts.demo.customers import Founded, found_block, timeline_of
from accounts.demo.facts import block_tables
from accounts.demo.names import COMBINATIONS, company_name
from accounts.demo.satisfaction import RELEASE_DAYS_AGO, lagged
from accounts.demo.shape import Shape
from accounts.demo.staff import staff_of
from accounts.demo.tables import BinaryTable
from accounts.intake.contract_terms import ContractTerm
from accounts.intake.ledger import Period, movements_of, steps_of
from accounts.intake.terms import stretches

LAST_DAY = date(2025, 3, 14)
SMALL = Shape(last_day=LAST_DAY, accounts=40, years=1.5, seed=11)
FULL = Shape(last_day=LAST_DAY)


def everybody(shape: Shape) -> list[Founded]:
    return [account for block in range(shape.blocks) for account in found_block(shape, block=block)]


@pytest.fixture(scope="module")
def company() -> list[Founded]:
    return everybody(FULL)


def arr_on(account: Founded, day: int) -> int:
    return sum(m.amount_minor for m in account.story.movements if m.day <= day)


def contents(shape: Shape) -> list[tuple[str, object]]:
    tables = block_tables(shape, block=0, staff=staff_of(shape)).in_order()
    return [
        (table.name, table.stream().getvalue())
        if isinstance(table, BinaryTable)
        else (table.name, table.as_csv().getvalue())
        for table in tables
    ]


def test_rows_are_the_same_for_the_same_seed_size_span_and_day():
    assert contents(SMALL) == contents(Shape(last_day=LAST_DAY, accounts=40, years=1.5, seed=11))


def test_rows_differ_for_another_seed():
    other = Shape(last_day=LAST_DAY, accounts=40, years=1.5, seed=12)
    assert contents(SMALL) != contents(other)


def test_segments_have_the_promised_sizes_at_the_end(company):
    last = FULL.days - 1
    active = [account for account in company if arr_on(account, last)]
    assert Counter(account.model.segment for account in active) == {
        Segment.ENTERPRISE: 40,
        Segment.MID_MARKET: 120,
        Segment.SMB: 180,
    }
    assert all(
        account.model.arr_low * 100 <= arr_on(account, last) < account.model.arr_high * 100
        for account in active
    )


def test_arr_at_the_end_is_about_18_million(company):
    arr = sum(arr_on(account, FULL.days - 1) for account in company)
    assert 16_000_000_00 < arr < 20_500_000_00


def test_retention_of_the_last_year_is_believable(company):
    last = FULL.days - 1
    start = np.array([arr_on(account, last - 365) for account in company])
    end = np.array([arr_on(account, last) for account in company])
    cohort = start > 0
    assert 1.02 <= end[cohort].sum() / start[cohort].sum() <= 1.14
    assert 0.87 <= np.minimum(start, end)[cohort].sum() / start[cohort].sum() <= 0.95


@pytest.mark.parametrize("last_day", [date(2025, 3, 16), date(2026, 6, 30), date(2026, 11, 22)])
def test_company_that_ends_on_another_day_has_nearly_the_same_fate(company, last_day):
    other = everybody(replace(FULL, last_day=last_day))
    stay, stay_there = ({a.place: a for a in all_ if a.until is None} for all_ in (company, other))
    both = stay.keys() & stay_there.keys()
    assert len(both) > 0.95 * len(stay)
    arr, arr_there = (
        sum(arr_on(a, FULL.days - 1) for a in all_.values()) for all_ in (stay, stay_there)
    )
    assert arr_there == pytest.approx(arr, rel=0.04)
    assert all(stay[n].path.shape == stay_there[n].path.shape for n in both)


def test_hard_release_lets_those_it_hit_sink(company):
    released = FULL.days - RELEASE_DAYS_AGO
    stayed = [a for a in company if a.until is None and 0 < a.since < released]
    hit = [any(shock.kind == "release" for shock in a.shocks) for a in stayed]
    assert 0.08 < np.mean(hit) < 0.25
    falls = np.array([a.path[-1] - a.path[released - 1] for a in stayed])
    assert falls[hit].mean() < falls[np.logical_not(hit)].mean() - 0.1


def test_some_renewals_are_overdue_some_notices_given_few_terms_long(company):
    last = FULL.days - 1
    open_terms = [a.story.terms[-1] for a in company if a.until is None]
    assert all(term.state == ContractState.ACTIVE for term in open_terms)
    assert 0 < sum(term.ends <= last for term in open_terms) < 15
    assert 0 < sum(term.months > 12 for term in open_terms) < len(open_terms) / 6
    assert any(account.story.notices for account in company if account.until is None)


def test_ledger_is_what_the_contracts_say_to_the_cent(company):
    """By the same derivation that intake uses, for every account, churned ones included."""
    timeline = timeline_of(FULL)
    for account in company:
        terms = account.story.terms
        written = [
            ContractTerm(
                number,
                timeline.day(term.starts),
                timeline.day(term.ends),
                term.arr_minor,
                "USD",
                renews=number - 1 or None,
                cancelled_on=timeline.day(term.ends) if term.state == "cancelled" else None,
            )
            for number, term in enumerate(terms, start=1)
        ]
        periods = [
            Period(found.starts_on, found.ends_on, found.arr, found.currency)
            for found in stretches(written, day=LAST_DAY, grace_days=30)
        ]
        derived = movements_of(steps_of(periods, until=LAST_DAY))
        assert [(m.effective_on, m.kind, m.arr) for m in derived] == [
            (timeline.day(m.day), m.kind, m.amount_minor) for m in account.story.movements
        ]
        assert all(sum(a for _, a in term.lines) == term.arr_minor for term in terms)


def test_leaving_was_felt_long_before(company):
    """Satisfaction 90 days before the end tells who leaves, and it fell over the year before."""
    leavers, stayers, falls = [], [], []
    for account in company:
        for term in account.story.terms:
            day = term.ends - 90
            if term.months == 1 or day < 300 or term.ends >= FULL.days:
                continue
            if account.until == term.ends:
                leavers.append(account.path[day])
                falls.append(account.path[day] - account.path[max(account.since, 0, day - 210)])
            else:
                stayers.append(account.path[day])
    wins = np.array(leavers)[:, None] < np.array(stayers)
    assert len(leavers) > 20
    assert wins.mean() > 0.8
    assert np.mean(falls) < -0.03


def test_path_reverts_to_the_account_s_own_level(company):
    fits = np.array([account.fit for account in company])
    means = np.array([account.path.mean() for account in company])
    assert np.corrcoef(fits, means)[0, 1] > 0.5
    assert all(((account.path >= 0.02) & (account.path <= 0.98)).all() for account in company)


def test_lag_follows_a_step_by_its_time_constant():
    step = np.concatenate([np.zeros(50), np.ones(50)])
    followed = lagged(step, days=10)
    assert followed[49] == 0
    assert followed[59] == pytest.approx(1 - np.exp(-1), abs=0.01)


def test_churn_is_one_movement_that_ends_all_arr(company):
    churned = [account for account in company if account.until is not None]
    assert len(churned) > 50
    for account in churned:
        assert account.story.movements[-1].kind == MovementKind.CHURN
        assert account.story.movements[-1].day == account.until
        assert arr_on(account, account.until) == 0


def test_a_hundred_thousand_companies_have_different_names():
    names = {company_name(number) for number in range(150_000)}
    assert len(names) == 150_000
    assert company_name(COMBINATIONS + 5) == f"{company_name(5)} 2".replace("  ", " ")


def rows_of(shape: Shape, table: str, *columns: str) -> list[tuple[str, ...]]:
    found = []
    for block in range(shape.blocks):
        tables = block_tables(shape, block=block, staff=staff_of(shape), usage_days=1)
        one = getattr(tables, table)
        places = [one.columns.index(name) for name in columns]
        lines = csv.reader(io.StringIO(one.as_csv().getvalue()))
        found += [tuple(line[place] for place in places) for line in lines]
    return found


def test_some_customers_speak_german_french_or_spanish_and_most_english():
    accounts = rows_of(FULL, "accounts", "region", "language")
    spoken = Counter(language for _, language in accounts)
    assert set(spoken) == {"en", "de", "fr", "es"}
    assert 0.6 < spoken["en"] / len(accounts) < 0.9
    assert all(spoken[language] >= 5 for language in ("de", "fr", "es"))
    assert {region for region, language in accounts if language == "de"} == {"Europe"}


def test_people_speak_what_their_account_speaks_or_something_else_or_nobody_knows():
    of_account = dict(rows_of(FULL, "accounts", "id", "language"))
    people = rows_of(FULL, "contacts", "account_id", "language")
    known = [(of_account[account], language) for account, language in people if language]
    foreign = [language for account, language in known if account == "de" and language != "de"]
    assert {language for _, language in known} == {"en", "de", "fr", "es"}
    assert 0.6 < len(known) / len(people) < 0.8
    assert 0.8 < sum(account == language for account, language in known) / len(known) < 0.99
    assert foreign.count("en") > len(foreign) / 2


def test_the_model_knows_no_framework():
    """A process that only generates must not need Django or a database driver."""
    code = "import sys, accounts.demo.facts; print({'django', 'psycopg2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
