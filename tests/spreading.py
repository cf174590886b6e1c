"""Which runner of the suite begins with which tests: the long ones first, on all of them.

xdist gives each runner an equal number of tests in their order, and whoever is done takes from the
end of the others' queues. So each runner's part has its share of the modules that took long the
last time, and ends with many short ones.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Protocol

LONG_SECONDS = 5.0
# Of a module nobody has run here yet: tests that start processes take long.
_SECONDS = {"faults": 10.0, "browser": 3.0}
_OTHERS = 0.2


class Item(Protocol):
    nodeid: str
    fixturenames: list[str]
    keywords: Mapping[str, object]

    def get_closest_marker(self, name: str) -> Any: ...


def spread(tests: Sequence[Item], *, runners: int, seconds: dict[str, float]) -> list[Item]:
    """The order in which `runners` equal parts of it take equally long, as far as is known.

    `seconds` are those of each module. Within a part stand what rolls back, what commits, and what
    uses no database, in this order, as pytest-django has them.
    """
    parts: list[list[list[Item]]] = [[[], [], []] for _ in range(runners)]
    load = [0.0] * runners
    short: list[Item] = []
    modules = [list(found) for _, found in groupby(sorted(tests, key=_module), key=_module)]
    known = [(_expected(module, seconds), module) for module in modules]
    for expected, module in sorted(known, key=lambda pair: -pair[0]):
        if expected < LONG_SECONDS and all(_kind(test) == 2 for test in module):
            short.extend(module)
            continue
        least = load.index(min(load))
        load[least] += expected
        for test in module:
            parts[least][_kind(test)].append(test)
    return list(_filled(parts, short, size=-(-len(tests) // runners)))


def _filled(parts: list[list[list[Item]]], short: list[Item], *, size: int) -> Iterator[Item]:
    for part in parts:
        own = [test for tests in part for test in tests]
        room = max(size - len(own), 0)
        yield from own
        yield from short[:room]
        del short[:room]
    yield from short


def module_of(nodeid: str) -> str:
    return nodeid.split("::", 1)[0]


def _module(test: Item) -> str:
    return module_of(test.nodeid)


def _kind(test: Item) -> int:
    mark = test.get_closest_marker("django_db")
    if {"transactional_db", "live_server"} & set(test.fixturenames) or (
        mark and mark.kwargs.get("transaction")
    ):
        return 1
    return 0 if mark or "db" in test.fixturenames else 2


def _expected(module: list[Item], seconds: dict[str, float]) -> float:
    if known := seconds.get(_module(module[0])):
        return known
    marks = Counter(mark for test in module for mark in _SECONDS if mark in test.keywords)
    return len(module) * _OTHERS + sum(_SECONDS[mark] * count for mark, count in marks.items())
