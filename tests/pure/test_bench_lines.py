"""Goals and ceilings of `make bench`: what misses, what fails, and that ceilings only fall."""

import itertools
import json
import subprocess
import sys

import pytest

from tests.benchmarks import __main__ as bench
from tests.benchmarks.judging import (
    CEILINGS,
    Measured,
    Tally,
    loosened,
    read_ceilings,
    write_ceilings,
)
from tests.benchmarks.lines import LINES, Line

NIGHT = Line("CPU s", 3.0)
DRAIN = Line("accounts/s", 8_000, at_least=True)
TWO = {"a.night": NIGHT, "a.drain": DRAIN}


def tally(**ceilings: float | None) -> Tally:
    return Tally({f"a.{name}": value for name, value in ceilings.items()}, lines=TWO)


@pytest.mark.parametrize("goal", [None, 0, -1, "3"])
def test_a_line_without_a_goal_is_none(goal):
    with pytest.raises(ValueError, match="needs a goal"):
        Line("s", goal)


@pytest.mark.parametrize(
    ("before", "best", "after"),
    [
        (None, 12.0, 16.0),  # a third above the first figure
        (16.0, 9.0, 12.0),  # a third above a better one
        (16.0, 15.0, 16.0),  # within the room: stays
        (16.0, 40.0, 16.0),  # never raised
        (16.0, 2.4, 3.2),
        (16.0, 2.0, 3.0),  # ends at the goal
        (3.0, 0.1, 3.0),
        (None, 0.1, 3.0),
    ],
)
def test_a_ceiling_only_falls_and_ends_at_the_goal(before, best, after):
    assert NIGHT.ceiling(before, best) == pytest.approx(after)


@pytest.mark.parametrize(
    ("before", "best", "after"),
    [
        (None, 4_000, 3_000),
        (3_000, 6_000, 4_500),
        (3_000, 1_000, 3_000),
        (3_000, 80_000, 8_000),
        (8_000, 90_000, 8_000),
    ],
)
def test_where_more_is_better_it_only_rises(before, best, after):
    assert DRAIN.ceiling(before, best) == pytest.approx(after)


def test_the_figure_is_the_ratio_where_there_is_a_bound():
    assert Measured("a.night", 10.0, 4.0).figure == 2.5
    assert Measured("a.night", 10.0).figure == 10.0
    read = Measured.read('{"name": "a.night", "value": 10.0, "bound": 4.0, "wall": 7}')
    assert (read.figure, read.more) == (2.5, {"wall": 7})


def test_a_line_says_what_it_is_compared_with():
    row = tally(night=4.0).judge(Measured("a.night", 7.0, 2.0, {"wall": 9.5}))
    assert row == {
        "name": "a.night", "value": 7.0, "unit": "CPU s", "bound": 2.0, "ratio": 3.5, "goal": 3.0,
        "ceiling": 4.0, "wall": 9.5,
    }  # fmt: skip


def test_goals_missed_are_counted_and_only_a_ceiling_fails():
    run = tally(night=4.0, drain=None)
    run.judge(Measured("a.night", 7.0, 2.0))
    run.judge(Measured("a.drain", 100))
    end = run.end(["a"])
    assert (end["lines"], end["goals_missed"], end["ceilings_exceeded"]) == (2, 2, 0)
    assert not run.fails(["a"])


@pytest.mark.parametrize(("figure", "fails"), [(4.0, False), (4.01, True)])
def test_above_the_ceiling_fails(figure, fails):
    run = tally(night=4.0)
    run.judge(Measured("a.night", figure))
    run.judge(Measured("a.drain", 9_000))
    assert (run.fails(["a"]), run.exceeded) == (fails, ["a.night"] if fails else [])


def test_below_it_fails_where_more_is_better():
    run = tally(drain=3_000)
    run.judge(Measured("a.drain", 2_999))
    assert run.exceeded == ["a.drain"]


def test_an_unknown_line_and_one_that_did_not_come_fail():
    run = tally()
    run.judge(Measured("a.night", 1.0))
    assert run.end(["a"])["absent"] == ["a.drain"]
    assert run.fails(["a"])
    run.judge(Measured("a.drain", 9_000))
    assert not run.fails(["a"])
    assert "error" in run.judge(Measured("a.other", 1.0))
    assert run.fails(["a"])


def test_a_rehearsal_is_compared_with_nothing():
    run = Tally({"a.night": 4.0}, lines=TWO, is_rehearsal=True)
    run.judge(Measured("a.night", 99.0))
    run.judge(Measured("a.drain", 1))
    assert (run.missed, run.exceeded, run.fails(["a"])) == ([], [], False)


def test_what_was_not_measured_keeps_its_ceiling():
    run = tally(night=4.0, drain=5_000)
    run.judge(Measured("a.drain", 8_000))
    assert run.lowered() == {"a.night": 4.0, "a.drain": 6_000}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a.night": 4.0}, {"a.night": 3.9}, []),
        ({"a.night": 4.0}, {"a.night": 4.1}, ["a.night"]),
        ({"a.night": 4.0}, {"a.night": None}, ["a.night"]),
        ({"a.night": 4.0}, {}, ["a.night"]),
        ({"a.night": None}, {"a.night": 9.0}, []),
        ({"a.drain": 4_000}, {"a.drain": 3_999}, ["a.drain"]),
        ({"a.gone": 4.0}, {}, []),
    ],
)
def test_a_loosened_ceiling_is_found(before, after, found):
    assert loosened(before, after, TWO) == found


def git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=CEILINGS.parent, capture_output=True, text=True, check=True
    ).stdout


def test_no_commit_has_loosened_a_ceiling():
    """Of as much of the history as the clone has, and of what is not committed yet."""
    commits = git("log", "--format=%H", "--", CEILINGS.name).split()
    stored = [read_ceilings(git("show", f"{commit}:./{CEILINGS.name}")) for commit in commits]
    newest_first = [read_ceilings(), *stored]
    for after, before in itertools.pairwise(newest_first):
        assert loosened(before, after) == []


def test_each_line_has_its_ceiling_and_none_is_beyond_its_goal():
    ceilings = read_ceilings()
    assert list(ceilings) == list(LINES)
    tighter = [
        name
        for name, line in LINES.items()
        if ceilings[name] is not None and not line.passes(line.goal, ceilings[name])
    ]
    assert tighter == []


def test_each_group_has_lines_and_each_line_a_group():
    assert {name.partition(".")[0] for name in LINES} == bench.GROUPS.keys()
    assert bench.GROUPS.keys() > bench.LONG


@pytest.fixture
def benched(tmp_path, monkeypatch):
    """`make bench start` whose benchmark prints what it is given, with ceilings of its own."""
    file = tmp_path / "ceilings.json"
    monkeypatch.setattr("tests.benchmarks.judging.CEILINGS", file)
    write_ceilings(dict.fromkeys(LINES) | {"start.web": 8.0})

    def bench_once(web: float, *arguments: str, end: int = 0) -> int:
        rows = [{"name": "start.web", "value": web}, {"name": "start.prepare", "value": 3}]
        script = tmp_path / "printing.py"
        lines = "\n".join(map(json.dumps, rows))
        script.write_text(f"print({lines!r})\nraise SystemExit({end})\n")
        monkeypatch.setattr(bench, "command_of", lambda group: [sys.executable, str(script)])
        return bench.main(["start", *arguments])

    return bench_once


@pytest.mark.parametrize(
    ("web", "end", "code"), [(7.9, 0, 0), (8.1, 0, 1), (4.0, 0, 0), (4.0, 3, 1)]
)
def test_the_run_ends_with_1_above_a_ceiling_or_with_a_failed_benchmark(benched, web, end, code):
    assert benched(web, end=end) == code


def test_lowering_writes_the_file_and_never_raises(benched, capsys):
    assert benched(7.9) == 0
    assert read_ceilings()["start.web"] == 8.0
    for web, ceiling in ((5.7, 7.6), (7.5, 7.6), (1.0, 5), (4.9, 5)):
        assert benched(web, "--lower") == 0
        assert read_ceilings()["start.web"] == ceiling
    assert read_ceilings()["start.prepare"] == 20
    assert read_ceilings()["night.steady"] is None
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["lines"], last["goals_missed"], last["ceilings_exceeded"]) == (2, 0, 0)


@pytest.mark.parametrize("arguments", [["nothing"], ["start", "--lower", "--scale", "0.1"]])
def test_what_cannot_be_run_is_refused(arguments):
    with pytest.raises(SystemExit) as refused:
        bench.main(arguments)
    assert refused.value.code == 2
