"""Marks on charts of scores: a new version of the scorecard came into force, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from django.utils.text import Truncator

from accounts.models import Installation
from cs_platform.charts import Note
from health.models import Publication, Scorecard

TONE = "version"
WRITTEN = 36  # characters of a mark that stand on the chart; all of it is in hover and table


def published_between(*, key: str, first: date, last: date) -> list[Note]:
    """What came into force after the first version of this key, by the installation's days."""
    zone = Installation.current().zone
    rows = Publication.objects.filter(scorecard__key=key).select_related("scorecard").order_by("pk")
    dated = [(row.published_at.astimezone(zone).date(), row) for row in rows][1:]
    return [_note(day, row.scorecard, row.reason) for day, row in dated if first <= day <= last]


def changes_of_card(days: Sequence[tuple[date, int]]) -> list[Note]:
    """Where the card an account was judged by changes, of (day, scorecard id) in order."""
    changed = [
        (after[0], before[1], after[1]) for before, after in pairwise(days) if before[1] != after[1]
    ]
    ids = {pk for _, before, after in changed for pk in (before, after)}
    cards = Scorecard.objects.in_bulk(ids)
    return [_change(day, cards[before], cards[after]) for day, before, after in changed]


def _change(day: date, before: Scorecard, after: Scorecard) -> Note:
    if before.key == after.key:
        return _note(day, after, after.reason)
    words = f"Judged by {after.name} v{after.version} from here, before by {before.name}"
    return Note(day, words, TONE, short=f"{after.name} v{after.version}")


def _note(day: date, card: Scorecard, reason: str) -> Note:
    words = f"v{card.version} published" + (f": {reason}" if reason else "")
    return Note(day, words, TONE, short=Truncator(words).chars(WRITTEN))
