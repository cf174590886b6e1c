"""Ready for an expansion: three signals, from weekly sums of use and counts of talks and people.

A look is made once a week. It holds the use of whole weeks, so that the looks of the three weeks
before can be told from the same numbers: what was above its baseline four looks in a row is a
question about one row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from health.scoring.hundredths import Flags, Floats

Ints: TypeAlias = npt.NDArray[np.int64]

LOOKS, RECENT_WEEKS, BASELINE_WEEKS = 4, 4, 12
LOOK_WEEKS = RECENT_WEEKS + BASELINE_WEEKS
WEEKS = LOOK_WEEKS + LOOKS - 1
"""Weeks that four looks in a row need: each looks back over sixteen."""
GROWTH_PERCENT, EARLY_PERCENT = 15, 20
CONVERSATIONS, CONVERSATION_DAYS = 2, 90
STAKEHOLDERS, FUNCTIONS, STAKEHOLDER_DAYS = 4, 2, 180


class Readiness(StrEnum):
    READY = "ready"
    CONVERSATIONS_FIRST = "conversations_first"
    STAKEHOLDERS_FIRST = "stakeholders_first"
    GROWING = "growing"
    NOT_YET = "not_yet"
    UNKNOWN = "unknown"


READINESS = tuple(Readiness)
NO, YES, NOT_KNOWN = 0, 1, -1


@dataclass(frozen=True, slots=True)
class ReadinessFacts:
    """One element an account, one row an account in `weeks`: events of core features by people in
    each of WEEKS whole weeks, the oldest first.

    `weeks_known`: of so many of the latest weeks something could be seen. The counts are NaN where
    nobody knows them.
    """

    weeks: Ints
    weeks_known: Ints
    conversations: Floats
    stakeholders: Floats
    functions: Floats


@dataclass(frozen=True, slots=True)
class ReadinessVerdicts:
    """`looks_above`: how many looks in a row, up to LOOKS, were above their baseline, this one the
    last; NOT_KNOWN where there is none. Signals are NO, YES or NOT_KNOWN. `readiness` are places in
    READINESS, `met` counts the signals that are there."""

    looks_above: Ints
    grows: Ints
    talks: Ints
    is_broad: Ints
    met: Ints
    readiness: Ints
    is_early: Flags


def judge_readiness(facts: ReadinessFacts) -> ReadinessVerdicts:
    looks = _looks_above(facts)
    possible = np.clip(facts.weeks_known - LOOK_WEEKS + 1, 0, LOOKS)
    grows = np.where(looks == LOOKS, YES, np.where(looks == possible, NOT_KNOWN, NO))
    grows = np.where(possible == 0, NOT_KNOWN, grows)
    talks = _at_least(facts.conversations, CONVERSATIONS)
    people = _at_least(facts.stakeholders, STAKEHOLDERS)
    is_broad = np.minimum(people, _at_least(facts.functions, FUNCTIONS))
    met = sum((each == YES).astype(np.int64) for each in (grows, talks, is_broad))
    return ReadinessVerdicts(
        looks_above=looks,
        grows=grows,
        talks=talks,
        is_broad=is_broad,
        met=np.asarray(met, dtype=np.int64),
        readiness=_settled_readiness(grows, talks, is_broad, looks),
        is_early=_is_early(facts),
    )


def growth(weeks: Ints) -> Floats:
    """The mean of the last four weeks ÷ the mean of the twelve before − 1, of rows of weeks (the
    oldest first, LOOK_WEEKS or more); NaN where nothing was used in the twelve."""
    recent = weeks[:, -RECENT_WEEKS:].sum(axis=1)
    before = weeks[:, -LOOK_WEEKS:-RECENT_WEEKS].sum(axis=1)
    ratio = recent * BASELINE_WEEKS / (np.where(before > 0, before, 1) * RECENT_WEEKS) - 1
    return np.asarray(np.where(before > 0, ratio, np.nan), dtype=np.float64)


def _looks_above(facts: ReadinessFacts) -> Ints:
    """Looks are counted back from the latest one until one is not above, or not known."""
    count = np.zeros(len(facts.weeks_known), dtype=np.int64)
    unbroken = np.ones(len(count), dtype=np.bool_)
    for ago in range(LOOKS):
        unbroken &= (facts.weeks_known >= LOOK_WEEKS + ago) & _is_above(facts.weeks, ago)
        count += unbroken
    return np.where(facts.weeks_known >= LOOK_WEEKS, count, NOT_KNOWN)


def _is_above(weeks: Ints, ago: int) -> Flags:
    """Exact, in whole numbers. Without any use in the baseline nothing has grown: it has begun."""
    end = WEEKS - ago
    recent = weeks[:, end - RECENT_WEEKS : end].sum(axis=1)
    before = weeks[:, end - LOOK_WEEKS : end - RECENT_WEEKS].sum(axis=1)
    least = (100 + GROWTH_PERCENT) * RECENT_WEEKS * before
    return np.asarray((before > 0) & (100 * BASELINE_WEEKS * recent >= least), dtype=np.bool_)


def _is_early(facts: ReadinessFacts) -> Flags:
    """The last week against the week before."""
    last, before = facts.weeks[:, -1], facts.weeks[:, -2]
    rises = (before > 0) & (100 * last >= (100 + EARLY_PERCENT) * before)
    return np.asarray(rises & (facts.weeks_known >= 2), dtype=np.bool_)


def _at_least(counts: Floats, least: int) -> Ints:
    return np.where(np.isnan(counts), NOT_KNOWN, np.where(counts >= least, YES, NO))


def _settled_readiness(grows: Ints, talks: Ints, is_broad: Ints, looks: Ints) -> Ints:
    """The first that fits: who grows and does not talk to us talks first, whoever else is known."""
    is_known = (grows == NO) | ((grows == YES) & (talks == YES) & (is_broad != NOT_KNOWN))
    fitting = (
        ((grows == YES) & (talks == YES) & (is_broad == YES), Readiness.READY),
        ((grows == YES) & (talks == NO), Readiness.CONVERSATIONS_FIRST),
        ((grows == YES) & (talks == YES) & (is_broad == NO), Readiness.STAKEHOLDERS_FIRST),
        ((looks > 0) & (talks == YES) & (is_broad == YES), Readiness.GROWING),
        (is_known, Readiness.NOT_YET),
    )
    places = [READINESS.index(readiness) for _, readiness in fitting]
    conditions = [condition for condition, _ in fitting]
    return np.select(conditions, places, READINESS.index(Readiness.UNKNOWN))


def takes_over(by_agents: Ints, by_all: Ints) -> Flags:
    """Agents take over: rows of eight weeks of events, the oldest first. Their share of the last
    four weeks is above half, and at each of the four weekly looks before it was not."""
    now = _agents_lead(by_agents, by_all, 0)
    for ago in range(1, by_all.shape[1] - RECENT_WEEKS + 1):
        now &= ~_agents_lead(by_agents, by_all, ago)
    return now


def _agents_lead(by_agents: Ints, by_all: Ints, ago: int) -> Flags:
    end = by_all.shape[1] - ago
    agents = by_agents[:, end - RECENT_WEEKS : end].sum(axis=1)
    everybody = by_all[:, end - RECENT_WEEKS : end].sum(axis=1)
    return np.asarray(2 * agents > everybody, dtype=np.bool_)
