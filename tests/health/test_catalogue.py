"""The catalogue of measures is complete, and the page that explains it is the code's."""

import pytest

from health.measures import MEASURES
from health.measures.definition import Better
from health.measures.windows import WindowUnit
from health.queries.scorecards import in_force
from tests.health.catalogue_table import PAGE, measure_rows, parameter_rows, written


def test_measures_and_parameters_are_documented_as_they_are_registered():
    page = PAGE.read_text()

    assert len(measure_rows()) == len(MEASURES) > 35
    assert len(parameter_rows()) > 10
    assert page == written(page), "python -m tests.health.catalogue_table"


def test_shipped_scorecards_use_registered_measures_only(library):
    used = {key for card in in_force().values() for key in card.spec.raw_keys}

    assert len(used) > 20
    assert all(key in MEASURES for key in used)


def test_no_shipped_scorecard_judges_by_the_calendar(library):
    used = {key for card in in_force().values() for key in card.spec.raw_keys}
    assert [key for key in used if MEASURES[key].is_calendar] == []


@pytest.mark.parametrize("definition", MEASURES.families(), ids=lambda each: each.key)
def test_what_a_measure_says_of_itself_fits_together(definition):
    window = definition.window
    # Employees are told by accounts themselves.
    assert definition.sources or definition.key == "employees_growth"
    assert definition.raw
    assert definition.empty
    assert window.least <= window.length
    # The calendar speaks for nobody, and does not judge.
    assert not definition.is_calendar or definition.direction == Better.EITHER
    chosen = window.unit in (WindowUnit.CHOSEN, WindowUnit.CHOSEN_CLOSED)
    assert chosen == any(parameter.key == "days" for parameter in definition.parameters)


def test_a_chosen_window_is_that_of_the_name():
    window = MEASURES["agent_share_trend(days=56)"].window
    assert (window.words, window.history) == ("112 closed days", "84 days")
    family = MEASURES.family("agent_share_trend").window
    assert (family.words, family.history) == ("2 × chosen, closed days", "1.5 windows")
