"""The steps of a playbook as one reads them: from top to bottom, the arms of a branch beside each
other.

Pure, and forgiving: a draft may lead to steps that are not there yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from playbooks.library.definition import StepDefinition
from playbooks.triggers.kinds import ENDINGS_OF, StepEnding, StepKind
from playbooks.triggers.path import END


@dataclass(frozen=True, slots=True)
class Arm:
    """What follows an ending of a branch, until the arms meet again. `ends`: the play ends there;
    an arm without steps that does not end goes on below."""

    ending: str
    steps: tuple[FlowStep, ...]
    ends: bool = False


@dataclass(frozen=True, slots=True)
class FlowStep:
    """`number`: "3", in the arms of a branch "3a". `jumps`: endings with the key to which they lead
    otherwise than one reads; no endings: all of them."""

    index: int
    number: str
    key: str
    arms: tuple[Arm, ...] = ()
    jumps: tuple[tuple[tuple[str, ...], str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Steps from `first` up to before `after`, behind which one reads on at `leads_to`."""

    first: int
    after: int
    leads_to: int


def flow_of(steps: Sequence[StepDefinition]) -> tuple[FlowStep, ...]:
    return _Reader(steps).read(_Stretch(0, len(steps), len(steps)), prefix="")


def numbers_of(flow: Sequence[FlowStep]) -> dict[str, str]:
    """As people call the steps, by key."""
    found = {}
    for step in flow:
        found[step.key] = step.number
        for arm in step.arms:
            found |= numbers_of(arm.steps)
    return found


class _Reader:
    def __init__(self, steps: Sequence[StepDefinition]) -> None:
        self.steps = steps
        self.index_of = {step.key: index for index, step in enumerate(steps)}
        self.index_of[END] = len(steps)

    def read(self, stretch: _Stretch, *, prefix: str, begins: int = 1) -> tuple[FlowStep, ...]:
        found: list[FlowStep] = []
        index = stretch.first
        while index < stretch.after:
            number = _step_number(prefix, begins + len(found))
            split = self._branch_targets(index, stretch)
            if split is None:
                found.append(self._step_without_arms(index, number, stretch))
                index += 1
                continue
            arms, index = self._arms_of_branch(index, number, *split, stretch=stretch)
            found.append(FlowStep(arms[0], number, self.steps[arms[0]].key, arms[1]))
        return tuple(found)

    def _step_without_arms(self, index: int, number: str, stretch: _Stretch) -> FlowStep:
        step = self.steps[index]
        if self._is_open_branch(index):
            arms = tuple(Arm(ending, ()) for ending in ENDINGS_OF[StepKind.BRANCH])
            return FlowStep(index, number, step.key, arms)
        follows = index + 1 if index + 1 < stretch.after else stretch.leads_to
        jumps = tuple(
            (edge.when, edge.to)
            for edge in step.edges
            if edge.when or self.index_of.get(edge.to, -1) != follows
        )
        return FlowStep(index, number, step.key, jumps=jumps)

    def _is_open_branch(self, index: int) -> bool:
        """Both of its ways lead to what is next: nothing stands in its arms yet."""
        step = self.steps[index]
        return step.kind is StepKind.BRANCH and not step.edges

    def _branch_targets(self, index: int, stretch: _Stretch) -> tuple[int, int] | None:
        """Where the two endings of a branch lead; None for what is no branch, or reads as jumps."""
        step = self.steps[index]
        if step.kind is not StepKind.BRANCH:
            return None
        fits, other = (self._edge_target(index, ending) for ending in ENDINGS_OF[StepKind.BRANCH])
        nearer, farther = sorted((fits, other))
        is_read = nearer == index + 1 and nearer < farther
        return (fits, other) if is_read and self._is_within(farther, stretch) else None

    def _is_within(self, target: int, stretch: _Stretch) -> bool:
        return target <= stretch.after or target in (stretch.leads_to, len(self.steps))

    def _edge_target(self, index: int, ending: str) -> int:
        edges = self.steps[index].edges
        edge = next((each for each in edges if not each.when or ending in each.when), None)
        if edge is None:
            return len(self.steps) if ending == StepEnding.HELD_OUT else index + 1
        return self.index_of.get(edge.to, -1)

    def _arms_of_branch(
        self, index: int, number: str, fits: int, other: int, *, stretch: _Stretch
    ) -> tuple[tuple[int, tuple[Arm, ...]], int]:
        """The branch with its arms, and the step at which they meet."""
        near, far = sorted((fits, other))
        if far >= stretch.after:  # one arm leads out of here: the other is what one reads on
            arms = {near: Arm("", ()), far: Arm("", (), ends=far == len(self.steps))}
            return (index, _arms_by_ending(arms, fits, other)), index + 1
        leaves = self._unconditional_target(far - 1)
        is_over = leaves == len(self.steps)
        is_joined = leaves is not None and far < leaves <= stretch.after and not is_over
        meets = leaves if leaves is not None and is_joined else far
        joins = meets if meets < stretch.after else stretch.leads_to
        reached = len(self.steps) if is_over else joins
        first = self.read(_Stretch(near, far, reached), prefix=number)
        second: tuple[FlowStep, ...] = ()
        if meets > far:
            second = self.read(_Stretch(far, meets, joins), prefix=number, begins=len(first) + 1)
        arms = {near: Arm("", first, ends=is_over), far: Arm("", second)}
        return (index, _arms_by_ending(arms, fits, other)), meets

    def _unconditional_target(self, index: int) -> int | None:
        """Where a step leads with any ending; None: to what is next, or it depends."""
        edges = self.steps[index].edges
        if len(edges) == 1 and not edges[0].when:
            return self.index_of.get(edges[0].to)
        return None


def _arms_by_ending(arms: dict[int, Arm], fits: int, other: int) -> tuple[Arm, ...]:
    pairs = zip(ENDINGS_OF[StepKind.BRANCH], (fits, other), strict=True)
    return tuple(Arm(ending, arms[target].steps, arms[target].ends) for ending, target in pairs)


def _step_number(prefix: str, place: int) -> str:
    """Digits and letters by turns: 3, 3b, 3b1. Beyond z come digits again."""
    is_lettered = prefix[-1:].isdigit() and place <= 26
    return f"{prefix}{chr(96 + place) if is_lettered else place}"
