"""What a public page shows: the survey's text in one language, around it the company's look."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode

from accounts.languages import language_for
from accounts.models import Installation
from surveys.library.definition import SurveyDefinition, SurveyText
from surveys.library.merged_text import merged
from surveys.library.page_words import PAGE_WORDS, PageWords, page_words
from surveys.models import Invitation, SurveyBranding
from surveys.pages.answering.answer_form import LONGEST_WORDS, AnswerForm, further_name

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ckb", "ps", "sd", "yi", "dv"})
_PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A further question: `options` where one is chosen, else words."""

    name: str
    label: str
    typed: str
    error: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class LanguageLink:
    code: str
    name: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A survey in one of its languages, with our words in it or in English."""

    definition: SurveyDefinition
    language: str
    words: PageWords
    company: str

    @property
    def text(self) -> SurveyText:
        return self.definition.texts[self.language]

    def said(self, text: str) -> str:
        return merged(text, company=self.company)


def company_name() -> str:
    return SurveyBranding.current().name or Installation.current().name


def shown_to(invitation: Invitation, *, wanted: str) -> ShownPage:
    """In the wanted language where the survey has it, else in the invitation's."""
    definition = invitation.survey.definition()
    language = chosen_language(
        definition,
        wanted=wanted,
        known=(invitation.language, invitation.account.language),
    )
    return ShownPage(definition, language, page_words(language), company_name())


def chosen_language(definition: SurveyDefinition, *, wanted: str, known: tuple[str, str]) -> str:
    if wanted in definition.texts:
        return wanted
    installation = Installation.current().language
    return language_for(*known, installation, offered=list(definition.texts))


def words_wanted(request: HttpRequest) -> PageWords:
    """Of a page that knows no invitation: what the browser asks for first, of what we speak."""
    for part in request.headers.get("Accept-Language", "")[:200].split(","):
        code = part.partition(";")[0].strip().partition("-")[0].lower()
        if code in PAGE_WORDS:
            return PAGE_WORDS[code]
    return PAGE_WORDS["en"]


def question_context(shown: ShownPage, form: AnswerForm) -> dict[str, Any]:
    definition, text = shown.definition, shown.text
    chosen = form.typed.get("score", "")
    return {
        "subject": shown.said(text.subject),
        "question": shown.said(text.question),
        "intro": shown.said(text.intro),
        "low": shown.said(text.low),
        "high": shown.said(text.high),
        "reason": shown.said(text.reason),
        "scale": [
            Option(str(value), str(value), str(value) == chosen)
            for value in range(definition.lowest, definition.highest + 1)
        ]
        if definition.is_scored
        else [],
        "further": [_further_question(shown, form, asked.key) for asked in definition.further],
        "typed": form.typed,
        "errors": form.errors,
        "most": LONGEST_WORDS,
    }


def _further_question(shown: ShownPage, form: AnswerForm, key: str) -> AskedQuestion:
    text, name = shown.text.further[key], further_name(key)
    typed = form.typed.get(name, "")
    options = tuple(
        Option(str(number), shown.said(label), typed == str(number))
        for number, label in enumerate(text.options, start=1)
    )
    return AskedQuestion(name, shown.said(text.question), typed, form.errors.get(name, ""), options)


def until_in_words(shown: ShownPage, invitation: Invitation) -> str:
    """The last day on which the answer can be changed, where the installation is."""
    if invitation.expires_at is None:
        return ""
    end: datetime = invitation.expires_at - timedelta(microseconds=1)
    day = end.astimezone(Installation.current().zone).date()
    return shown.words.until.format(day=shown.words.day_in_words(day))


def survey_context(shown: ShownPage, **kept: str) -> dict[str, Any]:
    """`kept`: what the links to other languages say of the page besides."""
    return {
        "language": shown.language,
        "languages": [
            LanguageLink(
                code,
                _OWN_NAMES.get(code, code),
                f"?{urlencode({'lang': code, **kept})}",
                code == shown.language,
            )
            for code in shown.definition.texts
        ],
        "read_by": shown.words.read_by.format(company=shown.company),
    }


_OWN_NAMES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}


def look_context() -> dict[str, Any]:
    branding = SurveyBranding.current()
    digest = logo_digest(branding)
    return {
        "company": branding.name or Installation.current().name,
        "look": reverse("survey_look", args=[branding.colour.lstrip("#").lower()]),
        "logo": reverse("survey_logo", args=[digest]) if digest else "",
        "privacy": branding.privacy_url,
    }


def logo_digest(branding: SurveyBranding) -> str:
    """Part of its address: another logo has another one. Empty: there is none."""
    logo = bytes(branding.logo)
    return hashlib.sha256(logo).hexdigest()[:32] if logo and branding.logo_type else ""


def public_page(
    template: str, words: PageWords, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Without the request: nothing of a session is looked up, no cookie is set."""
    language = str(context.get("language", words.lang))
    base = language.partition("-")[0]
    told = {
        "language": language,
        "direction": "rtl" if base in _RIGHT_TO_LEFT else "ltr",
        # Of our own words, where the survey is in a language they are not in.
        "words_language": "" if base == words.lang else words.lang,
        "w": words,
        **look_context(),
        **context,
    }
    page = HttpResponse(render_to_string(f"survey_answering/{template}.html", told), status=status)
    for name, value in _PRIVATE.items():
        page.headers[name] = value
    return page
