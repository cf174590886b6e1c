"""Names of measures with parameters: one spelling each, and what is wrong with the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.definitions import MeasureName, UnreadableName, read_name
from health.measures import MEASURES
from health.scoring import NotationError, format_conditions, parse_conditions
from tests.health.uses import EVERY_USE


@pytest.mark.parametrize("name", EVERY_USE)
def test_a_name_is_spelled_in_one_way(name):
    assert MEASURES.spelled(name) == name == MEASURES[name].key
    assert str(read_name(name)) == name


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("feature_events( days=28,feature=reports )", "feature_events(feature=reports)"),
        ("feature_events(per=none, by=people, feature=a-B_1)", "feature_events(feature=a-B_1)"),
        ("active_people()", "active_people"),
        ("active_people(days=28)", "active_people"),
        ("login_frequency", "login_frequency"),
        ("event_count(days=7, kind=qbr)", "event_count(kind=qbr, days=7)"),
    ],
)
def test_defaults_and_order_make_no_other_measure(written, spelled):
    assert MEASURES.spelled(written) == spelled
    assert MEASURES[written].key == spelled


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nothing", "“nothing” is not in the measure catalogue"),
        ("feature_events", "“feature_events” needs feature: write feature_events(feature=…)"),
        (
            "feature_ratio(days=56)",
            "“feature_ratio” needs feature and against: write feature_ratio(feature=…, against=…)",
        ),
        ("login_frequency(days=28)", "“login_frequency” has no parameter “days”; it has none"),
        ("active_people(per=seats)", "“active_people” has no parameter “per”; it has days"),
        ("active_people(days=30)", "“active_people”: days is 28, 56 or 84, not “30”"),
        ("event_count(kind=a, days=0)", "days is a whole number from 1 to 365, not “0”"),
        ("active_people(days=28, days=56)", "each parameter is chosen once"),
        (
            "active_people(28)",
            "“28” in “active_people(28)”: write parameter=value",
        ),
        ("Feature events", "write a measure, or measure(parameter=value, …)"),
        (f"feature_ratio(feature={'a' * 80}, against={'b' * 80})", "longer than 140 characters"),
    ],
)
def test_what_is_wrong_with_a_name_is_said(name, words):
    assert name not in MEASURES
    assert words in MEASURES.problem(name)
    assert MEASURES.spelled(name) == name


def test_a_name_says_in_words_what_was_chosen():
    events = MEASURES["feature_events(feature=reports, per=seats, days=56, by=agents)"]

    assert events.name == "Events of a feature: reports, per seat, 56 days, by agents"
    assert events.unit == "events per seat"
    assert MEASURES["active_people"].name == "Active people: 28 days"


def test_conditions_name_measures_with_what_was_chosen():
    text = "feature_events(feature=land,days=56) = 0 and champions ≥ 1"

    conditions = parse_conditions(text)
    assert [c.measure for c in conditions] == ["feature_events(feature=land, days=56)", "champions"]
    assert parse_conditions(format_conditions(conditions)) == conditions
    with pytest.raises(NotationError, match="write parameter=value"):
        parse_conditions("feature_events(land) = 0")


slugs = st.from_regex(r"\A[A-Za-z0-9_-]{1,12}\Z")


@given(
    key=st.from_regex(r"\A[a-z][a-z0-9_]{0,20}\Z"),
    chosen=st.lists(st.tuples(st.from_regex(r"\A[a-z_]{1,8}\Z"), slugs), max_size=4),
)
def test_what_is_written_is_read_back(key, chosen):
    name = MeasureName(key, tuple(chosen))

    assert read_name(str(name)) == name


@given(st.text(max_size=40))
def test_any_text_is_a_name_or_says_why_not(text):
    try:
        name = read_name(text)
    except UnreadableName:
        return
    assert read_name(str(name)) == name
