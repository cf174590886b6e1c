"""Moments as operations need them: to the minute, in the installation's zone."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.ui import formats
from accounts.ui.tags import machine_time
from cs_platform.pages.ops import labels as ops_words

register = template.Library()


@register.simple_tag(takes_context=True)
def moment(context: template.Context, value: datetime | None) -> SafeString:
    """22 Nov, 04:31; seconds, year and zone in the title."""
    if value is None:
        return format_html('<span class="dash">{}</span>', formats.DASH)
    local = value.astimezone(context["zone"])
    return format_html(
        '<time class="nowrap" datetime="{}" title="{}">{}</time>',
        machine_time(value),
        f"{formats.day(local.date())}, {local:%H:%M:%S %Z}",
        f"{local.day} {local:%b}, {local:%H:%M}",
    )


@register.filter
def span(seconds: float | None) -> str:
    return ops_words.span(seconds)
