"""The steps of a playbook as they are read: chains, arms beside each other, jumps that are said."""

import pytest

from playbooks.library.definition_reader import examine
from playbooks.library.flow import flow_of, numbers_of
from tests.pure.test_playbooks_step_edits import a


def steps_of(*steps):
    return examine({"steps": list(steps)})[0].steps


def drawn(flow):
    return " ".join(_drawn(step) for step in flow)


def _drawn(step):
    arms = " | ".join(f"{arm.ending}: {drawn(arm.steps)}{'end' * arm.ends}" for arm in step.arms)
    jumps = "".join(f"({','.join(when)}→{to})" for when, to in step.jumps)
    return f"{step.number}={step.key}{jumps}" + (f"[{arms}]" if arms else "")


def fork(*edges, key="fork"):
    return a(key, *edges, kind="branch")


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], ""),
        ([a("x"), a("y")], "1=x 2=y"),
        ([a("x", ("y",)), a("y")], "1=x 2=y"),
        ([a("x", ("end", "reached")), a("y")], "1=x(reached→end) 2=y"),
        ([a("x", ("z",)), a("y"), a("z")], "1=x(→z) 2=y 3=z"),
        ([fork(), a("x")], "1=fork[fits:  | other: ] 2=x"),
        (
            [fork(("end", "other")), a("x")],
            "1=fork[fits:  | other: end] 2=x",
        ),
        ([a("x"), fork(), a("y")], "1=x 2=fork[fits:  | other: ] 3=y"),
        ([fork()], "1=fork[fits:  | other: ]"),
        (
            [fork(("x", "fits"), ("y", "other")), a("x"), a("y")],
            "1=fork[fits: 1a=x | other: ] 2=y",
        ),
        (
            [fork(("x", "fits"), ("y", "other")), a("x", ("z",)), a("y"), a("z")],
            "1=fork[fits: 1a=x | other: 1b=y] 2=z",
        ),
        (
            [fork(("y", "fits"), ("x", "other")), a("x", ("z",)), a("y"), a("z")],
            "1=fork[fits: 1b=y | other: 1a=x] 2=z",
        ),
        (
            [fork(("x", "fits"), ("y", "other")), a("x", ("end",)), a("y")],
            "1=fork[fits: 1a=xend | other: ] 2=y",
        ),
        (
            [
                fork(("inner", "fits"), ("y", "other")),
                fork(("x", "fits"), ("w", "other"), key="inner"),
                a("x"),
                a("w", ("z",)),
                a("y"),
                a("z"),
            ],
            "1=fork[fits: 1a=inner[fits: 1a1=x | other: ] 1b=w | other: 1c=y] 2=z",
        ),
    ],
)
def test_steps_are_read_from_top_to_bottom(steps, expected):
    assert drawn(flow_of(steps_of(*steps))) == expected


def test_a_draft_that_leads_nowhere_is_read_too():
    flow = flow_of(steps_of(a("x", ("gone",)), fork(("x", "fits")), a("y")))
    assert drawn(flow) == "1=x(→gone) 2=fork(fits→x) 3=y"
    assert numbers_of(flow) == {"x": "1", "fork": "2", "y": "3"}
