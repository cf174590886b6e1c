"""A draft comes into force from the preview of what it says now, compared with what counts now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from accounts import clock
from accounts.models import User
from accounts.ui import formats
from cs_platform.models.previews import Draft, Preview
from health.models import Publication, RuleSet, Scorecard
from health.publishing import publish, publish_rules
from health.queries.rules import rules_in_force
from health.queries.scorecards import in_force


class StalePreview(ValueError):
    """The preview does not show what publishing would do; the message says why and what to do."""


def why_stale(preview: Preview, draft: Draft) -> str:
    """Empty while the preview shows the draft as it stands."""
    if preview.revision != draft.revision:
        if not draft.edited_by:
            return gettext("The draft was changed after this preview was made. Preview it again.")
        words = gettext(
            "The draft was changed by %(person)s after this preview was made. Preview it again."
        )
        return words % {"person": draft.edited_by}
    if _has_new_version(preview, draft):
        return gettext(
            "Another version came into force after this preview was made. Preview it again."
        )
    rules = rules_in_force()
    if (rules.pk if rules else None) != preview.rules_id:
        return gettext(
            "Other assignment rules came into force after this preview was made. Preview it again."
        )
    if preview.day != clock.today():
        judged = formats.day(preview.day)
        return gettext(
            "This preview judged %(day)s, and publication judges today. Preview it again."
        ) % {"day": judged}
    return ""


def _has_new_version(preview: Preview, draft: Draft) -> bool:
    """Of the scorecard; of any, where rules say who gets which."""
    if isinstance(draft, RuleSet):
        newest = Publication.objects.order_by("-pk").values_list("pk", flat=True).first()
        return newest != preview.publication_id
    current = in_force().get(draft.key)
    return (current.id if current else None) != preview.compared_with_id


@transaction.atomic
def publish_previewed(
    *, preview: Preview | None, draft: Draft, user: User, reason: str, now: datetime
) -> None:
    """Raises StalePreview, NotPublishable. The draft is locked: nobody changes it in between."""
    locked = next((row for row in _locked_versions(draft) if row.pk == draft.pk), None)
    if locked is None or locked.is_published:
        raise StalePreview(gettext("Somebody published this draft already."))
    if preview is None or preview.finished_at is None:
        raise StalePreview(gettext("Preview the draft first: publishing shows what it changes."))
    if stale := why_stale(preview, locked):
        raise StalePreview(stale)
    revision = preview.revision
    if isinstance(locked, RuleSet):
        publish_rules(draft=locked, user=user, reason=reason, now=now, revision=revision)
    else:
        publish(scorecard=locked, user=user, reason=reason, now=now, revision=revision)


def _locked_versions(draft: Draft) -> Iterable[Draft]:
    """All versions. Publications of a kind follow each other: what is in force is asked under this
    lock."""
    if isinstance(draft, RuleSet):
        return RuleSet.objects.select_for_update().order_by("pk")
    return Scorecard.objects.select_for_update().filter(key=draft.key).order_by("pk")
