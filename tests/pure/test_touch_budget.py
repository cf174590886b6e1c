"""The caps on what a customer hears hold in any window of seven days, whatever is asked when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.touch_budget import (
    LOOK_AGAIN,
    WINDOW,
    PastTouch,
    Room,
    TouchBudget,
    Verdict,
    may_touch,
    next_free,
)

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


def ask(contact=1, *, touched=(), more_urgent=(), caps=(2, 3)) -> Verdict:
    return may_touch(
        contact=contact,
        touched=[PastTouch(NOW - timedelta(days=days), people) for days, *people in touched],
        more_urgent=more_urgent,
        budget=TouchBudget(*caps),
        now=NOW,
    )


@pytest.mark.parametrize(
    ("touched", "more_urgent", "verdict"),
    [
        ([], [], Verdict(Room.FREE, NOW)),
        ([(2, 1), (1, 1)], [], Verdict(Room.FULL, NOW + 5 * DAY)),
        ([(2, 1, 2), (1, 1, 2)], [], Verdict(Room.FULL, NOW + 5 * DAY)),  # both went to two people
        ([(2, 2), (1, 2)], [], Verdict(Room.FREE, NOW)),  # to somebody else: a third of the account
        ([(3, 2), (2, 3), (1, 2)], [], Verdict(Room.FULL, NOW + 4 * DAY)),  # the account's three
        ([(8, 1), (7, 1)], [], Verdict(Room.FREE, NOW)),  # outside the window
        ([(1, 1)], [1], Verdict(Room.KEPT, NOW + LOOK_AGAIN)),  # the person's second is spoken for
        ([(1, 1)], [2], Verdict(Room.FREE, NOW)),  # two of the account and one waits: three
        ([(1, 2)], [2, 3], Verdict(Room.KEPT, NOW + LOOK_AGAIN)),  # the account's are spoken for
        ([(1, None), (1, None)], [], Verdict(Room.FREE, NOW)),  # a touch of somebody erased since
    ],
)
def test_a_message_goes_where_both_caps_have_room_that_nothing_more_urgent_needs(
    touched, more_urgent, verdict
):
    assert ask(touched=touched, more_urgent=more_urgent) == verdict


# Of each message the person, the minute it is written and its priority. What it is makes no
# difference: mail of a play or by hand, a survey, a message in the product.
MINUTES = st.integers(0, 60 * 24 * 30)
MESSAGES = st.lists(st.tuples(st.integers(0, 3), MINUTES, st.integers(1, 9)), max_size=60)
# Mail written elsewhere asks nobody, and may go to several people at once.
ELSEWHERE = st.lists(st.tuples(st.sets(st.integers(0, 3), min_size=1), MINUTES), max_size=5)


@given(
    messages=MESSAGES,
    elsewhere=ELSEWHERE,
    caps=st.tuples(st.integers(1, 4), st.integers(1, 6)),
    order=st.randoms(use_true_random=False),
)
def test_whatever_waits_and_in_whatever_order_it_is_asked_no_window_holds_more_than_its_cap(
    messages, elsewhere, caps, order
):
    """Twice a day for all that waits. What is let out finds room for itself and for each more
    urgent message that waits for the same person."""
    by_hand = [PastTouch(NOW + timedelta(minutes=at), people) for people, at in elsewhere]
    waiting = [(to, NOW + timedelta(minutes=at), priority) for to, at, priority in messages]
    sent: list[PastTouch] = []
    for half_day in range(1, 80):
        now = NOW + half_day * DAY / 2
        due = [each for each in waiting if each[1] <= now]
        order.shuffle(due)
        for message in due:
            to, _, priority = message
            first = [who for who, at, urgency in waiting if at <= now and urgency < priority]
            touched = [each for each in sent + by_hand if each.at <= now]
            verdict = may_touch(
                contact=to,
                touched=touched,
                more_urgent=first,
                budget=TouchBudget(*caps),
                now=now,
            )
            if verdict.room is not Room.FREE:
                assert verdict.at > now
                continue
            within = [each for each in touched if now - WINDOW < each.at]
            assert len(within) + 1 + len(first) <= caps[1]
            to_person = [each for each in within if to in each.contacts]
            assert len(to_person) + 1 + first.count(to) <= caps[0]
            sent.append(PastTouch(now, (to,)))
            waiting.remove(message)

    for begin in (each.at for each in sent):
        window = [each.contacts[0] for each in sent if begin <= each.at < begin + WINDOW]
        assert len(window) <= caps[1]
        assert all(window.count(person) <= caps[0] for person in window)


ASKED = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 60 * 24 * 30)), min_size=1, max_size=60
)


@given(asked=ASKED)
def test_whoever_waits_until_told_goes_then(asked):
    budget = TouchBudget(per_contact=1, per_account=3)
    touches = sorted(NOW - timedelta(minutes=minutes) for _, minutes in asked)
    free = next_free(to_contact=touches, to_account=touches, budget=budget, now=NOW)

    again = next_free(to_contact=touches, to_account=touches, budget=budget, now=free)

    assert again == free
