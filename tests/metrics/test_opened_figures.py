"""A figure opened from the stored months is the one computed from the ledger, row by row."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from accounts.queries.rates import rate_table
from metrics.definitions import Figure, Method
from metrics.facts.attributes import Cut
from metrics.facts.scope import ReportScope
from metrics.queries.book import Filter, Question, book_of
from metrics.queries.figures import PAGE_SIZE
from metrics.queries.opened import LedgerFigures, figures_of
from metrics.queries.stored_figures import COUNTED_AT_MOST, StoredFigures
from metrics.retention.windows import trailing_window
from metrics.snapshots import take_snapshots

DAY = date(2025, 6, 15)
FOREVER = datetime(9000, 1, 1, tzinfo=UTC)
SEGMENTS = ("enterprise", "mid_market", "smb")


@pytest.fixture
def ledger(company, people):
    company.rate("EUR", "1.105")
    company.rate("JPY", "0.0067")
    owners = (people["alice"], people["carl"])
    accounts = [
        company.account(f"A{number:02}", owner=owners[number % 2], segment=SEGMENTS[number % 3])
        for number in range(45)
    ]
    company.random_ledger(
        accounts, seed=11, until=date(2025, 5, 31), currencies=("USD", "EUR", "JPY")
    )
    take_snapshots(day=DAY)


QUESTION = Question(window=trailing_window(as_of=DAY), base="USD")


def from_the_ledger(question, user):
    scope, rates = ReportScope.of(user=user), rate_table(base="USD")
    # Asked as known before the end of time, no stored month answers.
    return LedgerFigures(
        book_of(question=replace(question, known_before=FOREVER), scope=scope, rates=rates)
    )


@pytest.mark.parametrize("figure", Figure)
@pytest.mark.parametrize("segment", [None, "smb", "enterprise", "nobody"])
@pytest.mark.parametrize("name", ["eva", "mona"])
def test_stored_and_computed_are_the_same(people, ledger, name, figure, segment):
    filters = () if segment is None else (Filter(cut=Cut.SEGMENT, value=segment),)
    question = replace(QUESTION, filters=filters)
    stored = figures_of(question=question, user=people[name])
    computed = from_the_ledger(question, people[name])
    assert isinstance(stored, StoredFigures)
    assert stored.total == computed.total
    assert stored.accounts(figure, page=1) == computed.accounts(figure, page=1)
    assert stored.movements(figure, page=1) == computed.movements(figure, page=1)
    assert list(stored.all_accounts(figure)) == list(computed.all_accounts(figure))
    assert list(stored.all_movements(figure)) == list(computed.all_movements(figure))
    found = stored.accounts(figure, page=1)
    assert sum(row.amount for row in stored.all_movements(figure)) == found.total
    assert sum(row.amount for row in stored.all_accounts(figure)) == found.total


@pytest.mark.parametrize(
    "question",
    [
        replace(QUESTION, method=Method.BY_MOVEMENTS),
        replace(QUESTION, by=Cut.TIER),
        replace(QUESTION, filters=(Filter(cut=Cut.CSM, value="1"),)),
        replace(QUESTION, known_before=FOREVER),
    ],
)
def test_other_questions_are_computed(people, ledger, question):
    assert isinstance(figures_of(question=question, user=people["eva"]), LedgerFigures)


def test_a_month_restated_since_is_computed(company, people, ledger):
    account = company.account("Late")
    company.post(account, date(2025, 5, 1), "new", 1_00)
    found = figures_of(question=QUESTION, user=people["eva"])
    assert isinstance(found, LedgerFigures)
    assert "Late" in {row.name for row in found.all_accounts(Figure.NEW)}


@pytest.mark.parametrize("few", [0, 1_000])
def test_long_lists_are_counted_to_a_thousand_and_turn_all_pages(company, people, monkeypatch, few):
    monkeypatch.setattr("metrics.queries.stored_figures._FEW", few)
    account = company.account("Busy")
    company.post(account, date(2023, 1, 1), "new", 1_000_000_00)
    for number in range(COUNTED_AT_MOST + 30):
        company.post(account, date(2025, 1, 1 + number % 28), "expansion", 1 + number)
    take_snapshots(day=DAY)
    figures = figures_of(question=QUESTION, user=people["eva"])
    first = figures.movements(Figure.EXPANSION, page=1)
    assert (first.count, first.is_capped, first.has_next) == (COUNTED_AT_MOST, True, True)
    rows, page = list(first.rows), 1
    while figures.movements(Figure.EXPANSION, page=page).has_next:
        page += 1
        rows += figures.movements(Figure.EXPANSION, page=page).rows
    assert len(rows) == COUNTED_AT_MOST + 30
    assert page == -(-len(rows) // PAGE_SIZE)
    assert rows == list(figures.all_movements(Figure.EXPANSION))
    assert sum(row.amount for row in rows) == first.total
