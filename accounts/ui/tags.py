"""Tags of the design system, loaded into every template. Arguments: docs/design.md."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from accounts import catalogue
from accounts.money import currencies
from accounts.ui import formats
from accounts.ui.bands import BandLook, band_look
from accounts.ui.charts import Chart, sparkline

register = template.Library()
SPARK_SPAN = 24


def _drawn_once(draw: Callable[..., Any]) -> Callable[..., Any]:
    """A piece that depends on its arguments and the language alone is drawn once a process: a list
    of fifty rows shows the same few icons, chips and amounts hundreds of times."""

    @functools.lru_cache(maxsize=4096)
    def drawn(_language: str, *given: Any, **named: Any) -> Any:
        return draw(*given, **named)

    @functools.wraps(draw)
    def drawn_in_this_language(*given: Any, **named: Any) -> Any:
        return drawn(get_language(), *given, **named)

    return drawn_in_this_language


@register.simple_tag
@_drawn_once
def icon(name: str, classes: str = "") -> SafeString:
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        classes,
        static("cs_platform/icons.svg"),
        name,
    )


@register.simple_tag
@_drawn_once
def account_address(external_id: str) -> str:
    return reverse("account", args=[external_id])


@register.filter
def band_tone(band: str | None) -> str:
    return band_look(band).tone


@register.filter
def band_word(band: str | None) -> str:
    return band_look(band).word


def _in_one_line(template_name: str, context: dict[str, Any]) -> SafeString:
    """A piece that stands in cells and sentences, without the lines of its template."""
    words = render_to_string(template_name, context).split()
    return SafeString(" ".join(words))  # nosec B703 -- a template escaped it


@register.simple_tag
def band_chip(band: str | None, *, soft: bool = False, note: str = "") -> str:
    chip: str = _band_chip_html(band_look(band), soft=soft, note=note)
    return chip


@_drawn_once
def _band_chip_html(look: BandLook, *, soft: bool, note: str) -> str:
    shown = {"look": look, "soft": soft, "note": note}
    return _in_one_line("components/_band_chip.html", shown)


@register.simple_tag
@_drawn_once
def delta(
    value: Decimal | float | None,
    *,
    unit: str = "points",
    period: str = "",
    shown: str = "",
    good: str = "up",
    compact: bool = False,
    decimals: int = 1,
) -> str:
    """`good` says which direction is welcome: up, down or none (no colour)."""
    if value is None:
        return _in_one_line("components/_delta.html", {"direction": "none", "period": period})
    number = Decimal(str(value))
    # What reads as 0.0 has no direction.
    reads = number if shown else round(number, decimals)
    direction = "up" if reads > 0 else "down" if reads < 0 else "same"
    amount = shown or formats.signed(abs(number), decimals=decimals).lstrip("+")
    change = {
        "direction": direction,
        "tone": _delta_tone(direction, good),
        "amount": amount,
        "unit": unit,
        "period": period,
        "compact": compact,
    }
    return _in_one_line("components/_delta.html", change)


def _delta_tone(direction: str, good: str) -> str:
    if good == "none" or direction == "same":
        return ""
    return "up" if direction == good else "down"


@register.simple_tag
@_drawn_once
def money(minor: int | None, currency: str) -> SafeString:
    """Compact, with the exact amount in the title."""
    if minor is None:
        return format_html('<span class="dash">{}</span>', formats.DASH)
    return format_html(
        '<span title="{}">{}</span>',
        currencies.money_exact(minor, currency),
        formats.money(minor, currency),
    )


@register.simple_tag
def money_exact(minor: int, currency: str) -> str:
    return currencies.money_exact(minor, currency)


@register.simple_tag
def money_signed(minor: int, currency: str) -> str:
    return formats.money_signed(minor, currency)


@register.simple_tag
def money_change(minor: int, currency: str) -> str:
    return formats.money_change(minor, currency)


@register.filter
def language_word(code: str) -> str:
    return formats.language(code)


@register.filter
def score(value: Decimal | None) -> str:
    return formats.score(value)


@register.filter
def signed(value: Decimal | float, decimals: int = 1) -> str:
    return formats.signed(value, decimals=decimals)


@register.filter
def rate(value: Decimal | None, decimals: int = 1) -> str:
    return formats.rate(value, decimals=decimals)


@register.filter
def label(value: str | None) -> str:
    """The word for a stored value of a closed vocabulary."""
    return gettext(catalogue.label(str(value))) if value else formats.DASH


@register.filter
def day(value: date | None) -> str:
    return formats.DASH if value is None else formats.day(value)


def machine_time(value: date | datetime) -> str:
    """For `datetime=`, which takes milliseconds at most."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


@register.simple_tag(takes_context=True)
def when(context: template.Context, value: date | datetime | None) -> SafeString:
    """Relative to the installation's today, the exact day (and time) in the title."""
    if value is None:
        return format_html('<span class="dash">{}</span>', formats.DASH)
    if not isinstance(value, datetime):
        shown: SafeString = _on_day(value, today=context["today"])
        return shown
    moment = value.astimezone(context["zone"])
    return _time_element(value, formats.moment(moment), moment.date(), today=context["today"])


@_drawn_once
def _on_day(value: date, *, today: date) -> SafeString:
    return _time_element(value, formats.day(value), value, today=today)


def _time_element(value: date | datetime, exact: str, on: date, *, today: date) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        machine_time(value),
        exact,
        formats.relative_day(on, today=today),
    )


@register.simple_tag(takes_context=True)
def due(context: template.Context, at: datetime) -> SafeString:
    """As `when`; around today with the hour, unless it is the close of the day, as for most."""
    local = at.astimezone(context["zone"])
    is_near = abs((local.date() - context["today"]).days) <= 1
    if not is_near or local.time() == context["installation"].closes_at:
        return when(context, at)
    words = gettext("{day} at {time}")
    return format_html(words, day=when(context, at), time=f"{local:%H:%M}")


@register.simple_tag
@_drawn_once
def dash(reason: str) -> SafeString:
    """An empty cell: quiet, with the reason on hover and for a screen reader."""
    return format_html(
        '<span class="dash" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></span>',
        reason,
        formats.DASH,
        reason,
    )


@register.simple_tag
def without(currencies: str) -> SafeString | str:
    """Beside an amount: the currencies that it is without, for want of a rate."""
    return format_html(' <span class="faint">without {}</span>', currencies) if currencies else ""


@register.inclusion_tag("components/_chart.html")
def chart(drawing: Chart, *, table: bool = True) -> dict[str, object]:
    return {"chart": drawing, "table": table}


@register.simple_tag
def spark(
    values: Sequence[Any] | None,
    band: str | None = None,
    label: str = "Score",
    versions: Sequence[float] = (),
) -> SafeString:
    """The shape of a score's course, coloured at its end by the band; None values are gaps.

    The level is written beside it, so each course is centred; at least SPARK_SPAN points are
    shown, so that noise stays small. `versions`: where along the values a scorecard changed.
    """
    numbers = [None if value is None else float(value) for value in values or ()]
    known = [number for number in numbers if number is not None] or [0.0]
    margin = max(SPARK_SPAN - (max(known) - min(known)), 0) / 2
    drawing = sparkline(
        numbers,
        label=label,
        low=min(known) - margin,
        high=max(known) + margin,
        tone=band_look(band).tone,
        marks=versions,
        marked=gettext("a new version of the scorecard is marked"),
    )
    return format_html("{}", drawing.svg)


@register.inclusion_tag("components/_sort_head.html", takes_context=True)
def sort_head(
    context: template.Context, name: str, key: str, *, current: str, classes: str = ""
) -> dict[str, object]:
    """A column head that sorts: `current` is the sort in the address, "-" first when falling."""
    is_current = current.lstrip("-") == key
    is_falling = is_current and current.startswith("-")
    query = context["request"].GET.copy()
    query.pop("page", None)
    query["sort"] = key if is_falling or (not is_current and key == "name") else f"-{key}"
    return {
        "name": name,
        "key": key,
        "href": f"?{query.urlencode()}",
        "is_current": is_current,
        "is_falling": is_falling,
        "classes": classes,
    }
