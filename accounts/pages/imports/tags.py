"""Words and steps of the import pages."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.translation import gettext_lazy

from accounts.catalogue import label
from accounts.intake.wide_rows import row_and_column
from accounts.pages.imports import labels as imports_words
from accounts.ui import formats
from accounts.ui.bands import band_look

register = template.Library()
_STEPS = (
    ("upload", gettext_lazy("Upload")),
    ("columns", gettext_lazy("Match columns")),
    ("check", gettext_lazy("Check")),
    ("import", gettext_lazy("Import")),
)


@register.inclusion_tag("imports/_steps.html")
def import_steps(step: str, *, is_over: object = None) -> dict[str, object]:
    """Where somebody is; `is_over` once the last step is done."""
    at = [key for key, _ in _STEPS].index(step) + 1 + bool(is_over)
    return {"steps": _STEPS, "step": "" if is_over else step, "at": at}


@register.simple_tag
def moved(value: str | None, what: str) -> str:
    """A segment or tier, a score or a band, as an account has it before or after an import."""
    if value is None:
        return "–"
    if what == "score":
        return formats.score(Decimal(value))
    return band_look(value).word if what == "band" else label(value)


@register.filter
def cell(position: int) -> str:
    """The row and the column of a count, in a table with several in a row."""
    row, column = row_and_column(position)
    return f"{row:,} · {column}"


@register.filter
def kind_plural(kind: str) -> str:
    return imports_words.plural(kind)


@register.filter
def field_word(name: str) -> str:
    return imports_words.field_word(name)


@register.filter
def in_words(message: str) -> str:
    return imports_words.in_words(message)


@register.filter
def code_word(code: str) -> str:
    return imports_words.code_word(code)
