"""What the product makes of worked cases, on one day and out of a block of days."""

from importlib import import_module
from pathlib import Path

import pytest

from health.measures import MEASURES
from tests.golden.measures.worked import CASES, EMPTY, MISSING, SHORT, VALUE
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


@pytest.mark.parametrize("definition", MEASURES.families(), ids=lambda each: each.key)
def test_each_measure_has_a_worked_case_of_each_kind(definition):
    """A new measure is not done without them."""
    cases = {case.kind for case in CASES if case.family == definition.key}
    told = {case.kind for case in CASES if case.family == definition.key and case.value is not None}

    assert {VALUE, EMPTY, MISSING} <= cases
    assert VALUE in told
    assert MISSING not in told
    assert (SHORT in cases) == (definition.window.least > 0)
