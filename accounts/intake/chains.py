"""Chains of records that name one of their own kind: a parent account, the contract renewed."""

from collections.abc import Mapping


def loops(above: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The loops among records that each name at most one other, in the order they are named.

    `above` maps a record to the one it names. Linear in the number of records.
    """
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in above:
        way: dict[str, int] = {}
        node = start
        while node in above and node not in done and node not in way:
            way[node] = len(way)
            node = above[node]
        if node in way:
            found.append(tuple(way)[way[node] :])
        done.update(way)
    return found
