"""Who had a function when: one person a day, whatever the order of the rows."""

from datetime import date
from itertools import pairwise, permutations

import pytest

from accounts.intake.stints import Stint, StintRow, placed, vacated

TODAY = date(2025, 3, 14)
ANN, BEN = 1, 2


def day(month, number=1, year=2025):
    return date(year, month, number)


def place(*rows, stints=()):
    stints = list(stints)
    for row in rows:
        stints = placed(stints, row, day=TODAY)
    return [(s.person_id, s.since, s.until) for s in stints]


def test_somebody_new_begins_today_and_ends_who_was_there_the_day_before():
    assert place(StintRow(BEN), stints=[Stint(day(1), None, ANN)]) == [
        (ANN, day(1), day(3, 13)),
        (BEN, TODAY, None),
    ]


def test_the_same_row_again_changes_nothing():
    once = place(StintRow(BEN), stints=[Stint(day(1), None, ANN)])
    assert place(StintRow(BEN), StintRow(BEN), stints=[Stint(day(1), None, ANN)]) == once


def test_who_has_it_already_keeps_their_first_day_and_an_end_that_is_not_said():
    held = [Stint(day(1), day(12, 31), ANN)]
    assert place(StintRow(ANN), stints=held) == [(ANN, day(1), day(12, 31))]
    assert place(StintRow(ANN, since=day(2)), stints=held) == [(ANN, day(1), day(12, 31))]


def test_an_earlier_first_day_is_taken():
    held = [Stint(TODAY, None, ANN)]
    assert place(StintRow(ANN, since=day(1)), stints=held) == [(ANN, day(1), None)]


def test_first_days_alone_give_the_same_in_any_order():
    rows = [StintRow(ANN, since=day(1)), StintRow(BEN, since=day(2)), StintRow(ANN, since=day(3))]
    expected = [
        (ANN, day(1), day(1, 31)),
        (BEN, day(2), day(2, 28)),
        (ANN, day(3), None),
    ]
    first, second, third = rows
    assert place(first, second, third) == expected
    assert place(third, second, first) == expected
    assert place(second, first, third) == expected


def test_a_period_in_between_parts_who_had_it():
    row = StintRow(BEN, since=day(2), until=day(2, 28), has_until=True)
    assert place(row, stints=[Stint(day(1), None, ANN)]) == [
        (ANN, day(1), day(1, 31)),
        (BEN, day(2), day(2, 28)),
        (ANN, day(3), None),
    ]


def test_a_last_day_ends_it_and_an_empty_one_goes_on():
    held = [Stint(day(1), None, ANN)]
    ended = place(StintRow(ANN, until=day(3, 31), has_until=True), stints=held)
    assert ended == [(ANN, day(1), day(3, 31))]
    again = [Stint(day(1), day(3, 31), ANN)]
    assert place(StintRow(ANN, until=None, has_until=True), stints=again) == [(ANN, day(1), None)]


def test_a_last_day_before_the_first_is_refused():
    with pytest.raises(ValueError, match="before the first"):
        place(StintRow(ANN, until=day(3, 13), has_until=True))


def test_an_emptied_column_ends_today_and_forgets_what_was_to_come():
    stints = [Stint(day(1), None, ANN), Stint(day(6), None, BEN)]
    assert vacated(stints, day=TODAY) == [Stint(day(1), day(3, 13), ANN)]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_no_day_has_two_people(order):
    rows = [
        StintRow(ANN, since=day(1)),
        StintRow(BEN, since=day(2), until=day(4, 30), has_until=True),
        StintRow(ANN),
        StintRow(BEN, since=day(1, 15)),
    ]
    found = place(*(rows[number] for number in order))
    for (_, _, until), (_, since, _) in pairwise(found):
        assert until is not None, found
        assert until < since, found
