"""What differs between two texts of a playbook, in words, and three of them made one.

Pure. Steps are compared field by field under their key, triggers and escalations as a whole.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, TypeVar, get_args

from playbooks.due_dates import Anchor, Offset
from playbooks.library.definition import PlaybookDefinition, StepDefinition
from playbooks.library.mail import MailDraft
from playbooks.library.steps import written_action
from playbooks.triggers.descriptions import escalation_label, is_for, starts_when
from playbooks.triggers.kinds import Action
from playbooks.triggers.names import KEYS_ONLY, RowNames
from playbooks.triggers.path import Edge
from playbooks.triggers.rules import Conditions, Escalation, Trigger
from playbooks.triggers.vocabulary import label

Item = TypeVar("Item", StepDefinition, Trigger, Escalation)
_KEYED = ("triggers", "escalations", "steps")
_NAMES = {
    "sla_days": "SLA in days",
    "owner_role": "Owner",
    "cap_per_csm_day": "Plays a CSM and day",
    "review_cadence": "Review",
    "edges": "Which step follows",
    "ask": "Questions",
    "success": "Success",
    "notice_days": "Shows up before",
}


@dataclass(frozen=True, slots=True)
class PlaybookDifference:
    """`before` empty: it is new; `after` empty: it is gone."""

    place: str
    before: str
    after: str


def merge_texts(
    *, base: PlaybookDefinition, own: PlaybookDefinition, shipped: PlaybookDefinition
) -> PlaybookDefinition:
    """`own` with what `shipped` changed since `base`; where both changed one place, `own` stays."""
    changed = {
        field.name: _pick_changed(
            getattr(base, field.name), getattr(own, field.name), getattr(shipped, field.name)
        )
        for field in fields(PlaybookDefinition)
        if field.name not in _KEYED
    }
    return replace(
        own,
        **changed,
        triggers=_merge_items(base.triggers, own.triggers, shipped.triggers, _pick_changed),
        escalations=_merge_items(
            base.escalations, own.escalations, shipped.escalations, _pick_changed
        ),
        steps=_merge_items(base.steps, own.steps, shipped.steps, _merge_step),
    )


def _pick_changed(base: Any, own: Any, shipped: Any) -> Any:
    return shipped if own == base else own


def _merge_step(
    base: StepDefinition | None, own: StepDefinition, shipped: StepDefinition
) -> StepDefinition:
    if base is None:
        return own
    return replace(
        own,
        **{
            field.name: _pick_changed(
                getattr(base, field.name), getattr(own, field.name), getattr(shipped, field.name)
            )
            for field in fields(StepDefinition)
        },
    )


def _merge_items(
    base: Sequence[Item],
    own: Sequence[Item],
    shipped: Sequence[Item],
    merge: Callable[[Any, Item, Item], Item],
) -> tuple[Item, ...]:
    """Gone is what one side removed and the other left as it was; what either added is there."""
    old, mine, theirs = ({item.key: item for item in items} for items in (base, own, shipped))
    merged = {
        key: merge(old.get(key), item, theirs[key]) if key in theirs else item
        for key, item in mine.items()
        if key in theirs or item != old.get(key)
    }
    merged |= {key: item for key, item in theirs.items() if key not in mine and key not in old}
    is_reordered = [key for key in mine if key in old] != [key for key in old if key in mine]
    lead, other = (mine, theirs) if is_reordered else (theirs, mine)
    return tuple(merged[key] for key in _in_order(list(lead), list(other)) if key in merged)


def _in_order(lead: list[str], other: list[str]) -> list[str]:
    """As in `lead`; what only `other` has follows what it follows there."""
    keys = list(lead)
    for place, key in enumerate(other):
        if key not in keys:
            before = next((each for each in reversed(other[:place]) if each in keys), None)
            keys.insert(0 if before is None else keys.index(before) + 1, key)
    return keys


def differences(
    before: PlaybookDefinition, after: PlaybookDefinition, names: RowNames = KEYS_ONLY
) -> list[PlaybookDifference]:
    found = list(_field_differences("", before, after, names, skip=_KEYED))
    found += _item_differences("Starts", before.triggers, after.triggers, names)
    found += _item_differences("Draws in", before.escalations, after.escalations, names)
    old, new = ({step.key: step for step in each.steps} for each in (before, after))
    for key in _in_order(list(new), list(old)):
        if key not in old:
            found.append(
                PlaybookDifference(f"Step “{new[key].title}”", "", _value_in_words(new[key], names))
            )
        elif key not in new:
            found.append(
                PlaybookDifference(f"Step “{old[key].title}”", _value_in_words(old[key], names), "")
            )
        else:
            found += _field_differences(f"Step “{old[key].title}”: ", old[key], new[key], names)
    if _common_keys(old, new) != _common_keys(new, old):
        titles = (", ".join(step.title for step in each.steps) for each in (before, after))
        found.append(PlaybookDifference("Order of the steps", *titles))
    return found


def _common_keys(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    return [key for key in first if key in second]


def _field_differences(
    place: str, before: Any, after: Any, names: RowNames, *, skip: Sequence[str] = ()
) -> Iterator[PlaybookDifference]:
    for field in fields(before):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name not in skip and old != new:
            name = _NAMES.get(field.name, field.name.replace("_", " ").capitalize())
            named = name if not place else f"{place}{name[:1].lower()}{name[1:]}"
            if field.name == "owner_role":
                said = [label(value) for value in (old, new)]
            else:
                said = [_value_in_words(value, names) for value in (old, new)]
            yield PlaybookDifference(named, *(each or "nothing" for each in said))


def _item_differences(
    place: str, before: Sequence[Any], after: Sequence[Any], names: RowNames
) -> Iterator[PlaybookDifference]:
    old, new = ({item.key: item for item in items} for items in (before, after))
    for key in _in_order(list(new), list(old)):
        if old.get(key) != new.get(key):
            yield PlaybookDifference(
                place, _value_in_words(old.get(key), names), _value_in_words(new.get(key), names)
            )


def _value_in_words(value: object, names: RowNames) -> str:
    if isinstance(value, tuple):
        return "; ".join(_value_in_words(each, names) for each in value)
    for kind, say_named in _NAMED_WORDS:
        if isinstance(value, kind):
            return say_named(value, names)
    for kind, say in _WORDS:
        if isinstance(value, kind):
            return say(value)
    return "" if value is None else str(value)


def due_label(due: Offset) -> str:
    """("Day 3", "48 hours after the step before", "60 days before the date of the contract")"""
    unit = due.unit.value.replace("_", " ").removeprefix("calendar ")
    unit = unit.removesuffix("s") if abs(due.amount) == 1 else unit
    if due.anchor is Anchor.START:
        return f"Day {due.amount}" if unit in ("day", "days") else f"{due.amount} {unit}"
    anchors = {
        Anchor.PREVIOUS_STEP: "the step before",
        Anchor.CONTRACT_END: "the end of the contract",
        Anchor.CONTRACT_DATE: "the date of the contract",
    }
    if not due.amount:
        return f"On {anchors[due.anchor]}"
    side = "before" if due.amount < 0 else "after"
    return f"{abs(due.amount)} {unit} {side} {anchors[due.anchor]}"


def _step_in_words(step: StepDefinition) -> str:
    return f"{due_label(step.due)}, {label(step.owner_role)}: {step.purpose}"


def _edge_in_words(edge: Edge) -> str:
    return f"{edge.to} when {', '.join(edge.when)}" if edge.when else edge.to


def _action_in_words(action: Action) -> str:
    return "; ".join(f"{name}: {value}" for name, value in written_action(action).items())


_WORDS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (StrEnum, label),
    (Escalation, escalation_label),
    (Offset, due_label),
    (MailDraft, lambda mail: f"{mail.subject}\n{mail.body}"),
    (StepDefinition, _step_in_words),
    (Edge, _edge_in_words),
    *((kind, _action_in_words) for kind in get_args(Action)),
)
_NAMED_WORDS: tuple[tuple[type, Callable[[Any, RowNames], str]], ...] = (
    (Trigger, starts_when),
    (Conditions, is_for),
)
