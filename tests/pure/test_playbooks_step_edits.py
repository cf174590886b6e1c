"""Adding, moving and removing steps keeps every other step where it was reached before."""

import pytest

from playbooks.library.step_edits import (
    edges_of,
    free_key,
    insert_step,
    leads_of,
    move_step,
    remove_step,
)
from playbooks.triggers.kinds import ENDINGS_OF, StepKind


def a(key, *edges, kind="task"):
    found = [{"to": to, **({"when": list(when)} if when else {})} for to, *when in edges]
    return {"key": key, "kind": kind, "next": found}


def said(steps):
    """a →yes,no  in one line: "fork(fits→a other→b) a(→c) b c"."""
    return " ".join(each["key"] + _edges(each.get("next") or []) for each in steps)


def _edges(edges):
    words = [f"{','.join(each.get('when', []))}→{each['to']}" for each in edges]
    return f"({' '.join(words)})" if words else ""


FORK = a("fork", kind="branch")
NEW = {"key": "new", "kind": "task"}


@pytest.mark.parametrize(
    ("steps", "after", "ending", "expected"),
    [
        ([], "", "", "new"),
        ([a("x")], "", "", "new x"),
        ([a("x"), a("y")], "x", "", "x new y"),
        ([a("x", ("end",)), a("y")], "x", "", "x new(→end) y"),
        ([FORK, a("x")], "fork", "fits", "fork(fits→new other→x) new x"),
        ([FORK, a("x")], "fork", "other", "fork(fits→x other→new) new x"),
        ([FORK], "fork", "fits", "fork(fits→new other→end) new"),
        (
            [a("fork", ("y", "fits"), ("x", "other"), kind="branch"), a("y"), a("x")],
            "fork",
            "other",
            "fork(fits→y other→new) y(→x) new x",
        ),
        (
            [a("fork", ("y", "fits"), ("end", "other"), kind="branch"), a("y")],
            "fork",
            "other",
            "fork(fits→y other→new) y(→end) new",
        ),
        (
            [a("fork", ("end", "fits"), kind="branch"), a("x")],
            "fork",
            "fits",
            "fork(fits→new other→x) x(→end) new",
        ),
    ],
)
def test_a_step_comes_where_it_is_put(steps, after, ending, expected):
    assert said(insert_step(steps, NEW, after=after, ending=ending)) == expected


@pytest.mark.parametrize(
    ("key", "by", "expected"),
    [
        ("y", -1, "y x z"),
        ("y", 1, "x z y"),
        ("x", -1, "x y z"),
        ("z", 1, "x y z"),
        ("?", 1, "x y z"),
    ],
)
def test_a_step_changes_place_with_its_neighbour(key, by, expected):
    assert said(move_step([a("x"), a("y"), a("z")], key, by=by)) == expected


@pytest.mark.parametrize(
    ("steps", "key", "expected"),
    [
        ([a("x"), a("y"), a("z")], "y", "x z"),
        ([a("x", ("z", "reached")), a("y"), a("z")], "z", "x(reached→end) y"),
        ([a("x"), a("y", ("end",)), a("z")], "y", "x(→end) z"),
        (
            [a("fork", ("y", "fits"), ("z", "other"), kind="branch"), a("y"), a("z")],
            "y",
            "fork(fits→z other→z) z",
        ),
        ([a("x")], "x", ""),
    ],
)
def test_what_led_to_a_removed_step_leads_to_what_followed_it(steps, key, expected):
    assert said(remove_step(steps, key)) == expected


def test_edges_are_read_by_ending_and_written_by_target():
    fork = a("fork", ("x", "fits"), ("end", "other"), kind="branch")
    assert leads_of(fork) == {"fits": "x", "other": "end"}
    assert edges_of(ENDINGS_OF[StepKind.BRANCH], leads_of(fork)) == fork["next"]
    assert edges_of(ENDINGS_OF[StepKind.BRANCH], {"fits": "x", "other": "x"}) == [{"to": "x"}]
    assert edges_of(ENDINGS_OF[StepKind.TASK], {}) == []
    assert edges_of(ENDINGS_OF[StepKind.TASK], {"reached": "x"}) == [
        {"to": "x", "when": ["reached"]}
    ]


def test_a_key_is_taken_once():
    assert free_key(["call", "call_2"], "call") == "call_3"
    assert free_key([], "end") == "end_2"
