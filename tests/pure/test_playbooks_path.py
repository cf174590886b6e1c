"""The path through the steps: a chain as ever, and edges that lead on by how a step ended."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.triggers.path import END, ENDINGS, Edge, Finish, Node, Walk, next_index, walk

NOW = datetime(2025, 3, 14, 8, tzinfo=UTC)
HOURS = st.integers(-48, 48).map(lambda hours: NOW + timedelta(hours=hours))


def chain_as_before(times, follows, system, begins, closed):
    """Steps one after the other, as they were opened before there were edges."""
    closed, opened = dict(closed), []
    for index in range(begins, len(times)):
        moment = times[index]
        if follows[index]:
            moment = closed.get(index - 1)
        if moment is None or moment > NOW:
            return opened, index, moment
        opened.append(index)
        if system[index]:
            closed[index] = NOW
    return opened, None, None


@st.composite
def chains(draw):
    length = draw(st.integers(1, 8))

    def each(strategy):
        return draw(st.lists(strategy, min_size=length, max_size=length))

    begins = draw(st.integers(0, length - 1))
    closed = {i: draw(HOURS) for i in range(begins) if draw(st.booleans())}
    return each(HOURS), [False, *each(st.booleans())[1:]], each(st.booleans()), begins, closed


@given(chains(), st.sampled_from(ENDINGS))
def test_steps_without_edges_are_the_chain_they_were(chain, ending):
    times, follows, system, begins, closed = chain

    found = walk(
        [Node(f"s{index}") for index in range(len(times))],
        begins=begins,
        came_from=begins - 1 if begins else None,
        finished={index: Finish(at, ending) for index, at in closed.items()},
        opens_at=lambda index, previous: previous if follows[index] else times[index],
        ends_itself=lambda index: "notified" if system[index] else None,
        now=NOW,
    )

    opened, upcoming, opens_at = chain_as_before(times, follows, system, begins, closed)
    assert found == Walk(tuple(opened), upcoming, opens_at)


FORK = (
    Node(
        "call",
        (Edge("thank", ("meeting_booked", "reached")), Edge(END, ("declined",)), Edge("write")),
    ),
    Node("write"),
    Node("thank"),
)


@pytest.mark.parametrize(
    ("ending", "index"),
    [("meeting_booked", 2), ("reached", 2), ("declined", 3), ("skipped", 1), ("no_response", 1)],
)
def test_the_first_edge_that_fits_the_ending_is_taken(ending, index):
    assert next_index(FORK, after=0, finish=Finish(NOW, ending)) == index


def test_an_ending_that_no_edge_names_leads_to_the_next_in_order():
    fork = (Node("call", (Edge(END, ("declined",)),)), Node("write"))
    assert next_index(fork, after=0, finish=Finish(NOW, "meeting_booked")) == 1


def test_edges_that_name_endings_wait_for_one_and_others_do_not():
    jump = (Node("call", (Edge("thank"),)), Node("write"), Node("thank"))
    assert next_index(FORK, after=0, finish=None) is None
    assert next_index(jump, after=0, finish=None) == 2


def go(came_from, begins, finished):
    return walk(
        FORK,
        begins=begins,
        came_from=came_from,
        finished=finished,
        opens_at=lambda index, previous: NOW,
        ends_itself=lambda index: None,
        now=NOW,
    )


def test_a_walk_stops_at_a_fork_until_the_step_has_ended():
    assert go(None, 0, {}) == Walk((0,), 1, None)
    assert go(0, 1, {}) == Walk((), 1, None)
    assert go(0, 1, {0: Finish(NOW, "meeting_booked")}) == Walk((2,), None, None)
    assert go(0, 1, {0: Finish(NOW, "skipped")}) == Walk((1, 2), None, None)
    assert go(0, 1, {0: Finish(NOW, "declined")}) == Walk((), None, None)
