"""Every figure opens accounts and movements that add up to it, to the cent."""

from datetime import date

import pytest

from metrics.definitions import Figure, Method
from metrics.facts.attributes import Cut
from metrics.queries.figures import PAGE_SIZE, figure_accounts
from metrics.queries.ledger_report import Filter, Question, read_report
from metrics.queries.movements import figure_movements
from metrics.retention.windows import Window
from metrics.snapshots import take_snapshots
from tests.metrics.conftest import found_company, hire

WINDOW = Window(start=date(2024, 5, 31), end=date(2025, 5, 31))
FILTERS = [(), (Filter(cut=Cut.SEGMENT, value="smb"),)]


@pytest.fixture(scope="module")
def made(standing):
    """A company with a ledger, and its people."""
    company, people = found_company(), hire()
    accounts = [
        company.account(f"A{n}", owner=people["alice"], segment="smb" if n % 3 else "enterprise")
        for n in range(70)
    ]
    company.rate("EUR", "1.0873")
    company.random_ledger(accounts, seed=5, until=date(2025, 6, 15), currencies=("USD", "EUR"))
    for number, account in enumerate(accounts[::4]):
        replace_on_one_day(company, account, date(2024, 9, 1 + number), by=7 - number)
    return company, people


@pytest.fixture
def company(made, db):
    return made[0]


@pytest.fixture
def people(made, db):
    return made[1]


def replace_on_one_day(company, account, day, *, by):
    """A term ends and another begins on its day, in another currency for every second."""
    company.post(account, day, "new", 5_000)
    company.post(account, day, "churn", 5_000)
    company.post(account, day, "expansion", 5_000 + by, currency="EUR" if by % 2 else "USD")
    company.post(account, day, "contraction", 5_000)


def read(user, **changes):
    return read_report(question=Question(window=WINDOW, base="USD", **changes), user=user)


def expected(book, figure):
    retention = book.report().total
    bridge, cohort = retention.bridge, retention.cohort
    return {
        Figure.START: bridge.start,
        Figure.NEW: bridge.new,
        Figure.REACTIVATION: bridge.reactivation,
        Figure.EXPANSION: bridge.expansion,
        Figure.CONTRACTION: -bridge.contraction,
        Figure.CHURN: -bridge.churn,
        Figure.END: bridge.end,
        Figure.NRR: cohort.end - cohort.start,
        Figure.GRR: -cohort.contraction - cohort.churn,
    }[figure]


def all_pages(read_page):
    first = read_page(1)
    rows = list(first.rows)
    for number in range(2, first.pages + 1):
        rows += read_page(number).rows
    assert len(rows) == first.count
    return first, rows


@pytest.mark.parametrize("filters", FILTERS, ids=["all", "smb"])
@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("figure", [f for f in Figure if f is not Figure.LOGO])
def test_accounts_and_movements_add_up_to_the_figure(people, figure, method, filters):
    book = read(people["eva"], method=method, filters=filters)
    amount = expected(book, figure)
    page, accounts = all_pages(lambda n: figure_accounts(book=book, figure=figure, page=n))
    assert page.total == sum(row.amount for row in accounts) == amount
    page, movements = all_pages(lambda n: figure_movements(book=book, figure=figure, page=n))
    assert page.total == sum(row.amount for row in movements) == amount
    if figure is Figure.NRR:
        assert accounts


def test_lost_logos_are_the_cohort_less_those_kept(people):
    book = read(people["eva"])
    logos = book.report().total.logos
    _, accounts = all_pages(lambda n: figure_accounts(book=book, figure=Figure.LOGO, page=n))
    assert len(accounts) == logos.start - logos.kept > 0
    page, movements = all_pages(lambda n: figure_movements(book=book, figure=Figure.LOGO, page=n))
    assert page.total == sum(row.amount for row in movements) == sum(a.amount for a in accounts)


def test_accounts_come_largest_part_first(people):
    book = read(people["eva"])
    _, accounts = all_pages(lambda n: figure_accounts(book=book, figure=Figure.END, page=n))
    amounts = [row.amount for row in accounts]
    assert amounts == sorted(amounts, reverse=True)
    assert len(amounts) > PAGE_SIZE / 3


def everything(book):
    lists = {}
    for figure in Figure:
        _, accounts = all_pages(
            lambda page, f=figure: figure_accounts(book=book, figure=f, page=page)
        )
        movements = figure_movements(book=book, figure=figure, page=1)
        lists[figure] = accounts, movements
    return book.report(), lists


@pytest.mark.parametrize("filters", FILTERS, ids=["all", "smb"])
@pytest.mark.parametrize("name", ["eva", "alice", "carl"])
def test_the_stored_months_answer_as_the_ledger_does(people, name, filters):
    from_ledger = read(people[name], filters=filters)
    take_snapshots(day=date(2025, 6, 15))
    from_store = read(people[name], filters=filters)
    assert from_ledger.movements is not None
    assert from_store.movements is None
    assert everything(from_store) == everything(from_ledger)


def test_a_movement_posted_since_is_read_from_the_ledger(company, people):
    take_snapshots(day=date(2025, 6, 15))
    before = read(people["eva"]).report().total.bridge
    company.post(company.account("late"), date(2025, 5, 30), "new", 500_00)
    after = read(people["eva"])
    assert after.movements is not None
    assert after.report().total.bridge.new == before.new + 500_00
