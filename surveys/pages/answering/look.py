"""The company's colour and logo, at addresses that change with them."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.access import Right, requires
from surveys.colours import DARK_PAGE, LIGHT_PAGE, brand_colours
from surveys.models import SurveyBranding
from surveys.pages.answering.survey_page import logo_digest

_COLOUR = re.compile(r"[0-9a-f]{6}", re.ASCII)
_YEAR_SECONDS = 365 * 24 * 3600


@requires(Right.OPEN)
@require_safe
def colours(request: HttpRequest, colour: str) -> HttpResponse:
    """A stylesheet with two colours in it: no page may have a style inside."""
    if not _COLOUR.fullmatch(colour):
        raise Http404
    found = brand_colours(f"#{colour}")
    text = (
        f":root{{--brand:{found.light};--on-brand:{LIGHT_PAGE}}}"
        "@media(prefers-color-scheme:dark)"
        f"{{:root{{--brand:{found.dark};--on-brand:{DARK_PAGE}}}}}\n"
    )
    return _kept_for_long(HttpResponse(text, content_type="text/css; charset=utf-8"))


@requires(Right.OPEN)
@require_safe
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    branding = SurveyBranding.current()
    if not digest or digest != logo_digest(branding):
        raise Http404
    picture = HttpResponse(bytes(branding.logo), content_type=branding.logo_type)
    # ShownPage as a picture, never as a document of its own.
    picture.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return _kept_for_long(picture)


def _kept_for_long(answer: HttpResponse) -> HttpResponse:
    patch_cache_control(answer, public=True, max_age=_YEAR_SECONDS, immutable=True)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
