"""Sources that only measures with demands of their own read, each with one query."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol

from health.facts.chosen_breadth import load_breadth
from health.facts.chosen_contact import load_contact_rows
from health.facts.chosen_contracts import load_money
from health.facts.chosen_sessions import load_sessions
from health.facts.chosen_sizes import load_sizes
from health.facts.chosen_tickets import load_tickets
from health.facts.given import Given
from health.facts.scope import FactScope
from health.facts.sources import Feeds
from health.measures.demands import Demand
from health.measures.inputs import Floats


class DemandedRows(Protocol):
    """The rows of one source, and the facts made from them as of a day."""

    def answer(self, demand: Demand, day: date, given: Given) -> Floats | None:
        """None where the demand is not one of this source."""


def load_demanded(
    scope: FactScope, demands: Collection[Demand], feeds: Feeds
) -> tuple[DemandedRows, ...]:
    """Of those sources that something is demanded of."""
    loaders = (load_sessions, load_tickets, load_money, load_contact_rows, load_breadth, load_sizes)
    found = (load(scope, demands, feeds) for load in loaders)
    return tuple(rows for rows in found if rows is not None)
