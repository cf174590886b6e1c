"""A version as a customer will see it, for its author: three widths side by side. Nothing that is
sent there is recorded."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Right, requires
from surveys.library.definition_reader import examine_survey
from surveys.library.page_words import page_words
from surveys.models import Survey
from surveys.pages.answering.answer_form import AnswerForm
from surveys.pages.answering.survey_page import (
    ShownPage,
    chosen_language,
    company_name,
    public_page,
    question_context,
    survey_context,
)

WIDTHS = (390, 768, 1280)
# As everywhere, but for a page of our own around it.
_FRAMED_POLICY = (
    "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none';"
    " frame-ancestors 'self'; form-action 'self'"
)


@requires(Right.ADMINISTER)
@require_safe
def survey_preview(request: HttpRequest, survey_id: int) -> HttpResponse:
    row = get_object_or_404(Survey, pk=survey_id)
    shown = _shown_version(request, row)
    said = urlencode({"lang": shown.language})
    context = {
        "row": row,
        "frames": [(width, f"{reverse('survey_preview_frame', args=[row.pk])}?{said}")
                   for width in WIDTHS],
        "languages": list(shown.definition.texts),
        "language": shown.language,
    }  # fmt: skip
    return render(request, "survey_answering/preview.html", context)


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@xframe_options_sameorigin
def survey_preview_frame(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The page itself; what is sent is checked as it would be, and thanked for."""
    shown = _shown_version(request, get_object_or_404(Survey, pk=survey_id))
    form = AnswerForm(shown.definition, shown.words)
    if request.method == "POST":
        form.read(request.POST)
    context = question_context(shown, form) | survey_context(shown)
    context["action"] = f"{request.path}?{urlencode({'lang': shown.language})}"
    if form.given is not None:
        context |= {"thanks": shown.said(shown.text.thanks), "change": context["action"]}
        page = public_page("thanks", shown.words, context)
    else:
        page = public_page(
            "form", shown.words, context, status=400 if request.method == "POST" else 200
        )
    page.headers["Content-Security-Policy"] = _FRAMED_POLICY
    return page


def _shown_version(request: HttpRequest, row: Survey) -> ShownPage:
    """Of a draft what there is of it; 404 where it says nothing in any language."""
    definition, _missing = examine_survey(row.as_mapping())
    if not definition.texts:
        raise Http404
    language = chosen_language(definition, wanted=request.GET.get("lang", ""), known=("", ""))
    return ShownPage(definition, language, page_words(language), company_name())
