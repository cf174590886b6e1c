"""What a row of an opened figure says, whose rows they are, and what they cost."""

from datetime import date

import pytest

from metrics.definitions import Figure
from metrics.queries.figures import figure_accounts
from metrics.queries.movements import figure_movements
from tests.metrics.test_figures import read


def test_an_account_shows_both_ends_and_its_segment(company, people):
    ada = company.account("Ada", segment="enterprise", owner=people["alice"])
    company.post(ada, date(2023, 1, 1), "new", 400)
    company.post(ada, date(2024, 7, 1), "expansion", 150)
    (row,) = figure_accounts(book=read(people["eva"]), figure=Figure.EXPANSION, page=1).rows
    assert (row.name, row.group, row.start, row.end, row.kind, row.amount) == (
        "Ada",
        "enterprise",
        400,
        550,
        "expansion",
        150,
    )
    (movement,) = figure_movements(book=read(people["eva"]), figure=Figure.EXPANSION, page=1).rows
    assert (movement.effective_on, movement.kind, movement.native_minor, movement.currency) == (
        date(2024, 7, 1),
        "expansion",
        150,
        "USD",
    )


def test_a_manager_opens_their_own_accounts_only(company, people):
    own, other = (
        company.account("Own", owner=people["alice"]),
        company.account("Other", owner=people["carl"]),
    )
    for account in (own, other):
        company.post(account, date(2023, 1, 1), "new", 100)
    assert figure_accounts(book=read(people["eva"]), figure=Figure.END, page=1).count == 2
    rows = figure_accounts(book=read(people["mona"]), figure=Figure.END, page=1).rows
    assert [row.name for row in rows] == ["Own"]
    moves = figure_movements(book=read(people["mona"]), figure=Figure.END, page=1)
    assert [row.name for row in moves.rows] == ["Own"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same_queries_however_long(
    company, people, django_assert_num_queries, count
):
    for n in range(count):
        company.post(company.account(f"A{n}"), date(2023, 1, 1), "new", 100)
    book = read(people["eva"])
    with django_assert_num_queries(1):
        assert len(figure_accounts(book=book, figure=Figure.START, page=1).rows) == count
    with django_assert_num_queries(1):
        assert len(figure_movements(book=book, figure=Figure.START, page=1).rows) == count
