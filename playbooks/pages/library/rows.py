"""Entries of the library and their steps as pages show them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext

from playbooks.library.changes import due_label
from playbooks.library.definition import PlaybookDefinition
from playbooks.library_updates import EntryState
from playbooks.models import Playbook
from playbooks.triggers.vocabulary import label


class EntryRow(NamedTuple):
    key: str
    number: str
    name: str
    summary: str
    category: str
    status: str
    playbook_id: int | None
    version: int | None
    taken_at: datetime | None
    is_edited: bool
    has_update: bool
    can_install: bool


class ShippedStep(NamedTuple):
    title: str
    when: str
    who: str
    channel: str
    purpose: str
    success: str


def entry_row(state: EntryState) -> EntryRow:
    entry, playbook, installed = state.entry, state.playbook, state.installed
    shipped = entry.definition
    return EntryRow(
        key=entry.key,
        number=entry.number,
        name=shipped.name,
        summary=shipped.summary,
        category=label(shipped.category),
        status=_entry_status(state),
        playbook_id=playbook.pk if playbook else None,
        version=playbook.version if playbook else None,
        taken_at=installed.taken_at if installed else None,
        is_edited=state.is_edited,
        has_update=state.has_update,
        can_install=playbook is None,
    )


def _entry_status(state: EntryState) -> str:
    if state.playbook is None:
        return gettext("Available")
    if state.installed is None:
        return gettext("Your own playbook of this key")
    if state.playbook.state != Playbook.State.PUBLISHED:
        return gettext("Installed, out of force")
    return gettext("In force")


def step_rows(playbook: PlaybookDefinition) -> list[ShippedStep]:
    return [
        ShippedStep(
            title=step.title,
            when=due_label(step.due),
            who=label(step.owner_role),
            channel=label(step.channel),
            purpose=step.purpose,
            success=step.success,
        )
        for step in playbook.steps
    ]
