"""Surveys come in as text, are drafts first, and are published as versions that never change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.models import BusinessEventKind, SavedView, User
from surveys.catalogue import Moment, SurveyType
from surveys.library.definition import SurveyDefinition
from surveys.library.definition_reader import SurveyError, examine_survey, read_survey_yaml
from surveys.library.shipped import KEYS, shipped_survey
from surveys.library.survey_yaml import as_mapping
from surveys.models import Survey

State = Survey.State


class SurveyNotADraftError(ValueError):
    """Only a draft is published or edited; a published version is copied to a draft first."""


class SurveyNotInForceError(ValueError):
    """Only a published version is taken out of force."""


class SurveyMovedOnError(ValueError):
    """Somebody saved the draft after it was opened here; nothing was written."""


@transaction.atomic
def install_surveys(*, now: datetime) -> int:
    """The shipped surveys as drafts, in an installation that has none: nobody is asked anything
    before somebody publishes one. Returns how many there are."""
    if Survey.objects.exists():
        return 0
    for key in KEYS:
        draft_of(shipped_survey(key), now=now)
    return len(KEYS)


@transaction.atomic
def import_survey(*, text: str, replaces: bool, by: User | None, now: datetime) -> Survey:
    """A draft of what this YAML says; one that was begun goes only where it `replaces` it.

    Raises SurveyError.
    """
    definition = read_survey_yaml(text)
    begun = Survey.objects.filter(key=definition.key, state=State.DRAFT)
    if not replaces and (other := begun.first()):
        raise SurveyError([f"{other} is a draft already: say that this takes its place."])
    begun.delete()
    return draft_of(definition, now=now, by=by)


@transaction.atomic
def begin_draft(*, version: Survey, by: User | None, now: datetime) -> Survey:
    """The draft of this key that was begun already, or a copy of this version."""
    versions = _locked_versions(version.key)
    begun = next((each for each in versions if each.state == State.DRAFT), None)
    return begun or draft_of(version.definition(), now=now, by=by)


def _locked_versions(key: str) -> list[Survey]:
    """All of them, so that two people who decide at once do it one after the other. Read once more
    when the lock is ours: whoever had it may have made another."""
    versions = Survey.objects.filter(key=key).order_by("pk")
    list(versions.select_for_update())
    return list(versions)


@transaction.atomic
def new_draft(
    *, key: str, name: str, kind: SurveyType, scale: str, is_reversed: bool, language: str,
    by: User, now: datetime,
) -> Survey:  # fmt: skip
    """One without texts, to be filled. Raises SurveyError where the key is taken."""
    moment = Moment.RHYTHM if kind is SurveyType.NPS else Moment.ON_REQUEST
    content: dict[str, Any] = {
        "key": key,
        "name": name,
        "kind": kind.value,
        "scale": scale,
        "is_reversed": is_reversed,
        "moment": moment.value,
        "texts": {language: {}},
    }
    definition, _missing = examine_survey(content)
    taken = SurveyError([f"There is a survey “{key}” already: edit that one."])
    if Survey.objects.filter(key=key).exists():
        raise taken
    try:
        with transaction.atomic():
            return draft_of(definition, now=now, by=by)
    except IntegrityError as error:  # by somebody else, this moment
        raise taken from error


@transaction.atomic
def save_draft(
    *,
    draft: Survey,
    revision: int,
    content: Mapping[str, Any],
    by: User,
    now: datetime,
    may_be_incomplete: bool = False,
) -> Survey:
    """`content` has the shape of the YAML; its key stays the draft's. What says the same as before
    leaves everything as it was.

    Raises SurveyError where it is not complete, unless it may be: then what cannot be read of it is
    lost, so give what was checked field by field. Raises SurveyNotADraftError, SurveyMovedOnError.
    """
    row = _locked_draft(draft)
    if row.revision != revision:
        raise SurveyMovedOnError
    definition, problems = examine_survey({**content, "key": row.key})
    if problems and not may_be_incomplete:
        raise SurveyError(problems)
    columns = _columns_of(definition)
    if all(getattr(row, name) == value for name, value in columns.items()):
        return row
    for name, value in columns.items():
        setattr(row, name, value)
    row.revision += 1
    row.edited_at, row.edited_by = now, by
    row.save()
    return row


def _locked_draft(draft: Survey) -> Survey:
    row = Survey.objects.select_for_update().filter(pk=draft.pk).first()
    if row is None or row.state != State.DRAFT:
        raise SurveyNotADraftError
    return row


@transaction.atomic
def discard_draft(*, draft: Survey) -> None:
    """What is in force is untouched. Raises SurveyNotADraftError."""
    _locked_draft(draft).delete()


@transaction.atomic
def publish(
    *,
    survey: Survey,
    by: User | None,
    now: datetime,
    reason: str = "",
    revision: int | None = None,
) -> Survey:
    """The version that is asked from now on; who was invited before answers theirs. `reason` is
    kept with a draft that comes into force. A retired version may be published again. `revision`:
    of the draft as it was looked at.

    Raises SurveyError where it is not complete or names what is not there, SurveyNotADraftError
    where it is in force already or was thrown away, SurveyMovedOnError.
    """
    versions = _locked_versions(survey.key)
    locked = next((each for each in versions if each.pk == survey.pk), None)
    if locked is None or locked.state == State.PUBLISHED:
        raise SurveyNotADraftError
    if revision is not None and locked.revision != revision:
        raise SurveyMovedOnError
    if problems := _unknown_names(locked.definition()):
        raise SurveyError(problems)
    in_force = Survey.objects.filter(key=locked.key, state=State.PUBLISHED)
    in_force.update(state=State.RETIRED)
    if locked.state == State.DRAFT:
        locked.published_at, locked.published_by, locked.reason = now, by, reason[:250]
    locked.state = State.PUBLISHED
    locked.save(update_fields=["state", "published_at", "published_by", "reason"])
    return locked


@transaction.atomic
def retire(*, survey: Survey) -> Survey:
    """Nobody is asked by it from now on. Raises SurveyNotInForceError."""
    locked = Survey.objects.select_for_update().get(pk=survey.pk)
    if locked.state != State.PUBLISHED:
        raise SurveyNotInForceError
    locked.state = State.RETIRED
    locked.save(update_fields=["state"])
    return locked


@transaction.atomic
def roll_back(*, version: Survey, by: User, reason: str, now: datetime) -> Survey:
    """A new version in force that says what this earlier one said; a draft stays as it is.

    Raises SurveyError where it names what is gone meanwhile.
    """
    definition = version.definition()
    if problems := _unknown_names(definition):
        raise SurveyError(problems)
    _locked_versions(version.key)
    in_force = Survey.objects.filter(key=version.key, state=State.PUBLISHED)
    in_force.update(state=State.RETIRED)
    words = f"Back to v{version.version}: {reason}"
    return Survey.objects.create(
        state=State.PUBLISHED,
        version=_next_version(version.key),
        created_at=now,
        published_at=now,
        published_by=by,
        reason=words[:250],
        **_columns_of(definition),
    )


def draft_of(definition: SurveyDefinition, *, now: datetime, by: User | None = None) -> Survey:
    """The next version of the survey of that key."""
    return Survey.objects.create(
        version=_next_version(definition.key),
        created_at=now,
        edited_at=now if by else None,
        edited_by=by,
        **_columns_of(definition),
    )


def _next_version(key: str) -> int:
    latest = Survey.objects.filter(key=key).aggregate(latest=Max("version"))["latest"] or 0
    return int(latest) + 1


def _columns_of(definition: SurveyDefinition) -> dict[str, Any]:
    written = as_mapping(definition)
    same = (
        "key", "name", "kind", "lowest", "highest", "is_reversed", "moment", "event_kind",
        "delay_hours", "recipients", "delivery", "needs_consent", "audience", "expires_days",
    )  # fmt: skip
    columns = {name: getattr(definition, name) for name in same}
    columns["first_language"] = next(iter(definition.texts), "")
    return columns | {"further": written.get("further", []), "texts": written["texts"]}


def _unknown_names(definition: SurveyDefinition) -> list[str]:
    """What it names that is not there: it would ask nobody, for ever."""
    problems = []
    if definition.audience:
        shared = SavedView.objects.audiences().filter(key=definition.audience)
        if not shared.exists():
            problems.append(f"audience: “{definition.audience}” is no shared view in use")
    if definition.event_kind:
        known = BusinessEventKind.objects.filter(pk=definition.event_kind)
        if not known.exists():
            problems.append(f"event_kind: “{definition.event_kind}” is no kind of business event")
    return problems
