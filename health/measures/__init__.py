"""The measure catalogue: facts in, raw values out (docs/health.md lists it)."""

from health.measures import (
    actors,
    answers,
    breadth,
    commercial,
    contracts,
    engagement,
    growth,
    levels,
    onboarding,
    participation,
    relationship,
    sentiment,
    sessions,
    support,
    tickets,
)
from health.measures.definition import Definition, FactSource
from health.measures.demands import Demand
from health.measures.inputs import Facts
from health.measures.registry import (
    MEASURES,
    compared_by,
    demands_of,
    names_in_words,
    raw_matrix,
    reasons,
)

__all__ = [
    "MEASURES",
    "Definition",
    "Demand",
    "FactSource",
    "Facts",
    "actors",
    "answers",
    "breadth",
    "commercial",
    "compared_by",
    "contracts",
    "demands_of",
    "engagement",
    "growth",
    "levels",
    "names_in_words",
    "onboarding",
    "participation",
    "raw_matrix",
    "reasons",
    "relationship",
    "sentiment",
    "sessions",
    "support",
    "tickets",
]
