"""Drafts begin and end; a version comes into force with a reason, is compared in words, and is
taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.access import Right, requires
from accounts.models import User
from accounts.ui.request_kind import next_page
from surveys import publishing
from surveys.library.changes import SurveyDifference, survey_differences
from surveys.library.definition_reader import SurveyError, examine_survey
from surveys.models import Survey
from surveys.pages.editor.draft_page import draft_problems, in_force_of, open_draft, open_survey
from surveys.pages.editor.draft_saves import (
    draft_gone,
    not_a_draft,
    posted,
    revision_of,
    save_content,
)
from surveys.pages.editor.fields import shown_fields
from surveys.pages.editor.forms import VersionReasonForm
from surveys.pages.editor.undo import kept_before
from surveys.publishing import SurveyMovedOnError, SurveyNotADraftError, SurveyNotInForceError

MOST_VERSIONS = 200


@requires(Right.ADMINISTER, page="survey_version")
def begin(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The draft that was begun already, or a copy of this version."""
    row = open_survey(survey_id)
    draft = publishing.begin_draft(version=row, by=cast("User", request.user), now=clock.now())
    return redirect("survey_version", draft.pk)


@requires(Right.ADMINISTER, page="survey_version")
def take_back(request: HttpRequest, survey_id: int) -> HttpResponse:
    """What this person saved last is as it was before; once more, and it is done again."""
    row = open_survey(survey_id)
    where = next_page(request, default=reverse("survey_version", args=[row.pk]))
    content = kept_before(request, row)
    if row.state != Survey.State.DRAFT or content is None:
        messages.info(request, gettext("There is nothing to take back, or somebody saved since."))
        return redirect(where)
    try:
        save_content(request, open_draft(row), content)
    except SurveyMovedOnError:
        messages.error(request, gettext("Somebody saved it meanwhile: nothing was taken back."))
    except SurveyNotADraftError:
        return draft_gone(request, row)
    else:
        messages.success(request, gettext("Taken back. Take it back again, and it is as it was."))
    return redirect(where)


@requires(Right.ADMINISTER, page="survey_version")
def discard(request: HttpRequest, survey_id: int) -> HttpResponse:
    row = open_survey(survey_id)
    try:
        publishing.discard_draft(draft=row)
    except SurveyNotADraftError:
        return not_a_draft(request, row)
    words = gettext("%(draft)s is thrown away. What is in force is untouched.")
    messages.success(request, words % {"draft": row})
    return redirect("surveys_editor")


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, survey_id: int) -> HttpResponse:
    """What would change against the version in force; a reason brings it into force."""
    row = open_survey(survey_id)
    if row.state != Survey.State.DRAFT:
        return not_a_draft(request, row)
    form, draft = VersionReasonForm(posted(request)), open_draft(row)
    problems = draft_problems(draft)
    if form.is_bound and form.is_valid() and not problems:
        reason, revision = form.cleaned_data["reason"], revision_of(request)
        return _decide_and_lead(
            request,
            row,
            lambda by: publishing.publish(
                survey=row, by=by, now=clock.now(), reason=reason, revision=revision
            ),
            gettext("%(version)s is in force: it is asked from now on."),
        )
    in_force = in_force_of(row)
    context = {
        "row": row,
        "form": form,
        "fields": shown_fields(form),
        "problems": problems,
        "in_force": in_force,
        "changes": compared(in_force, row) if in_force else [],
    }
    return render(request, "survey_editor/publish.html", context)


def compared(before: Survey, after: Survey) -> list[SurveyDifference]:
    """In words; of a draft that is not complete, as far as it can be read."""
    old, new = (examine_survey(each.as_mapping())[0] for each in (before, after))
    return survey_differences(old, new)


def _decide_and_lead(
    request: HttpRequest, asked: Survey, act: Callable[[User], Survey], words: str
) -> HttpResponse:
    try:
        made = act(cast("User", request.user))
    except SurveyError as error:
        messages.error(request, " ".join(error.problems))
    except SurveyMovedOnError:
        messages.error(request, gettext("Somebody saved it meanwhile: look again at what changes."))
        return redirect("survey_publish", asked.pk)
    except (SurveyNotADraftError, SurveyNotInForceError):
        messages.error(request, gettext("Somebody changed it meanwhile: nothing was done."))
    else:
        messages.success(request, words % {"version": made})
        return redirect("survey_version", made.pk)
    exists = Survey.objects.filter(pk=asked.pk).exists()
    return redirect("survey_version", asked.pk) if exists else redirect("surveys_editor")


@requires(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, survey_id: int) -> HttpResponse:
    """A new version in force that says what this earlier one said."""
    version = open_survey(survey_id)
    if version.state != Survey.State.RETIRED:
        messages.info(request, gettext("Only what is out of force can be gone back to."))
        return redirect("survey_version", version.pk)
    form = VersionReasonForm(posted(request))
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        return _decide_and_lead(
            request,
            version,
            lambda by: publishing.roll_back(version=version, by=by, reason=reason, now=clock.now()),
            gettext("%(version)s is in force and says what the earlier one said."),
        )
    in_force = in_force_of(version)
    context = {
        "row": version,
        "form": form,
        "fields": shown_fields(form),
        "in_force": in_force,
        "changes": compared(in_force, version) if in_force else [],
    }
    return render(request, "survey_editor/back.html", context)


@requires(Right.ADMINISTER, page="survey_version")
def retire(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Nobody is asked by it from then on."""
    version = open_survey(survey_id)
    return _decide_and_lead(
        request,
        version,
        lambda _by: publishing.retire(survey=version),
        gettext("%(version)s is out of force: nobody is asked by it any more."),
    )


@requires(Right.ADMINISTER)
@require_safe
def versions(request: HttpRequest, survey_id: int) -> HttpResponse:
    """All there were, and how this one differs from another (`with`)."""
    one = open_survey(survey_id)
    rows = Survey.objects.filter(key=one.key).select_related("published_by")
    listed = list(rows.order_by("-version")[:MOST_VERSIONS])
    others = [each for each in listed if each.pk != one.pk]
    named = request.GET.get("with", "")
    other = next((each for each in others if str(each.pk) == named), None)
    if named and other is None:
        raise Http404
    other = other or _nearest_version(one, others)
    sides = sorted((one, other), key=lambda each: each.version) if other else []
    first, second = sides or (None, None)
    context = {
        "row": one,
        "rows": listed,
        "first": first,
        "second": second,
        "changes": compared(first, second) if first and second else [],
    }
    return render(request, "survey_editor/versions.html", context)


def _nearest_version(one: Survey, others: list[Survey]) -> Survey | None:
    """What it followed, else what followed it."""
    earlier = [each for each in others if each.version < one.version]
    return next(iter(earlier or others[-1:]), None)
