"""A draft comes into force from the preview of what it says now, compared with what counts now."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import clock
from accounts.models import User
from accounts.ui import formats
from cs_platform.models.previews import Preview
from health.models import Publication, Scorecard
from health.publishing import publish
from health.queries.scorecards import in_force


class StalePreview(ValueError):
    """The preview does not show what publishing would do; the message says why and what to do."""


def why_stale(preview: Preview, draft: Scorecard) -> str:
    """Empty while the preview shows the draft as it stands."""
    if preview.revision != draft.revision:
        who = f" by {draft.edited_by}" if draft.edited_by else ""
        return f"The draft was changed{who} after this preview was made. Preview it again."
    current = in_force().get(draft.key)
    if (current.id if current else None) != preview.compared_with_id:
        return "Another version came into force after this preview was made. Preview it again."
    if preview.day != clock.today():
        judged = formats.day(preview.day)
        return f"This preview judged {judged}, and publication judges today. Preview it again."
    return ""


@transaction.atomic
def publish_previewed(
    *, preview: Preview | None, scorecard: Scorecard, user: User, reason: str, now: datetime
) -> Publication:
    """Raises StalePreview, NotPublishable. The draft is locked: nobody changes it in between."""
    # Publications of a key follow each other: what is in force is asked under this lock.
    rows = Scorecard.objects.select_for_update().filter(key=scorecard.key).order_by("pk")
    draft = next((row for row in rows if row.pk == scorecard.pk), None)
    if draft is None or draft.is_published:
        raise StalePreview("Somebody published this draft already.")
    if preview is None or preview.finished_at is None:
        raise StalePreview("Preview the draft first: publishing shows what it changes.")
    if stale := why_stale(preview, draft):
        raise StalePreview(stale)
    return publish(scorecard=draft, user=user, reason=reason, now=now, revision=preview.revision)
