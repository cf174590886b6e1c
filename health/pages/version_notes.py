"""Marks on charts of scores: a new version of the scorecard came into force, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from django.utils.text import Truncator
from django.utils.translation import gettext

from accounts.models import Installation
from accounts.ui.charts import Note
from health.models import Scorecard
from health.queries.publications import Published, publications

TONE = "version"
WRITTEN = 36  # characters of a mark that stand on the chart; all of it is in hover and table


def published_between(*, first: date, last: date, key: str) -> list[Note]:
    """What came into force of this key, on the days of the installation; not its first version."""
    found = _came_into_force(first, last)
    return [_publication_note(day, row.version, row.reason) for day, row in found if row.key == key]


def published_anywhere(*, first: date, last: date) -> list[Note]:
    """The same of all keys, for a line that many accounts make together."""
    return [
        _publication_note(day, row.version, row.reason, name=row.name)
        for day, row in _came_into_force(first, last)
    ]


def published_days(*, first: date, last: date) -> dict[str, list[date]]:
    """The days alone, by scorecard key."""
    days = defaultdict[str, list[date]](list)
    for day, row in _came_into_force(first, last):
        days[row.key].append(day)
    return days


def _came_into_force(first: date, last: date) -> list[tuple[date, Published]]:
    """The first version of a key changed nothing, so it is no news; of several on one day only the
    last stayed in force."""
    zone = Installation.current().zone
    known = set[str]()
    found = dict[tuple[date, str], Published]()
    for row in publications():
        day = row.at.astimezone(zone).date()
        if row.key in known and first <= day <= last:
            found[day, row.key] = row
        known.add(row.key)
    return [(day, row) for (day, _), row in found.items()]


def changes_of_card(days: Sequence[tuple[date, int]]) -> list[Note]:
    """Where the card an account was judged by changes, of (day, scorecard id) in order."""
    changed = [
        (after[0], before[1], after[1]) for before, after in pairwise(days) if before[1] != after[1]
    ]
    ids = {pk for _, before, after in changed for pk in (before, after)}
    cards = Scorecard.objects.in_bulk(ids)
    return [_card_change_note(day, cards[before], cards[after]) for day, before, after in changed]


def _card_change_note(day: date, before: Scorecard, after: Scorecard) -> Note:
    if before.key == after.key:
        return _publication_note(day, after.version, after.reason)
    words = gettext("Judged by %(name)s v%(version)s from here, before by %(before)s") % {
        "name": after.name,
        "version": after.version,
        "before": before.name,
    }
    return Note(day, words, TONE, short=f"{after.name} v{after.version}")


def _publication_note(day: date, number: int, reason: str, *, name: str = "") -> Note:
    version = f"{name} v{number}".strip()
    words = gettext("%(version)s published") % {"version": version} + (
        f": {reason}" if reason else ""
    )
    return Note(day, words, TONE, short=version if name else Truncator(words).chars(WRITTEN))
