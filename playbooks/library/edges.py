"""What is wrong with the edges of a playbook as its author writes them."""

from collections.abc import Iterator, Sequence

from playbooks.library.definition import StepDefinition
from playbooks.triggers.path import END, Node, successors


def wrong_edges(steps: Sequence[StepDefinition]) -> list[str]:
    """Edges lead to later steps or the end, each can be taken, and every step can be reached."""
    errors = [*_wrong_keys(steps), *_wrong_targets(steps), *_never_taken(steps)]
    return errors or list(_unreached_steps(steps))


def _wrong_keys(steps: Sequence[StepDefinition]) -> Iterator[str]:
    for number, step in enumerate(steps, start=1):
        if step.key == END:
            yield f"steps[{number}].key: “{END}” stands for the end of the play"


def _wrong_targets(steps: Sequence[StepDefinition]) -> Iterator[str]:
    for number, step in enumerate(steps, start=1):
        later = [each.key for each in steps[number:]]
        for place, edge in enumerate(step.edges, start=1):
            if edge.to and edge.to not in later and edge.to != END:
                known = ", ".join([*later, END])
                yield f"steps[{number}].next[{place}].to: “{edge.to}” is none of {known}"


def _never_taken(steps: Sequence[StepDefinition]) -> Iterator[str]:
    for number, step in enumerate(steps, start=1):
        taken: set[str] = set()
        for place, edge in enumerate(step.edges, start=1):
            if any(not earlier.when for earlier in step.edges[: place - 1]):
                yield f"steps[{number}].next[{place}]: the one before it is taken with any ending"
            elif edge.when and taken.issuperset(edge.when):
                yield f"steps[{number}].next[{place}].when: an edge before it is taken with these"
            taken.update(edge.when)


def _unreached_steps(steps: Sequence[StepDefinition]) -> Iterator[str]:
    nodes = [Node(step.key, step.edges, step.kind) for step in steps]
    reached = {0}
    for index, node in enumerate(nodes):
        if index in reached:
            reached |= successors(nodes, index)
        else:
            yield f"steps[{index + 1}]: no step leads to “{node.key}”"
