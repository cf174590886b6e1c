"""Surveys as CS ops keep them: the list, a version in sentences and as text, and into force."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.models import User
from accounts.ui.pagination import page_number, take_page
from accounts.yaml_text import NotYamlError, parse
from surveys import publishing
from surveys.library.definition_reader import SurveyError, examine_survey
from surveys.library.survey_yaml import write_survey_yaml
from surveys.models import Invitation, Survey
from surveys.pages.editor.forms import SurveyTextForm, VersionReasonForm
from surveys.pages.editor.sentences import sentences

PAGE_SIZE = 50
_OUT = (Invitation.State.SENT, Invitation.State.ANSWERED, Invitation.State.EXPIRED)


@requires(Right.ADMINISTER)
@require_safe
def surveys(request: HttpRequest) -> HttpResponse:
    """Every version in use: drafts and what is in force, with how often each was sent."""
    rows = Survey.objects.exclude(state=Survey.State.RETIRED).annotate(
        sent=Count("invitations", filter=Q(invitations__state__in=_OUT))
    )
    rows = rows.order_by("key", "-version")
    found, page = take_page(rows, number=page_number(request), size=PAGE_SIZE)
    return render(request, "survey_editor/index.html", {"found": found, "page": page})


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, survey_id: int) -> HttpResponse:
    """One version; a draft is saved here, from the revision somebody looked at."""
    row = get_object_or_404(Survey, pk=survey_id)
    if request.method != "POST":
        return _version_page(request, row, form=_draft_form(row))
    form = SurveyTextForm(request.POST)
    if form.is_valid() and _save_draft(row, form, by=cast("User", request.user)):
        messages.success(request, gettext("Saved. Nobody is asked by it before it is published."))
        return redirect("survey_version", row.pk)
    return _version_page(request, row, form=form, status=400)


def _draft_form(row: Survey) -> SurveyTextForm:
    definition, _problems = examine_survey(row.as_mapping())
    text = write_survey_yaml(definition)
    return SurveyTextForm(initial={"revision": row.revision, "text": text})


def _save_draft(row: Survey, form: SurveyTextForm, *, by: User) -> bool:
    said = form.cleaned_data
    try:
        content = parse(said["text"])
        if not isinstance(content, dict):
            raise SurveyError([gettext("Write named fields, one a line: key: value.")])
        publishing.save_draft(
            draft=row, revision=said["revision"], content=content, by=by, now=clock.now()
        )
    except NotYamlError as error:
        form.add_error("text", gettext("This is not YAML: %(why)s") % {"why": error})
    except SurveyError as error:
        for problem in error.problems:
            form.add_error("text", problem)
    except publishing.SurveyMovedOnError:
        form.add_error(None, gettext("Somebody saved it meanwhile: load the page and look again."))
    except publishing.SurveyNotADraftError:
        form.add_error(None, gettext("It was published meanwhile: begin a new draft."))
    return form.is_valid()


def _version_page(
    request: HttpRequest, row: Survey, *, form: SurveyTextForm, status: int = 200
) -> HttpResponse:
    definition, problems = examine_survey(row.as_mapping())
    versions = Survey.objects.filter(key=row.key).select_related("published_by")
    context = {
        "row": row,
        "form": form,
        "sentences": sentences(definition),
        "problems": problems,
        "texts": definition.texts,
        "versions": versions.order_by("-version")[:PAGE_SIZE],
        "reason_form": VersionReasonForm(),
    }
    return render(request, "survey_editor/survey.html", context, status=status)


@requires(Right.ADMINISTER, page="survey_version")
def begin(request: HttpRequest, survey_id: int) -> HttpResponse:
    row = get_object_or_404(Survey, pk=survey_id)
    draft = publishing.begin_draft(version=row, by=cast("User", request.user), now=clock.now())
    return redirect("survey_version", draft.pk)


@requires(Right.ADMINISTER, page="survey_version")
def publish(request: HttpRequest, survey_id: int) -> HttpResponse:
    return _change_version(
        request,
        survey_id,
        lambda row, by, reason: publishing.publish(
            survey=row, by=by, now=clock.now(), reason=reason
        ),
        gettext("In force: it is asked from now on."),
    )


@requires(Right.ADMINISTER, page="survey_version")
def back(request: HttpRequest, survey_id: int) -> HttpResponse:
    return _change_version(
        request,
        survey_id,
        lambda row, by, reason: publishing.roll_back(
            version=row, by=by, reason=reason, now=clock.now()
        ),
        gettext("In force as a new version."),
    )


@requires(Right.ADMINISTER, page="survey_version")
def retire(request: HttpRequest, survey_id: int) -> HttpResponse:
    return _change_version(
        request,
        survey_id,
        lambda row, _by, _reason: publishing.retire(survey=row),
        gettext("Out of force: nobody is asked by it any more."),
    )


def _change_version(
    request: HttpRequest,
    survey_id: int,
    change: Callable[[Survey, User, str], Survey],
    said: str,
) -> HttpResponse:
    row, form = get_object_or_404(Survey, pk=survey_id), VersionReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Say why."))
        return redirect("survey_version", row.pk)
    try:
        row = change(row, cast("User", request.user), form.cleaned_data["reason"])
    except SurveyError as error:
        messages.error(request, " ".join(error.problems))
    except (publishing.SurveyNotADraftError, publishing.SurveyNotInForceError):
        messages.error(request, gettext("Somebody changed it meanwhile: nothing was done."))
    else:
        messages.success(request, said)
    return redirect("survey_version", row.pk)
