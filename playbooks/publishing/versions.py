"""Playbooks come in as text, are drafts first, and are published as versions that never change."""

from __future__ import annotations

from datetime import datetime

import yaml
from django.db import transaction
from django.db.models import Max, Q

from accounts.models import BusinessEventKind, Feature, Plan, SavedView, User
from accounts.queries.sizes import segment_ids, touch_tier_ids
from health.publishing import register_lines
from health.scoring import WatchLineSpec
from playbooks.library.catalogue import ENTRIES, LibraryEntry
from playbooks.library.definition import PlaybookDefinition
from playbooks.library.definition_columns import as_columns
from playbooks.library.definition_reader import (
    PlaybookError,
    asked_audiences,
    event_kinds,
    read_yaml,
)
from playbooks.library.findings import unready
from playbooks.library.steps import as_step_columns, asked_features, asked_plays
from playbooks.models import InstalledEntry, Play, Playbook, PlaybookStep
from playbooks.models.playbook import known_roles
from playbooks.publishing.outside import known_outside
from playbooks.triggers.rules import lines_of
from playbooks.triggers.vocabulary import PlayState


class NotADraftError(ValueError):
    """Only a draft can be published; a published version is copied to a draft first."""


class NotInstallableError(ValueError):
    """The entry waits for something, or a playbook of its key is there already."""


class NotInForceError(ValueError):
    """Only a published version can be taken out of force."""


@transaction.atomic
def import_playbook(*, text: str, now: datetime) -> Playbook:
    """A new draft version of the playbook in this YAML. Raises PlaybookError."""
    return draft_of(read_yaml(text, roles=known_roles()), now)


@transaction.atomic
def copy_to_draft(*, playbook: Playbook, now: datetime) -> Playbook:
    """The next version, to be edited. Raises PlaybookError where the source is incomplete."""
    return draft_of(playbook.definition(), now)


@transaction.atomic
def publish(*, playbook: Playbook, by: User | None, now: datetime, reason: str = "") -> Playbook:
    """The version that starts plays from now on; running plays keep theirs. `reason` is kept with
    a draft that comes into force.

    A retired version may be published again: that is how a mistake is rolled back. Raises
    PlaybookError where a draft is not complete, NotADraftError where it is in force already.
    """
    locked = Playbook.objects.select_for_update().get(pk=playbook.pk)
    if locked.state == Playbook.State.PUBLISHED:
        raise NotADraftError(f"{locked} is in force already.")
    definition = locked.definition(roles=known_roles())
    if problems := unknown_words(definition):
        raise PlaybookError(problems)
    in_force = Playbook.objects.filter(key=locked.key, state=Playbook.State.PUBLISHED)
    in_force.update(state=Playbook.State.RETIRED)
    if locked.state == Playbook.State.DRAFT:
        _refuse_unready(definition)
        locked.published_at, locked.published_by, locked.reason = now, by, reason
        locked.is_sequence = definition.is_sequence
    locked.state = Playbook.State.PUBLISHED
    locked.save(update_fields=["state", "published_at", "published_by", "reason", "is_sequence"])
    _watch_lines(locked.key, now)
    return locked


@transaction.atomic
def roll_back(*, version: Playbook, by: User, reason: str, now: datetime) -> Playbook:
    """A new version in force that says what this earlier one said; a draft stays as it is.

    Raises PlaybookError where it names what is gone meanwhile.
    """
    draft = draft_of(version.definition(), now)
    words = f"Back to v{version.version}: {reason}"
    return publish(playbook=draft, by=by, now=now, reason=words[:250])


@transaction.atomic
def retire(*, playbook: Playbook, now: datetime) -> Playbook:
    """Takes a playbook out of force: it starts nothing from now on, and running plays go on.

    Raises NotInForceError.
    """
    locked = Playbook.objects.select_for_update().get(pk=playbook.pk)
    if locked.state != Playbook.State.PUBLISHED:
        raise NotInForceError(f"{locked} is not in force.")
    locked.state = Playbook.State.RETIRED
    locked.save(update_fields=["state"])
    _watch_lines(locked.key, now)
    return locked


def _watch_lines(key: str, now: datetime) -> None:
    """Health watches the lines of the version in force, and of those that plays still run by."""
    versions = Playbook.objects.filter(
        Q(state=Playbook.State.PUBLISHED)
        | Q(pk__in=Play.objects.filter(state=PlayState.OPEN).values("playbook_id")),
        key=key,
    )
    lines = {line for version in versions for line in lines_to_watch(version)}
    register_lines(owner=line_owner(key), lines=lines, now=now)


def lines_to_watch(playbook: Playbook) -> set[WatchLineSpec]:
    rule = playbook.rule()
    return lines_of(triggers=rule.triggers, escalations=rule.escalations)


def line_owner(key: str) -> str:
    """As health knows the playbook of this key."""
    return f"playbook:{key}"


def _refuse_unready(definition: PlaybookDefinition) -> None:
    problems = [
        f"Step “{each.key}”: {each.message}"
        for each in unready(definition, outside=known_outside(definition))
    ]
    if problems:
        raise PlaybookError(problems)


def unknown_words(definition: PlaybookDefinition) -> list[str]:
    """Words that no event, account or playbook carries: they would wait for ever."""
    kinds = BusinessEventKind.objects.values_list("pk", flat=True)
    published = Playbook.objects.filter(state=Playbook.State.PUBLISHED)
    in_force = published.values_list("key", flat=True)
    asked = asked_features(definition)
    features = Feature.objects.values_list("key", flat=True) if asked else ()
    in_audiences = asked_audiences(definition)
    shared = SavedView.objects.audiences().values_list("key", flat=True) if in_audiences else ()
    plan_keys = Plan.objects.values_list("key", flat=True)
    named = (
        ("signal: “event.{}” is no kind of business event", event_kinds(definition), kinds),
        ("conditions.segments: “{}” is no segment", definition.conditions.segments, segment_ids()),
        (
            "conditions.touch_tiers: “{}” is no touch tier",
            definition.conditions.touch_tiers,
            touch_tier_ids(),
        ),
        ("conditions.plans: “{}” is no plan", definition.conditions.plans, plan_keys),
        ("audience: “{}” is no audience", in_audiences, shared),
        ("steps.playbook: “{}” is no playbook in force", asked_plays(definition), in_force),
        ("steps: “{}” is no feature", asked, features),
    )
    return [
        f"{says.format(word)}; correct it, or add it first"
        for says, words, known in named
        for word in sorted(set(words) - set(known))
    ]


@transaction.atomic
def install_library(*, now: datetime) -> int:
    """Publishes what is installed at first, where there are no playbooks yet; returns how many.

    What asks for a function or tier that was taken away here is left: its page says what is wrong.
    """
    present = set(Playbook.objects.values_list("key", flat=True))
    for entry in ENTRIES:
        if entry.key in present:
            _adopt_installed_version(entry.key)
    if present:
        return 0
    return sum(_try_install(entry, now) for entry in ENTRIES if entry.at_first)


def _try_install(entry: LibraryEntry, now: datetime) -> bool:
    try:
        install(entry=entry, by=None, now=now)
    except PlaybookError:
        return False
    return True


def _adopt_installed_version(key: str) -> None:
    """What was installed before its text was kept: the first version, if no person published it."""
    first = Playbook.objects.filter(key=key, published_by__isnull=True).order_by("version").first()
    if first is None or first.published_at is None:
        return
    if not InstalledEntry.objects.filter(key=key).exists():
        text = yaml.safe_dump(first.as_mapping(), allow_unicode=True, sort_keys=False)
        InstalledEntry.objects.create(key=key, text=text, taken_at=first.published_at)


@transaction.atomic
def install(*, entry: LibraryEntry, by: User | None, now: datetime) -> Playbook:
    """Publishes an entry of the library. Raises NotInstallableError, PlaybookError."""
    if Playbook.objects.filter(key=entry.key).exists():
        raise NotInstallableError(f"There is a playbook “{entry.key}” already.")
    InstalledEntry.objects.create(key=entry.key, text=entry.text, taken_at=now)
    return publish(playbook=draft_of(entry.definition, now), by=by, now=now)


def draft_of(definition: PlaybookDefinition, now: datetime) -> Playbook:
    """The next version of the playbook of that key."""
    versions = Playbook.objects.filter(key=definition.key)
    latest = versions.aggregate(latest=Max("version"))["latest"] or 0
    playbook = Playbook.objects.create(version=latest + 1, created_at=now, **as_columns(definition))
    PlaybookStep.objects.bulk_create(
        PlaybookStep(playbook=playbook, **columns) for columns in as_step_columns(definition)
    )
    return playbook


__all__ = [
    "NotADraftError",
    "NotInForceError",
    "NotInstallableError",
    "PlaybookError",
    "copy_to_draft",
    "draft_of",
    "import_playbook",
    "install",
    "install_library",
    "line_owner",
    "lines_to_watch",
    "publish",
    "retire",
    "roll_back",
    "unknown_words",
]
