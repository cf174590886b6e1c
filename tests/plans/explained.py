"""How Postgres executed the statements of a block: the plans themselves, not estimates of others.

auto_explain sends the plan of each statement as a notice, of COPY and of what is executed inside
other statements too, with the parameters it really had.
"""

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

_SETTINGS = {"log_min_duration": "0", "log_format": "json", "log_level": "notice"}


@dataclass(frozen=True)
class Executed:
    sql: str
    plan: dict[str, Any]

    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in nodes(self.plan) if "Index Name" in node}

    def tables(self) -> set[str]:
        return {node["Relation Name"] for node in nodes(self.plan) if "Relation Name" in node}

    def scanned(self) -> set[str]:
        """Tables that were read from one end to the other."""
        return {
            node["Relation Name"] for node in nodes(self.plan) if node["Node Type"] == "Seq Scan"
        }


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


@contextmanager
def executed() -> Iterator[list[Executed]]:
    """Filled when the block ends."""
    found: list[Executed] = []
    connection.ensure_connection()
    connection.connection.notices = notices = deque()
    with connection.cursor() as cursor:
        for name, value in _SETTINGS.items():
            cursor.execute(f"SET auto_explain.{name} = {value}")
    try:
        yield found
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET auto_explain.log_min_duration = -1")
    for notice in notices:
        _duration, is_plan, text = notice.partition("plan:\n")
        if is_plan:
            told = json.loads(text)
            found.append(Executed(told.get("Query Text", ""), told["Plan"]))
