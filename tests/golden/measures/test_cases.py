"""What the product makes of worked cases, on one day and out of a block of days."""

from importlib import import_module
from pathlib import Path

import pytest

from tests.golden.measures.worked import CASES, SHORT
from tests.health.reading import raw

# Each keeps its cases.
for module in Path(__file__).parent.glob("[!_t]*.py"):
    import_module(f"tests.golden.measures.{module.stem}")

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_measure_is_what_was_worked_by_hand(case):
    account = case.account()
    expected = case.value if case.value is None else pytest.approx(case.value)
    for way in ("facts", "block"):
        assert raw(account, case.measure, way=way) == expected, way


def test_no_case_of_a_short_history_has_a_value():
    assert [case for case in CASES if case.kind == SHORT and case.value is not None] == []
