"""Parts of a draft that are edited one at a time: which form each has, and where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.utils.translation import gettext

from playbooks.library.draft_columns import blank_step
from playbooks.library.step_edits import Data, free_key, insert_step, remove_step
from playbooks.pages.builder.about import AboutForm, AccountsForm
from playbooks.pages.builder.escalations import WORDS as ESCALATION_WORDS
from playbooks.pages.builder.escalations import EscalationForm, blank_escalation
from playbooks.pages.builder.fields import Known
from playbooks.pages.builder.kinds import ROOMS
from playbooks.pages.builder.page import FlowPage, later_steps
from playbooks.pages.builder.part_form import PartForm
from playbooks.pages.builder.triggers import WORDS as TRIGGER_WORDS
from playbooks.pages.builder.triggers import TriggerForm, blank_trigger
from playbooks.triggers.kinds import StepKind
from playbooks.triggers.vocabulary import EscalationKind, TriggerKind

HEADS = {"about": AboutForm, "accounts": AccountsForm}
LISTS = {"step": "steps", "trigger": "triggers", "escalation": "escalations"}
"""Kinds of parts, with the field of the playbook that holds them."""


def item_of(content: Mapping[str, Any], part: str, key: str) -> Data:
    """Raises Http404."""
    found = next(
        (each for each in content.get(LISTS.get(part, ""), ()) if each["key"] == key), None
    )
    if found is None:
        raise Http404
    return dict(found)


def form_for(
    content: Mapping[str, Any], page: FlowPage, part: str, key: str, data: Any = None
) -> PartForm:
    """Raises Http404 where there is no such part."""
    known = Known()
    if not key:
        if part not in HEADS:
            raise Http404
        return HEADS[part](data, part=content, known=known)
    item = item_of(content, part, key)
    if part == "trigger":
        return TriggerForm(data, part=item, known=known)
    if part == "escalation":
        return EscalationForm(data, part=item, known=known)
    form = ROOMS[StepKind(item["kind"])].form
    return form(data, part=item, known=known, later=later_steps(content, page, key))


def word_of(content: Mapping[str, Any], part: str, key: str) -> str:
    """What is edited: the kind of a step, trigger or escalation."""
    if not key:
        return gettext("About this playbook") if part == "about" else gettext("Which accounts")
    item = item_of(content, part, key)
    if part == "trigger":
        return str(TRIGGER_WORDS[TriggerKind(item["kind"])])
    if part == "escalation":
        return str(ESCALATION_WORDS[EscalationKind(item["when"])])
    return str(ROOMS[StepKind(item["kind"])].word)


def changed(content: Mapping[str, Any], part: str, key: str, written: Data) -> Data:
    """The content with what a form says of this part."""
    if not key:
        return {**content, **written}
    name = LISTS[part]
    items = [written if each["key"] == key else each for each in content[name]]
    return {**content, name: items}


def added(
    content: Mapping[str, Any], part: str, kind: str, *, after: str, ending: str
) -> tuple[Data, str]:
    """With a new one of this kind, and its key. Raises Http404 where there is no such kind."""
    name = LISTS.get(part, "")
    kinds = {"step": StepKind, "trigger": TriggerKind, "escalation": EscalationKind}
    if part not in kinds or kind not in list(kinds[part]):
        raise Http404
    items = [dict(each) for each in content[name]]
    key = free_key([each["key"] for each in items], kind)
    if part == "step":
        is_first = not any(each["key"] == after for each in items)
        step = blank_step(key, StepKind(kind), is_first=is_first)
        items = insert_step(items, step, after=after, ending=ending)
    elif part == "trigger":
        items.append(blank_trigger(key, TriggerKind(kind)))
    else:
        items.append(blank_escalation(key, EscalationKind(kind)))
    return {**content, name: items}, key


def removed(content: Mapping[str, Any], part: str, key: str) -> Data:
    item_of(content, part, key)
    name = LISTS[part]
    if part == "step":
        return {**content, name: remove_step(content[name], key)}
    return {**content, name: [each for each in content[name] if each["key"] != key]}


def offered(part: str) -> list[tuple[str, str, str, str]]:
    """Key, icon, word and hint of each kind that may be added. Raises Http404."""
    if part == "step":
        return [(k.value, room.icon, str(room.word), str(room.hint)) for k, room in ROOMS.items()]
    if part == "trigger":
        return [(kind.value, "zap", str(word), "") for kind, word in TRIGGER_WORDS.items()]
    if part == "escalation":
        return [(kind.value, "users", str(word), "") for kind, word in ESCALATION_WORDS.items()]
    raise Http404
