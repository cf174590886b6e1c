"""The columns of a file that go nowhere: said before anything is written, with where they fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from accounts.intake.column_guesses import other_kind
from accounts.intake.column_mapping import NOTES
from accounts.intake.fields import Kind
from accounts.models import ImportFile
from accounts.pages.imports.labels import plural

NAMED = 8


@dataclass(frozen=True, slots=True)
class LeftOut:
    """`elsewhere` are (columns, the kind of record that has them as fields)."""

    count: int
    names: str
    elsewhere: list[tuple[str, str]]


def left_out(file: ImportFile, *, columns: Mapping[str, str], kind: Kind) -> LeftOut:
    titles = {
        name: title
        for name, title in zip(file.header, file.titles, strict=True)
        if name not in NOTES and not columns.get(name)
    }
    fitting: dict[Kind, list[str]] = {}
    for name, title in titles.items():
        other = other_kind(name, kind=kind)
        if other is not None:
            fitting.setdefault(other, []).append(title)
    elsewhere = [(_listed_titles(found), plural(other)) for other, found in fitting.items()]
    return LeftOut(len(titles), _listed_titles(list(titles.values())), elsewhere)


def _listed_titles(titles: list[str]) -> str:
    shown = [title[:60] for title in titles[:NAMED]]
    more = len(titles) - len(shown)
    return ", ".join(shown) + (gettext(" and %(more)s more") % {"more": more} if more else "")
