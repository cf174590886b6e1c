"""The measure catalogue: facts in, raw values out (docs/health.md lists it)."""

from health.measures import commercial, engagement, onboarding, relationship, support
from health.measures.inputs import Facts
from health.measures.registry import MEASURES, Definition, FactSource, raw_matrix, reasons

__all__ = [
    "MEASURES",
    "Definition",
    "FactSource",
    "Facts",
    "commercial",
    "engagement",
    "onboarding",
    "raw_matrix",
    "reasons",
    "relationship",
    "support",
]
