"""What counts may be divided by: seats, ARR, active people."""

import numpy as np

from health.measures.absences import NO_ACTIVITY, NO_SEATS
from health.measures.demands import ActivePeople, ArrInBase, Demand
from health.measures.families import ChosenAbsence
from health.measures.inputs import Facts, Floats, only_if, ratio
from health.measures.parameters import Chosen, days_of

# ARR is counted in thousands, so that figures have a size people can read.
_OF_ARR = 1_000


def divisor_demands(chosen: Chosen) -> list[Demand]:
    if chosen["per"] == "arr":
        return [ArrInBase()]
    return [ActivePeople(days_of(chosen))] if chosen["per"] == "people" else []


BY_DIVISOR = (
    ChosenAbsence(
        f"{NO_SEATS.words} (per seat)",
        lambda facts, _: NO_SEATS.holds(facts),
        lambda chosen: chosen["per"] == "seats",
    ),
    ChosenAbsence(
        "no ARR, or an amount in it has no rate (per ARR)",
        lambda facts, _: ~(facts.chosen[ArrInBase()] > 0),
        lambda chosen: chosen["per"] == "arr",
    ),
    ChosenAbsence(
        f"{NO_ACTIVITY.words} (per active person)",
        lambda facts, _: NO_ACTIVITY.holds(facts),
        lambda chosen: chosen["per"] == "people",
    ),
)


def divide_counts(facts: Facts, counts: Floats, chosen: Chosen) -> Floats:
    match chosen["per"]:
        case "seats":
            return ratio(counts, facts.profile.seats)
        case "arr":
            return ratio(counts * _OF_ARR, facts.chosen[ArrInBase()])
        case "people":
            people = np.maximum(facts.chosen[ActivePeople(days_of(chosen))], 1)
            return only_if(facts.activity.connected, counts / people)
        case _:
            return counts
