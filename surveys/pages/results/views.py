"""Scores side by side, and what each survey's score is made of."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.access import Right, may, requires
from accounts.catalogue import label
from accounts.models import User
from accounts.ui.pagination import COUNT_CAP, page_number, take_page
from surveys.actions.baselines import NoBaselineError, set_baseline
from surveys.catalogue import KIND_WORDS, SurveyType
from surveys.models import Survey, SurveyPolicy
from surveys.pages.results.forms import BaselineForm
from surveys.pages.results.params import PERIODS, ResultParams
from surveys.pages.results.pictures import (
    response_matrix,
    segments_matrix,
    spread_picture,
    spread_rows,
    theme_rows,
    trend_picture,
)
from surveys.pages.results.rows import ResultRow, grouped_rows, result_row
from surveys.pages.results.words import CUT_WORDS, cut_value_word, reading_words, standing_word
from surveys.queries.answer_counts import PEOPLE_CUTS, AnswerCut
from surveys.queries.answers import (
    READ_AT_MOST,
    AnswerFilter,
    answers_of,
    kind_of,
    silent_accounts,
    spread_of,
    themes_of,
    trend_of,
)
from surveys.queries.results import survey_results
from surveys.queries.together import readings_by_segment

PAGE_SIZE = 50


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    user, asked = cast("User", request.user), ResultParams.of(request)
    found = survey_results(user=user, period=asked.period, cut=asked.cut)
    low_percent = SurveyPolicy.current().low_response_percent
    readings = readings_by_segment(user=user, period=asked.period)
    groups = grouped_rows(found, asked, low_percent=low_percent)
    context = {
        "groups": groups,
        "list_rows": [] if asked.cut else [row for group in groups for row in group.rows],
        "has_answers": any(each.answers or each.before for each in found),
        "readings": [
            (
                label(each.segment) if each.segment else gettext("None known"),
                reading_words(each.reading),
            )
            for each in readings
        ],
        "matrix": segments_matrix(readings),
        "may_administer": may(user, Right.ADMINISTER),
        **_control_context(asked),
    }
    return render(request, "survey_results/index.html", context)


def _control_context(asked: ResultParams) -> dict[str, Any]:
    return {
        "days": asked.period.days,
        "by": asked.cut or "",
        "cut_word": gettext(CUT_WORDS[asked.cut]) if asked.cut else "",
        "periods": [
            {
                "word": ngettext("%(days)s day", "%(days)s days", days) % {"days": days},
                "href": asked.query(days=days),
                "is_current": days == asked.period.days,
            }
            for days in PERIODS
        ],
        "cuts": [(cut.value, gettext(word)) for cut, word in CUT_WORDS.items()],
    }


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def survey(request: HttpRequest, key: str) -> HttpResponse:
    user, asked = cast("User", request.user), ResultParams.of(request, usual_cut=AnswerCut.SEGMENT)
    return _survey_page(request, user, key, asked)


def _survey_page(
    request: HttpRequest, user: User, key: str, asked: ResultParams, *, form: Any = None
) -> HttpResponse:
    """`form`: that of the baseline, with what is wrong with it."""
    name, kind = _survey_or_404(user, key)
    is_quarterly = request.GET.get("trend") == "quarter"
    rows = answers_of(user, AnswerFilter(key, kind, asked.period))
    trend = trend_of(user, key=key, kind=kind, today=clock.today(), is_quarterly=is_quarterly)
    answers_page = reverse("survey_answers", args=[key])
    given = spread_of(rows)
    low_percent = SurveyPolicy.current().low_response_percent
    found_themes = themes_of(rows)
    cut_rows = _cut_rows(user, key, kind, asked, low_percent=low_percent)
    shown_groups, page = take_page(cut_rows, number=page_number(request), size=PAGE_SIZE)
    context = {
        "key": key,
        "name": name,
        "kind": KIND_WORDS.label(kind),
        "is_free": kind == SurveyType.FREE,
        "whole": _whole_row(user, key, kind, name, asked, low_percent=low_percent),
        "cut_rows": shown_groups,
        "page": page,
        "groups_total": len(cut_rows),
        "matrix": None
        if kind == SurveyType.FREE
        else response_matrix(
            cut_rows,
            kind=kind,
            low_percent=low_percent,
            cut_word=gettext(CUT_WORDS[asked.cut or AnswerCut.SEGMENT]),
        ),
        "trend": trend_picture(trend, is_quarterly=is_quarterly, kind=kind),
        "is_quarterly": is_quarterly,
        "trend_href": asked.query(trend="month" if is_quarterly else "quarter"),
        "spread": spread_picture(given, kind=kind),
        "spread_rows": spread_rows(given, answers_page=answers_page, asked=asked),
        "themes": theme_rows(found_themes, answers_page=answers_page, asked=asked),
        "read_at_most": READ_AT_MOST,
        "silent_href": reverse("survey_silent", args=[key]),
        "answers_href": answers_page + asked.query(by=None),
        "baseline_form": form or BaselineForm(),
        "may_administer": may(user, Right.ADMINISTER),
        **_control_context(asked),
    }
    return render(request, "survey_results/survey.html", context)


def _survey_or_404(user: User, key: str) -> tuple[str, str]:
    """Name and kind. One that is not known here is found by the answers one may see."""
    newest = Survey.objects.filter(key=key).order_by("-version").only("name", "kind").first()
    if newest is not None:
        return newest.name, newest.kind
    kind = kind_of(user, key)
    if kind is None:
        raise Http404
    return KIND_WORDS.label(key), kind


def _whole_row(
    user: User, key: str, kind: str, name: str, asked: ResultParams, *, low_percent: int
) -> ResultRow | None:
    whole = ResultParams(asked.period, None)
    found = survey_results(user=user, period=asked.period, key=key)
    rows = [result_row(r, whole, word=name, low_percent=low_percent) for r in found]
    return next((row for row in rows if row.result.kind == kind), None)


def _cut_rows(
    user: User, key: str, kind: str, asked: ResultParams, *, low_percent: int
) -> list[ResultRow]:
    found = survey_results(user=user, period=asked.period, cut=asked.cut, key=key)
    groups = grouped_rows(found, asked, low_percent=low_percent)
    return [row for group in groups for row in group.rows if row.result.kind == kind]


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def answers(request: HttpRequest, key: str) -> HttpResponse:
    user, asked = cast("User", request.user), ResultParams.of(request)
    name, usual_kind = _survey_or_404(user, key)
    wanted = _answer_filter(request, key, usual_kind, asked)
    rows = answers_of(user, wanted)
    theme = request.GET.get("theme", "")
    if theme:
        about = [each.answers for each in themes_of(rows) if each.label == theme]
        rows = rows.filter(pk__in=about[0] if about else ())
    listed = rows.select_related("account", "contact", "follow_up")
    found, page = take_page(
        listed.order_by("-answered_at", "-pk"), number=page_number(request), size=PAGE_SIZE
    )
    total = rows.order_by().values("pk")[: COUNT_CAP + 1].count()
    context = {
        "key": key,
        "name": name,
        "found": found,
        "page": page,
        "total": min(total, COUNT_CAP),
        "is_capped": total > COUNT_CAP,
        "days": asked.period.days,
        "standing": "" if wanted.standing is None else str(wanted.standing),
        "standings": [(str(each), standing_word(each, wanted.kind)) for each in (1, 0, -1)],
        "kind": wanted.kind,
        "by": wanted.cut or "",
        "value": wanted.value if wanted.value is not None else "",
        "has_value": wanted.value is not None,
        "given": "" if wanted.given is None else wanted.given,
        "theme": theme,
        "filters": _filters_in_words(wanted, theme),
        "survey_href": reverse("survey_results", args=[key]) + f"?days={asked.period.days}",
        "periods": PERIODS,
    }
    return render(request, "survey_results/answers.html", context)


def _answer_filter(
    request: HttpRequest, key: str, usual_kind: str, asked: ResultParams
) -> AnswerFilter:
    """What is mistyped filters nothing."""
    said = request.GET
    kind, standing, given = said.get("kind"), said.get("standing"), said.get("given", "")
    is_number = given.isascii() and given.isdigit() and len(given) < 3
    return AnswerFilter(
        key=key,
        kind=kind if kind in set(SurveyType) else usual_kind,
        period=asked.period,
        standing=int(standing) if standing in ("1", "0", "-1") else None,
        cut=asked.cut,
        value=said.get("value") if asked.cut else None,
        given=int(given) if is_number else None,
    )


def _filters_in_words(wanted: AnswerFilter, theme: str) -> str:
    said = []
    if wanted.standing is not None:
        said.append(standing_word(wanted.standing, wanted.kind))
    if wanted.given is not None:
        said.append(gettext("answered %(value)s") % {"value": wanted.given})
    if wanted.cut is not None and wanted.value is not None:
        people = (
            dict(User.objects.filter(pk=int(wanted.value)).values_list("pk", "name"))
            if wanted.cut in PEOPLE_CUTS
            and wanted.value.isascii()
            and wanted.value.isdigit()
            and len(wanted.value) < 19
            else {}
        )
        names = {str(pk): name for pk, name in people.items()}
        said.append(cut_value_word(wanted.cut, wanted.value, people=names))
    if theme:
        said.append(gettext("about “%(theme)s”") % {"theme": theme})
    return ", ".join(said)


@requires(Right.VIEW_ACCOUNTS)
@require_safe
def silent(request: HttpRequest, key: str) -> HttpResponse:
    user = cast("User", request.user)
    name, _kind = _survey_or_404(user, key)
    rows = silent_accounts(user, key=key, now=clock.now())
    found, page = take_page(rows, number=page_number(request), size=PAGE_SIZE)
    context = {
        "key": key,
        "name": name,
        "found": found,
        "page": page,
        "survey_href": reverse("survey_results", args=[key]),
    }
    return render(request, "survey_results/silent.html", context)


@requires(Right.ADMINISTER, page="survey_results")
def baseline(request: HttpRequest, key: str) -> HttpResponse:
    user, asked = cast("User", request.user), ResultParams.of(request, usual_cut=AnswerCut.SEGMENT)
    _name, kind = _survey_or_404(user, key)
    form = BaselineForm(request.POST)
    if form.is_valid():
        try:
            set_baseline(key=key, kind=kind, by=user, now=clock.now(), **form.cleaned_data)
        except NoBaselineError:
            form.add_error(
                None,
                gettext("A baseline needs days that are over, with at least 10 scored answers."),
            )
        else:
            messages.success(request, gettext("The baseline is set: scores after it are judged."))
            return redirect("survey_results", key)
    return _survey_page(request, user, key, asked, form=form)
