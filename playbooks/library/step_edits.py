"""What a person does to a draft: add, move and remove steps, and say where each leads.

Pure. A draft is what its author would write, as plain data; it need not be complete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playbooks.triggers.kinds import ENDINGS_OF, StepKind
from playbooks.triggers.path import END

Data = dict[str, Any]
NEXT = ""
"""Where a step leads that says nothing: to the next in order."""


def insert_step(steps: Sequence[Data], step: Data, *, after: str, ending: str = "") -> list[Data]:
    """With `step` behind the one with the key `after`; first of all where there is none.

    With `ending` it is put where that ending leads, and comes before what was there. Without one
    it takes over where the one before leads whatever its ending, so that an arm stays an arm.
    """
    changed = [dict(each) for each in steps]
    place = next((at for at, each in enumerate(changed) if each["key"] == after), None)
    if place is None:
        return [dict(step), *changed]
    if ending:
        return _into_arm(changed, dict(step), place, ending)
    before, new = changed[place], dict(step)
    if len(edges := before.get("next") or []) == 1 and not edges[0].get("when"):
        new["next"], before["next"] = edges, []
    return [*changed[: place + 1], new, *changed[place + 1 :]]


def _into_arm(steps: list[Data], step: Data, place: int, ending: str) -> list[Data]:
    branch = steps[place]
    leads = leads_of(branch)
    target = leads.get(ending, NEXT)
    follows = steps[place + 1]["key"] if place + 1 < len(steps) else END
    keys = [each["key"] for each in steps]
    goes_to = follows if target == NEXT else target
    at = keys.index(goes_to) if goes_to in keys else len(steps)
    if at > place + 1 and not steps[at - 1].get("next"):
        steps[at - 1]["next"] = [{"to": goes_to}]
    others = {each: follows if to == NEXT else to for each, to in leads.items() if each != ending}
    branch["next"] = edges_of(ENDINGS_OF[StepKind(branch["kind"])], others | {ending: step["key"]})
    return [*steps[:at], step, *steps[at:]]


def move_step(steps: Sequence[Data], key: str, *, by: int) -> list[Data]:
    """One place up (-1) or down (1); as it was where it cannot."""
    changed = [dict(each) for each in steps]
    place = next((at for at, each in enumerate(changed) if each["key"] == key), None)
    if place is None or not 0 <= place + by < len(changed):
        return changed
    changed[place], changed[place + by] = changed[place + by], changed[place]
    return changed


def remove_step(steps: Sequence[Data], key: str) -> list[Data]:
    """Without it; what led to it leads to what followed it."""
    place = next((at for at, each in enumerate(steps) if each["key"] == key), None)
    if place is None:
        return [dict(each) for each in steps]
    gone = steps[place]
    edges = gone.get("next") or []
    free = next((each["to"] for each in edges if not each.get("when")), None)
    follows = steps[place + 1]["key"] if place + 1 < len(steps) else END
    heir = free or follows
    kept = []
    for at, each in enumerate(steps):
        if each["key"] == key:
            continue
        kept.append({**each, "next": _redirect_edges(each.get("next") or [], key, heir)})
        if at == place - 1 and free and not kept[-1]["next"]:
            kept[-1]["next"] = [{"to": free}]
    return [_without_needless(each, kept, at) for at, each in enumerate(kept)]


def return_step(steps: Sequence[Data], before: Sequence[Data], *, key: str) -> list[Data]:
    """With the step of that key from `before` again: behind what stood before it there and is still
    there, and leading where it led as far as that is still below."""
    keys = [each["key"] for each in before]
    present = {each["key"] for each in steps}
    place = keys.index(key)
    after = next((each for each in reversed(keys[:place]) if each in present), "")
    at = 1 + next((n for n, each in enumerate(steps) if each["key"] == after), -1)
    below = {each["key"] for each in steps[at:]} | {END}
    edges = [edge for edge in before[place].get("next") or [] if edge["to"] in below]
    return [*steps[:at], {**before[place], "next": edges}, *steps[at:]]


def _redirect_edges(edges: Sequence[Mapping[str, Any]], gone: str, heir: str) -> list[Data]:
    return [{**edge, "to": heir if edge["to"] == gone else edge["to"]} for edge in edges]


def _without_needless(step: Data, steps: Sequence[Data], at: int) -> Data:
    """An edge to what is next anyway says nothing."""
    follows = steps[at + 1]["key"] if at + 1 < len(steps) else END
    edges = step.get("next") or []
    if all(edge["to"] == follows for edge in edges) and any(not e.get("when") for e in edges):
        return {**step, "next": []}
    return step


def leads_of(step: Mapping[str, Any]) -> dict[str, str]:
    """By ending the key to which it leads; NEXT where nothing is said."""
    edges = step.get("next") or []
    return {
        ending: next(
            (each["to"] for each in edges if not each.get("when") or ending in each["when"]), NEXT
        )
        for ending in ENDINGS_OF[StepKind(step.get("kind") or StepKind.TASK)]
    }


def edges_of(endings: Sequence[str], leads: Mapping[str, str]) -> list[Data]:
    """As its author writes them: one edge a target, none to what is next. `endings`: those that the
    step may have."""
    pairs = [(str(ending), leads.get(ending, NEXT)) for ending in endings]
    targets = list(dict.fromkeys(target for _, target in pairs))
    if len(targets) == 1:
        return [] if targets[0] == NEXT else [{"to": targets[0]}]
    return [
        {"to": to, "when": [ending for ending, target in pairs if target == to]}
        for to in targets
        if to != NEXT
    ]


def free_key(taken: Sequence[str], stem: str) -> str:
    """(["call"], "call") is "call_2": keys stay when titles change, history hangs on them."""
    known = {*taken, END}
    return next(
        key for key in (stem, *(f"{stem}_{n}" for n in range(2, 10_000))) if key not in known
    )
