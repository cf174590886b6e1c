"""A measure's percentile instead of its value: an option of any of them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from health.definitions import MeasureName, read_name
from health.measures.definition import Absence, Definition
from health.measures.demands import OwnSegment
from health.measures.inputs import Facts, Floats
from health.measures.parameters import PERCENTILE
from health.measures.percentiles import ALL, LEAST_ACCOUNTS


def compared(measure: Definition, *, within: str) -> Definition:
    """Its percentile among the accounts of the same segment, or among all, as they were spread at
    the end of the last closed night."""
    name = read_name(measure.key)
    few = Absence(
        f"fewer than {LEAST_ACCOUNTS} accounts to compare with",
        lambda facts: np.full(
            len(facts), facts.distributions.group(measure.key, ALL) is None, dtype=np.bool_
        ),
    )
    return replace(
        measure,
        key=str(MeasureName(name.key, (*name.chosen, (PERCENTILE.key, within)))),
        name=f"{measure.name}, {PERCENTILE.said(within)}",
        unit=PERCENTILE.key,
        raw=f"{measure.raw}; of that the percentile {_AMONG[within]}, equal values half, as the"
        " last closed night left them",
        absences=(*measure.absences, few),
        compute=partial(_percentiles_of_measure, measure, within),
        reads=(*measure.reads, OwnSegment()),
        compared=measure.key,
    )


_AMONG = {
    "segment": f"among the accounts of its segment (of all, where it has fewer than"
    f" {LEAST_ACCOUNTS})",
    "all": "among all accounts",
}


def _percentiles_of_measure(measure: Definition, within: str, facts: Facts) -> Floats:
    values, own = measure.compute(facts), facts.chosen[OwnSegment()]
    segments = own if within == "segment" else np.full(len(own), float(ALL))
    return facts.distributions.percentiles(measure.key, values, segments=segments)
