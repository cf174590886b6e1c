"""A draft that connected sources can judge: one step from a card that scores nobody."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from health import models
from health.publishing.actions import begin_draft
from health.publishing.content import RELATIONS, content_of, part_field, part_name, spelled
from health.publishing.draft_edits import Edit, save_draft
from health.queries.coverage import judged_keys
from health.queries.scorecards import build_spec
from health.scoring.fitted_cards import Fitting, fit

_LONGEST_REASON = 300


class NothingToFit(ValueError):
    """No connected source judges any measure of the card."""


@dataclass(frozen=True, slots=True)
class FittedDraft:
    """`dropped` are names of measures and gates; `is_new` is False for a draft that somebody works
    on already, which is left as it is."""

    draft: models.Scorecard
    is_new: bool
    dropped: tuple[str, ...] = ()


@transaction.atomic
def begin_fitted_draft(
    *, version: models.Scorecard, connected: Collection[str], user: User, now: datetime
) -> FittedDraft:
    """A copy of the version without what waits for sources that are not `connected` and what had a
    value for no account when it judged last, with the weights of what is left spread to 100. Raises
    NothingToFit."""
    spec = build_spec(version)
    judged = judged_keys(version.pk, spec, connected=connected)
    fitting = fit(spec, judged=judged)
    if fitting.is_empty:
        raise NothingToFit(f"no connected source judges any measure of {version}")
    draft, is_new = begin_draft(version=version, now=now)
    if not is_new:
        return FittedDraft(draft, is_new=False)
    dropped = _names_dropped(draft, fitting)
    save_draft(
        draft=draft, revision=draft.revision, edit=_fitting_edit(draft, fitting), user=user, now=now
    )
    reason = f"Fitted to what is connected. Dropped: {', '.join(dropped)}"
    draft.keep_reason(_cut_reason(reason))
    draft.refresh_from_db()
    return FittedDraft(draft, is_new=True, dropped=dropped)


def _fitting_edit(draft: models.Scorecard, fitting: Fitting) -> Edit:
    content = content_of(draft)
    gone = {"measure": fitting.measures, "gate": fitting.gates, "component": fitting.components}
    removed = [
        (kind, pk)
        for kind, keys in gone.items()
        for pk in getattr(draft, RELATIONS[kind]).filter(key__in=keys).values_list("pk", flat=True)
    ]
    prefixes = tuple(part_field(kind, pk, "") for kind, pk in removed)
    content = {name: value for name, value in content.items() if not name.startswith(prefixes)}
    weights = {"component": fitting.component_weights, "measure": fitting.measure_weights}
    for kind, by_key in weights.items():
        for part in getattr(draft, RELATIONS[kind]).filter(key__in=by_key):
            content[part_field(kind, part.pk, "weight")] = spelled(by_key[part.key])
    for part in draft.measures.filter(key__in=fitting.penalties):
        kept = fitting.penalties[part.key]
        words = ", ".join(f"{each.measure} × {spelled(each.points)}" for each in kept)
        content[part_field("measure", part.pk, "penalties")] = words
    lines = list(draft.alert_lines.order_by("-value").values_list("value", flat=True))
    return Edit(content, lines, removed=removed)


def _names_dropped(draft: models.Scorecard, fitting: Fitting) -> tuple[str, ...]:
    measures = draft.measures.filter(key__in=fitting.measures)
    gates = draft.gates.filter(key__in=fitting.gates)
    names = [part_name("measure", row) for row in measures]
    return (*names, *(part_name("gate", row) for row in gates))


def _cut_reason(text: str) -> str:
    return text if len(text) <= _LONGEST_REASON else f"{text[: _LONGEST_REASON - 1]}…"
