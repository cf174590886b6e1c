"""The pages of a long list of an opened figure."""

from datetime import date

import pytest

from accounts.models import RevenueMovement
from metrics.definitions import Figure
from metrics.queries.figures import PAGE_SIZE
from metrics.queries.opened_figures import figures_of
from metrics.queries.stored_figures import COUNTED_AT_MOST
from metrics.snapshots import take_snapshots
from tests.metrics.test_opened_figures import DAY, QUESTION


@pytest.mark.parametrize("few", [0, 1_000])
def test_long_lists_are_counted_to_a_thousand_and_turn_all_pages(company, people, monkeypatch, few):
    monkeypatch.setattr("metrics.queries.stored_figures._FEW", few)
    account = company.account("Busy")
    company.post(account, date(2023, 1, 1), "new", 1_000_000_00)
    RevenueMovement.objects.bulk_create(
        company.movement(account, date(2025, 1, 1 + number % 28), "expansion", 1 + number)
        for number in range(COUNTED_AT_MOST + 30)
    )
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
