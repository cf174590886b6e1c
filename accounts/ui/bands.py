"""How a band looks: tone, icon, word and place among the others.

A band says it itself, in the columns of its scorecard. Those lie above this floor, so whoever owns
them gives a function that reads them (`looks_come_from`); it is asked for every look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from django.utils.translation import get_language, gettext, gettext_noop

from accounts import catalogue

NO_BAND: Final = "unscored"
TOO_NEW: Final = "too_new"
ICONS: Final = {
    "healthy": "circle-check",
    "watch": "eye",
    "intervene": "octagon-alert",
    NO_BAND: "circle-dashed",
}
_LAST = 2**15


@dataclass(frozen=True, slots=True)
class BandLook:
    """`order` is its place among the bands of all scorecards, the best first."""

    tone: str
    word: str
    order: int
    is_in_force: bool = False

    @property
    def icon(self) -> str:
        return ICONS[self.tone]


# Words the product knows without a scorecard: what an own band of that key looks like by default.
KNOWN: Final = {
    "healthy": BandLook("healthy", gettext_noop("Healthy"), 10, is_in_force=True),
    "stable": BandLook("healthy", gettext_noop("Stable"), 15),
    "watch": BandLook("watch", gettext_noop("Watch"), 20, is_in_force=True),
    "at_risk": BandLook("watch", gettext_noop("At risk"), 25),
    "intervene": BandLook("intervene", gettext_noop("Intervene"), 30, is_in_force=True),
    "critical": BandLook("intervene", gettext_noop("Critical"), 35),
    "emergency": BandLook("intervene", gettext_noop("Emergency"), 40),
}
_UNSCORED = BandLook(NO_BAND, gettext_noop("Unscored"), _LAST)
_TOO_NEW = BandLook(NO_BAND, gettext_noop("Too new to judge"), _LAST - 2)

ReadLooks = Callable[[], Mapping[str, BandLook]]


_readers: list[ReadLooks] = []


def looks_come_from(read: ReadLooks) -> None:
    """`read` answers the look of every band that was ever published, by its key."""
    _readers[:] = [read]


def _current_looks() -> Mapping[str, BandLook]:
    return (_readers[0]() if _readers else None) or KNOWN


def band_look(band: str | None) -> BandLook:
    """A band that no scorecard has any more is shown by its key, in grey."""
    if not band or band == NO_BAND:
        return _in_language(_UNSCORED, get_language())
    if band == TOO_NEW:
        return _in_language(_TOO_NEW, get_language())
    found = _current_looks().get(band) or KNOWN.get(band)
    if found is None:
        return BandLook(NO_BAND, catalogue.label(band), _LAST - 1)
    return _in_language(found, get_language())


# A list of fifty rows asks a hundred times for the same few.
@lru_cache(maxsize=256)
def _in_language(look: BandLook, _language: str | None) -> BandLook:
    return replace(look, word=gettext(look.word)) if look.word else look


def band_order(band: str | None) -> tuple[int, str]:
    """The best band first, what has no score at the end."""
    return band_look(band).order, band or NO_BAND


def bands_shown(found: Iterable[str | None]) -> list[str]:
    """Bands of the scorecards in force and those that accounts are in, the best first; and what
    has no score."""
    in_force = {band for band, look in _current_looks().items() if look.is_in_force}
    bands = in_force | {band or NO_BAND for band in found} | {NO_BAND}
    return sorted(bands, key=band_order)
