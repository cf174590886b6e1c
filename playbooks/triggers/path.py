"""The path of a play through the steps of its playbook: what opens now, and what it waits for.

Steps have an order. An edge leads from a step to a later one, or to the end; a step without edges
leads to the next in order, so that a playbook without any is a chain. Edges only lead onwards: a
step opens once at most.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from playbooks.triggers.kinds import ENDINGS_OF, StepEnding, StepKind

END = "end"
ENDINGS = ENDINGS_OF[StepKind.TASK]
"""How a task ends, as edges name it: its outcome, or skipped."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Leads to the step with the key `to`, or to END.

    `when` names the endings of the step with which it is taken; an edge that names none is taken
    with any. Of several the first that fits is taken.
    """

    to: str
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A step, as far as the path is concerned."""

    key: str
    edges: tuple[Edge, ...] = ()
    kind: StepKind = StepKind.TASK

    @property
    def waits_for_ending(self) -> bool:
        """Only a task may be passed while somebody works on it."""
        return self.kind is not StepKind.TASK or any(edge.when for edge in self.edges)

    @property
    def open_endings(self) -> set[str]:
        """Those that no edge names."""
        if any(not edge.when for edge in self.edges):
            return set()
        return set(ENDINGS_OF[self.kind]).difference(*(edge.when for edge in self.edges))


@dataclass(frozen=True, slots=True)
class Finish:
    """When and how a step was finished."""

    at: datetime
    ending: str


@dataclass(frozen=True, slots=True)
class Walk:
    """Steps by their index: those that open now, and the one that is next.

    `upcoming` is None at the end of the path, and may lie past the last step while that has to end
    first. Without `opens_at` it waits for a step to be
    finished, which also decides whether `upcoming` is the next one.
    """

    opened: tuple[int, ...]
    upcoming: int | None
    opens_at: datetime | None


def next_index(nodes: Sequence[Node], *, after: int, finish: Finish | None) -> int | None:
    """The step that follows; len(nodes) at the end, None where the ending has to be known first.

    Where no edge fits, the next in order follows; who is held out is left alone: the end.
    """
    node = nodes[after]
    if node.waits_for_ending and finish is None:
        return None
    for edge in node.edges:
        if not edge.when or (finish is not None and finish.ending in edge.when):
            return _index_of(nodes, edge.to)
    if finish is not None and finish.ending == StepEnding.HELD_OUT:
        return len(nodes)
    return after + 1


def successors(nodes: Sequence[Node], after: int) -> set[int]:
    """All that may follow, whatever the ending; len(nodes) is the end."""
    found = {_index_of(nodes, edge.to) for edge in nodes[after].edges}
    left = nodes[after].open_endings
    if StepEnding.HELD_OUT in left:
        found.add(len(nodes))
    return found | {after + 1} if left - {StepEnding.HELD_OUT} else found


def can_end_without(nodes: Sequence[Node], passing: Collection[int]) -> bool:
    """Whether a path leads from the first step to the end past all of these."""
    seen: set[int] = set()
    ahead = {0}
    while ahead:
        index = ahead.pop()
        if index == len(nodes):
            return True
        if index not in passing and index not in seen:
            seen.add(index)
            ahead |= successors(nodes, index)
    return False


def _index_of(nodes: Sequence[Node], key: str) -> int:
    if key == END:
        return len(nodes)
    return next(index for index, node in enumerate(nodes) if node.key == key)


def walk(
    nodes: Sequence[Node],
    *,
    begins: int,
    came_from: int | None,
    finished: Mapping[int, Finish],
    opens_at: Callable[[int, datetime | None], datetime | None],
    ends_itself: Callable[[int], str | None],
    now: datetime,
) -> Walk:
    """Goes on from `begins`, the step that is next in order or was decided on.

    `came_from` is the latest step that was opened. `opens_at` says when a step opens, given when
    the one before it was finished; None while that is not known. `ends_itself` is the ending of a
    step that is done as soon as it opens.
    """
    done = dict(finished)
    opened: list[int] = []
    index: int | None = begins
    if came_from is not None and (nodes[came_from].edges or nodes[came_from].waits_for_ending):
        index = next_index(nodes, after=came_from, finish=done.get(came_from))
    while index is None or index < len(nodes):
        if index is None:
            waits_for = 0 if came_from is None else came_from + 1
            return Walk(tuple(opened), waits_for, None)
        before = None if came_from is None else done.get(came_from)
        moment = opens_at(index, before.at if before else None)
        if moment is None or moment > now:
            return Walk(tuple(opened), index, moment)
        opened.append(index)
        if ending := ends_itself(index):
            done[index] = Finish(now, ending)
        came_from, index = index, next_index(nodes, after=index, finish=done.get(index))
    return Walk(tuple(opened), None, None)
