"""The library beside what is installed: which texts are newer, which were edited, and updates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import transaction
from django.db.models import Case, When

from accounts.models import User
from playbooks.library.catalogue import ENTRIES, LibraryEntry
from playbooks.library.changes import PlaybookDifference, differences, merge_texts
from playbooks.library.definition import PlaybookDefinition
from playbooks.library.definition_reader import PlaybookError, read_yaml
from playbooks.models import InstalledEntry, Playbook
from playbooks.publishing import draft_of, publish


class NoNewsError(ValueError):
    """The entry is not installed from the library, or its shipped text was taken already."""


@dataclass(frozen=True)
class EntryState:
    """`playbook`: the version in force, else the latest; None where there is none of this key.
    `installed`: None too where a playbook of somebody's own has the key."""

    entry: LibraryEntry
    playbook: Playbook | None
    installed: InstalledEntry | None

    @cached_property
    def base(self) -> PlaybookDefinition:
        if self.installed is None or not self.has_newer_text:
            return self.entry.definition
        return read_yaml(self.installed.text)

    @cached_property
    def own(self) -> PlaybookDefinition:
        """Raises PlaybookError where the latest draft is not complete."""
        return self.playbook.definition() if self.playbook else self.entry.definition

    @property
    def has_newer_text(self) -> bool:
        return self.installed is not None and self.installed.text != self.entry.text

    @cached_property
    def is_edited(self) -> bool:
        try:
            return self.installed is not None and self.own != self.base
        except PlaybookError:
            return True

    @cached_property
    def has_update(self) -> bool:
        return self.has_newer_text and self.base != self.entry.definition

    @property
    def merged(self) -> PlaybookDefinition:
        return merge_texts(base=self.base, own=self.own, shipped=self.entry.definition)

    def taken(self) -> list[PlaybookDifference]:
        """What taking the update would change."""
        return differences(self.own, self.merged)

    def kept(self) -> list[PlaybookDifference]:
        """Own edits that would stay: what the library says there, and what stays."""
        return differences(self.entry.definition, self.merged)


def entry_states(entries: Iterable[LibraryEntry] = ENTRIES) -> list[EntryState]:
    chosen = list(entries)
    keys = [entry.key for entry in chosen]
    versions = Playbook.objects.filter(key__in=keys).annotate(
        is_in_force=Case(When(state=Playbook.State.PUBLISHED, then=1), default=0)
    )
    # What is in force comes last, and stays.
    ordered = versions.order_by("is_in_force", "version").prefetch_related("steps")
    found = {playbook.key: playbook for playbook in ordered}
    installed = InstalledEntry.objects.in_bulk(keys)
    return [EntryState(each, found.get(each.key), installed.get(each.key)) for each in chosen]


@transaction.atomic
def take_update(*, entry: LibraryEntry, by: User, now: datetime) -> Playbook:
    """A new version with what the library changed; it is in force where the one before was.

    Raises NoNewsError, and PlaybookError where the two do not fit together.
    """
    state = _locked_update(entry)
    draft = draft_of(state.merged, now)
    if state.playbook and state.playbook.state == Playbook.State.PUBLISHED:
        draft = publish(playbook=draft, by=by, now=now)
    _mark_as_seen(entry, now)
    return draft


@transaction.atomic
def keep_own(*, entry: LibraryEntry, now: datetime) -> None:
    """The news were looked at and are not wanted. Raises NoNewsError."""
    _locked_update(entry)
    _mark_as_seen(entry, now)


def _locked_update(entry: LibraryEntry) -> EntryState:
    """Locks the entry, so that two people take one update once."""
    InstalledEntry.objects.select_for_update().filter(key=entry.key).first()
    (state,) = entry_states([entry])
    if not state.has_update:
        raise NoNewsError("There is nothing new to take.")
    return state


def _mark_as_seen(entry: LibraryEntry, now: datetime) -> None:
    InstalledEntry.objects.filter(key=entry.key).update(text=entry.text, taken_at=now)
