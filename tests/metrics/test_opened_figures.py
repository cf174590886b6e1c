"""A figure opened from the stored months is the one computed from the ledger, row by row."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from accounts.queries.rates import rate_table
from metrics.definitions import Figure, Method
from metrics.facts.attributes import Cut
from metrics.facts.scope import ReportScope
from metrics.queries.ledger_report import Filter, Question, ledger_report_of
from metrics.queries.opened_figures import LedgerFigures, figures_of
from metrics.queries.stored_figures import StoredFigures
from metrics.retention.windows import trailing_window
from metrics.snapshots import take_snapshots
from tests.metrics.conftest import found_company, hire

DAY = date(2025, 6, 15)
FOREVER = datetime(9000, 1, 1, tzinfo=UTC)
SEGMENTS = ("enterprise", "mid_market", "smb")


@pytest.fixture(scope="module")
def made(standing):
    """A company with a ledger and its stored months, and its people."""
    company, people = found_company(), hire()
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
    return company, people


@pytest.fixture
def company(made, db):
    return made[0]


@pytest.fixture
def people(made, db):
    return made[1]


QUESTION = Question(window=trailing_window(as_of=DAY), base="USD")


def from_the_ledger(question, user):
    scope, rates = ReportScope.of(user=user), rate_table(base="USD")
    # Asked as known before the end of time, no stored month answers.
    return LedgerFigures(
        ledger_report_of(question=replace(question, known_before=FOREVER), scope=scope, rates=rates)
    )


@pytest.mark.parametrize("figure", Figure)
@pytest.mark.parametrize("segment", [None, "smb", "enterprise", "nobody"])
@pytest.mark.parametrize("name", ["eva", "mona"])
def test_stored_and_computed_are_the_same(people, name, figure, segment):
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
def test_other_questions_are_computed(people, question):
    assert isinstance(figures_of(question=question, user=people["eva"]), LedgerFigures)


def test_a_month_restated_since_is_computed(company, people):
    account = company.account("Late")
    company.post(account, date(2025, 5, 1), "new", 1_00)
    found = figures_of(question=QUESTION, user=people["eva"])
    assert isinstance(found, LedgerFigures)
    assert "Late" in {row.name for row in found.all_accounts(Figure.NEW)}
