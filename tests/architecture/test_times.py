"""No test depends on how long the suite has run before it, or on midnight."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import seconds_past_midnight

ROOT = Path(__file__).resolve().parents[1]
CLOCKS = {"now", "today", "utcnow", "localdate", "localtime", "before_now", "yesterday"}
CLOCKS |= {"time", "monotonic", "perf_counter"}


def _when_imported(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the module is read: no bodies of functions, but defaults and decorators."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            parts: list[ast.AST] = [*child.decorator_list, child.args]
        elif isinstance(child, ast.Lambda):
            parts = [child.args]
        else:
            parts = [child]
        for part in parts:
            yield part
            yield from _when_imported(part)


def clock_reads(source: str) -> list[int]:
    """Lines that read a clock while the module is imported."""
    calls = (node for node in _when_imported(ast.parse(source)) if isinstance(node, ast.Call))
    return [
        call.lineno
        for call in calls
        if getattr(call.func, "attr", getattr(call.func, "id", "")) in CLOCKS
        and not any(isinstance(one, ast.Constant) for one in call.args)  # time(8) is no clock
    ]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("NOW = datetime.now(UTC)\n", [1]),
        ("\nPAGES = (f'/?day={date.today()}',)\n", [2]),
        ("class T:\n    at = clock.now()\n", [2]),
        ("def f(at=now()):\n    pass\n", [1]),
        ("@pytest.mark.parametrize('at', [clock.today()])\ndef test(at):\n    pass\n", [1]),
        ("def test():\n    at = datetime.now(UTC)\n", []),
        ("later = lambda: datetime.now(UTC)\n", []),
        ("AT = time(8, 30)\n", []),
        ("AT = datetime.combine(DAY, time(9), UTC)\n", []),
    ],
)
def test_a_clock_read_on_import_is_found(source, lines):
    assert clock_reads(source) == lines


def test_no_test_reads_the_clock_when_it_is_collected():
    found = {
        str(path.relative_to(ROOT)): lines
        for path in ROOT.rglob("*.py")
        if (lines := clock_reads(path.read_text()))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        (datetime(2025, 6, 30, 23, 58, 59, tzinfo=UTC), 0),
        (datetime(2025, 6, 30, 23, 59, 30, tzinfo=UTC), 31),
        (datetime(2025, 6, 30, 0, 0, 1, tzinfo=UTC), 0),
    ],
)
def test_no_test_begins_in_the_last_minute_of_a_day(moment, seconds):
    assert seconds_past_midnight(moment) == seconds
