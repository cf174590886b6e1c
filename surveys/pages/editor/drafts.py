"""A draft from nothing, filled in part by part: settings, the texts of a language, languages, or
all of it as YAML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.access import Right, requires
from accounts.models import Installation, User
from accounts.ui.formats import language
from accounts.yaml_text import NotYamlError, parse
from surveys import publishing
from surveys.catalogue import QuestionKind
from surveys.library import draft_edits
from surveys.library.definition_reader import MOST_FURTHER, SurveyError, read_survey
from surveys.library.survey_yaml import write_survey_yaml
from surveys.models import Survey, SurveyPolicy
from surveys.pages.editor.draft_page import OpenDraft, draft_context, open_draft, open_survey
from surveys.pages.editor.draft_saves import (
    DraftPart,
    lead_to,
    not_a_draft,
    part_response,
    posted,
    save_part,
    was_overtaken,
)
from surveys.pages.editor.fields import saved_meanwhile, shown_fields
from surveys.pages.editor.forms import LanguageForm, NewSurveyForm, SurveyYamlForm
from surveys.pages.editor.settings_form import SCALE_CHOICES, SurveySettingsForm
from surveys.pages.editor.started import StartedBySignals, answer_starts
from surveys.pages.editor.text_form import NoLanguageError, SurveyWordsForm, gap_words
from surveys.pages.editor.views import version_page


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A survey from nothing."""
    first = {"language": language(Installation.current().language), "scale": "nps"}
    form = NewSurveyForm(posted(request), initial=first)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        chosen = SCALE_CHOICES[said["scale"]]
        try:
            row = publishing.new_draft(
                key=said["key"],
                name=said["name"],
                kind=chosen.kind,
                scale=chosen.scale,
                is_reversed=chosen.is_reversed,
                language=said["language"],
                by=cast("User", request.user),
                now=clock.now(),
            )
        except SurveyError as error:
            form.add_error("key", list(error.problems))
        else:
            return redirect("survey_version", row.pk)
    shown = shown_fields(form)
    return render(request, "survey_editor/new.html", {"form": form, "fields": shown})


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, survey_id: int, started: StartedBySignals) -> HttpResponse:
    """A version to read; of a draft the settings."""
    row = open_survey(survey_id)
    if row.state != Survey.State.DRAFT:
        return not_a_draft(request, row) if request.method == "POST" else version_page(request, row)

    def make(draft: OpenDraft, data: Any) -> SurveySettingsForm:
        return SurveySettingsForm(data, survey=draft.survey, known=draft.known)

    def show(draft: OpenDraft, form: SurveySettingsForm, is_overtaken: bool) -> HttpResponse:
        saved = saved_meanwhile(form) if is_overtaken else {}
        context = draft_context(request, draft, part="settings") | {
            "form": form,
            "fields": form.shown(saved),
            "edits": is_overtaken,
            "rhythm": SurveyPolicy.current().rhythm.items(),
            "starts": answer_starts(draft.survey, started),
        }
        return part_response(request, context)

    draft = open_draft(row)
    form = make(draft, posted(request))
    if not form.is_bound or not form.is_valid():
        return show(draft, form, was_overtaken(request, draft))
    return save_part(request, draft, {**draft.content, **form.written()}, DraftPart(make, show))


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    """What it says in one language."""
    row = open_survey(survey_id)
    if row.state != Survey.State.DRAFT:
        return not_a_draft(request, row)
    try:
        return _text_answer(request, row, code)
    except NoLanguageError:
        messages.info(request, gettext("The survey has no such language, or not any more."))
        return lead_to(request, reverse("survey_languages", args=[row.pk]))


def _text_answer(request: HttpRequest, row: Survey, code: str) -> HttpResponse:
    """Each button saves what was typed besides what it does. Raises NoLanguageError."""
    focus = request.GET.get("focus", "")

    def make(draft: OpenDraft, data: Any) -> SurveyWordsForm:
        return SurveyWordsForm(data, survey=draft.survey, language=code)

    def show(draft: OpenDraft, form: SurveyWordsForm, is_overtaken: bool) -> HttpResponse:
        return _text_page(request, draft, form, focus=focus, is_overtaken=is_overtaken)

    draft = open_draft(row)
    form = make(draft, posted(request))
    if not form.is_bound or not form.is_valid():
        return show(draft, form, was_overtaken(request, draft))
    content = draft_edits.with_text(draft.content, code, form.written())
    try:
        content, focus = _with_deed(content, request.POST.get("do", ""))
    except KeyError:
        form.add_error(None, gettext("That question is not there any more."))
        return show(draft, form, was_overtaken(request, draft))
    if len(content["further"]) > MOST_FURTHER:
        words = gettext("At most %(most)s further questions: each costs answers.")
        form.add_error(None, words % {"most": MOST_FURTHER})
        return show(draft, form, was_overtaken(request, draft))
    where = f"{request.path}?focus={focus}#{focus}" if focus else ""
    return save_part(request, draft, content, DraftPart(make, show), where=where)


def _with_deed(content: draft_edits.Content, deed: str) -> tuple[draft_edits.Content, str]:
    """With what the pressed button does, and the id of what has the focus then; empty: where it
    was. Raises KeyError."""
    verb, _, key = deed.partition(":")
    if verb == "add" and key in list(QuestionKind):
        content, made = draft_edits.with_question(content, QuestionKind(key))
        return content, f"id_{made}-question"
    if verb == "remove":
        return draft_edits.without_question(content, key), "add-text"
    if verb in ("up", "down"):
        content = draft_edits.with_question_moved(content, key, by=-1 if verb == "up" else 1)
        keys = [each["key"] for each in content["further"]]
        can_go_on = keys[0 if verb == "up" else -1] != key
        other = "down" if verb == "up" else "up"
        return content, f"{verb if can_go_on else other}-{key}"
    return content, ""


def _text_page(
    request: HttpRequest,
    draft: OpenDraft,
    form: SurveyWordsForm,
    *,
    focus: str,
    is_overtaken: bool,
) -> HttpResponse:
    saved = saved_meanwhile(form) if is_overtaken else {}
    shown = form.shown(draft.gaps_of(form.language), saved, focus=focus)
    context = draft_context(request, draft, part="text", code=form.language) | {
        "form": form,
        "fields": shown,
        "questions": form.questions(shown),
        "may_add": len(draft.survey.further) < MOST_FURTHER,
        "focus": focus,
        "edits": is_overtaken,
    }
    return part_response(request, context)


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def languages(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Which there are, what each lacks, and the first one for whoever speaks none of them."""
    row = open_survey(survey_id)
    if row.state != Survey.State.DRAFT:
        return not_a_draft(request, row)
    verb, _, code = request.POST.get("do", "").partition(":")

    def make(_draft: OpenDraft, data: Any) -> LanguageForm:
        return LanguageForm(data if verb == "add" else None)

    def show(draft: OpenDraft, form: LanguageForm, is_overtaken: bool) -> HttpResponse:
        return _languages_page(request, draft, form, is_overtaken=is_overtaken)

    draft = open_draft(row)
    form = make(draft, posted(request))
    if not verb or (form.is_bound and not form.is_valid()):
        return show(draft, form, was_overtaken(request, draft))
    code = form.cleaned_data["language"] if form.is_bound else code
    try:
        content = _LANGUAGE_DEEDS[verb](draft.content, code)
    except (KeyError, ValueError):
        words = gettext("Nothing was done: one language has to stay, and it has to be there.")
        messages.info(request, words)
        return show(draft, form, was_overtaken(request, draft))
    page = reverse("survey_text", args=[row.pk, code]) if verb == "add" else ""
    return save_part(request, draft, content, DraftPart(make, show), where=page)


_LANGUAGE_DEEDS: Mapping[str, Callable[[Mapping[str, Any], str], draft_edits.Content]] = {
    "add": draft_edits.with_language,
    "remove": draft_edits.without_language,
    "first": draft_edits.with_language_first,
}


def _languages_page(
    request: HttpRequest, draft: OpenDraft, form: LanguageForm, *, is_overtaken: bool
) -> HttpResponse:
    context = draft_context(request, draft, part="languages") | {
        "form": form,
        "fields": shown_fields(form),
        "rows": [
            (code, [(draft.place_of(gap), gap_words(gap)) for gap in draft.gaps_of(code)])
            for code in draft.survey.texts
        ],
        "edits": is_overtaken,
    }
    return part_response(request, context)


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def yaml_text(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The same draft as text; where something is wrong with it, it is said and nothing saved."""
    row = open_survey(survey_id)
    if row.state != Survey.State.DRAFT:
        return not_a_draft(request, row)

    def make(draft: OpenDraft, data: Any) -> SurveyYamlForm:
        return SurveyYamlForm(data, initial={"text": write_survey_yaml(draft.survey)})

    def show(draft: OpenDraft, form: SurveyYamlForm, is_overtaken: bool) -> HttpResponse:
        context = draft_context(request, draft, part="yaml")
        told = {"form": form, "fields": shown_fields(form), "edits": is_overtaken}
        return part_response(request, context | told)

    draft = open_draft(row)
    form = make(draft, posted(request))
    if not form.is_bound or not form.is_valid():
        return show(draft, form, was_overtaken(request, draft))
    try:
        content = _content_of_yaml(form.cleaned_data["text"], key=row.key)
    except SurveyError as error:
        form.add_error("text", list(error.problems))
        return show(draft, form, was_overtaken(request, draft))
    return save_part(request, draft, content, DraftPart(make, show))


def _content_of_yaml(typed: str, *, key: str) -> Mapping[str, Any]:
    """Raises SurveyError where it is no complete survey."""
    try:
        content = parse(typed)
    except NotYamlError as error:
        raise SurveyError([gettext("This is not YAML: %(why)s") % {"why": error}]) from error
    if not isinstance(content, dict):
        raise SurveyError([gettext("Write named fields, one a line: key: value.")])
    read_survey({**content, "key": key})
    return content
