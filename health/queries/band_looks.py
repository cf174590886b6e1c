"""How bands look: the columns of every published band, read once a publication of scorecards or of
assignment rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from django.db.models import Max

from accounts.ui.bands import BandLook
from health.models import AssignmentRule, Band
from health.queries.publications import latest_publication


def band_looks() -> Mapping[str, BandLook]:
    """By key; the bands are read again only after a publication, by each process for itself."""
    latest = latest_publication()
    return {} if latest is None else _looks_since(*latest)


@lru_cache(maxsize=4)
def _looks_since(
    _publication: int, _published_at: datetime, _rules: int | None
) -> Mapping[str, BandLook]:
    """Where scorecards differ about a key, one in force counts before an earlier version, then
    what was published last. In force are bands of scorecards that a rule gives: one that nobody
    gets adds none to the lists."""
    bands = list(
        Band.objects.filter(scorecard__publications__isnull=False)
        .annotate(latest=Max("scorecard__publications__id"))
        .values_list("key", "tone", "name", "order", "scorecard__key", "latest")
    )
    in_force: dict[str, int] = {}
    for *_, card, latest in bands:
        in_force[card] = max(latest, in_force.get(card, 0))
    given = set(AssignmentRule.objects.in_force().values_list("scorecard_key", flat=True))
    offered = given or in_force.keys()
    rows = sorted(bands, key=lambda row: (row[5] == in_force[row[4]] and row[4] in offered, row[5]))
    return {
        key: BandLook(tone, name, order, is_in_force=latest == in_force[card] and card in offered)
        for key, tone, name, order, card, latest in rows
    }
