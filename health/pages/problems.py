"""A refused field as the summary above a form lists it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListedProblem:
    """`href` leads to the field it is about."""

    href: str
    where: str
    message: str
