"""The caps on what a customer hears hold in any window of seven days, whatever is asked when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.touch_budget import WINDOW, TouchBudget, next_free

NOW = datetime(2025, 3, 14, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("to_contact", "to_account", "free"),
    [
        ([], [], NOW),
        ([NOW - DAY], [NOW - DAY], NOW),  # one of two
        ([NOW - 2 * DAY, NOW - DAY], [], NOW + 5 * DAY),  # the older leaves after seven days
        ([NOW - 7 * DAY, NOW - DAY], [], NOW),  # seven days to the second: it has left
        ([NOW - 7 * DAY + HOUR, NOW - DAY], [], NOW + HOUR),
        ([NOW - DAY] * 3, [], NOW + 6 * DAY),  # more than the cap, by hand: two must leave
        ([], [NOW - 3 * DAY, NOW - 2 * DAY, NOW - DAY], NOW + 4 * DAY),
        ([NOW - 2 * DAY, NOW - DAY], [NOW - 3 * DAY] * 3, NOW + 5 * DAY),  # the later of both
    ],
)
def test_room_is_when_the_oldest_in_the_way_leaves_the_window(to_contact, to_account, free):
    budget = TouchBudget(per_contact=2, per_account=3)
    found = next_free(to_contact=to_contact, to_account=to_account, budget=budget, now=NOW)
    assert found == free


ASKED = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 60 * 24 * 30)), min_size=1, max_size=60
)


@given(asked=ASKED, per_contact=st.integers(1, 4), per_account=st.integers(1, 6))
def test_no_window_ever_holds_more_than_its_cap(asked, per_contact, per_account):
    budget = TouchBudget(per_contact, per_account)
    sent: list[tuple[datetime, int]] = []
    for person, minutes in sorted(asked, key=lambda one: one[1]):
        now = NOW + timedelta(minutes=minutes)
        own = [at for at, to in sent if to == person]
        free = next_free(to_contact=own, to_account=[at for at, _ in sent], budget=budget, now=now)
        if free == now:
            sent.append((now, person))

    for begin, _ in sent:
        window = [to for at, to in sent if begin <= at < begin + WINDOW]
        assert len(window) <= per_account
        assert all(window.count(person) <= per_contact for person in window)


@given(asked=ASKED)
def test_whoever_waits_until_told_goes_then(asked):
    budget = TouchBudget(per_contact=1, per_account=3)
    touches = sorted(NOW - timedelta(minutes=minutes) for _, minutes in asked)
    free = next_free(to_contact=touches, to_account=touches, budget=budget, now=NOW)

    again = next_free(to_contact=touches, to_account=touches, budget=budget, now=free)

    assert again == free
