"""What stands on every page of a draft: its head, its parts with what is missing, its preview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from accounts.ui.formats import language
from surveys.library.changes import TEXT_WORDS
from surveys.library.definition import SurveyDefinition
from surveys.library.definition_reader import examine_survey
from surveys.library.missing_texts import TextGap, text_gaps
from surveys.library.survey_yaml import as_mapping
from surveys.models import Survey
from surveys.pages.editor.settings_form import KnownNames, unknown_chosen
from surveys.pages.editor.text_form import field_of, gap_words
from surveys.pages.editor.undo import has_undo

WIDTHS = (390, 768, 1280)
"""Of screens on which the preview beside the form is shown."""


@dataclass(frozen=True, slots=True)
class DraftTab:
    word: str
    href: str
    is_current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class DraftProblem:
    """What keeps a draft from being published, with where it is mended."""

    where: str
    href: str
    words: str


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """`content`: what can be read of it, in the shape of the YAML."""

    row: Survey
    survey: SurveyDefinition
    content: Mapping[str, Any]
    gaps: list[TextGap]
    faults: list[str]
    known: KnownNames

    def gaps_of(self, code: str) -> list[TextGap]:
        return [gap for gap in self.gaps if gap.language == code]

    def place_of(self, gap: TextGap) -> str:
        """The words of the text that is missing."""
        if not gap.key:
            return gettext(TEXT_WORDS[gap.name])
        keys = [each.key for each in self.survey.further]
        number = {"number": keys.index(gap.key) + 1}
        if gap.name == "options":
            return gettext("Options of further question %(number)s") % number
        return gettext("Further question %(number)s") % number


def open_survey(survey_id: int) -> Survey:
    row = Survey.objects.select_related("edited_by", "published_by").filter(pk=survey_id).first()
    if row is None:
        raise Http404
    return row


def in_force_of(row: Survey) -> Survey | None:
    return Survey.objects.filter(key=row.key, state=Survey.State.PUBLISHED).first()


def open_draft(row: Survey) -> OpenDraft:
    survey, faults = examine_survey(row.as_mapping())
    return OpenDraft(
        row=row,
        survey=survey,
        content=as_mapping(survey),
        gaps=text_gaps(survey),
        faults=[each for each in faults if not each.startswith("texts.")],
        known=KnownNames(),
    )


def draft_problems(draft: OpenDraft) -> list[DraftProblem]:
    settings = reverse("survey_version", args=[draft.row.pk])
    found = [DraftProblem(gettext("Settings"), settings, words) for words in draft.faults]
    for name, words in unknown_chosen(draft.survey, draft.known):
        found.append(DraftProblem(gettext("Settings"), f"{settings}#id_{name}", str(words)))
    return found + [_text_problem(draft, gap) for gap in draft.gaps if gap.is_needed]


def _text_problem(draft: OpenDraft, gap: TextGap) -> DraftProblem:
    page = reverse("survey_text", args=[draft.row.pk, gap.language])
    where = {"language": language(gap.language), "place": draft.place_of(gap)}
    return DraftProblem(
        gettext("%(language)s: %(place)s") % where,
        f"{page}#id_{field_of(gap.name, gap.key)}",
        gap_words(gap),
    )


def draft_context(
    request: HttpRequest, draft: OpenDraft, *, part: str, code: str = ""
) -> dict[str, Any]:
    """`part`: settings, text (of the language `code`), languages, yaml."""
    row = draft.row
    shown = code or next(iter(draft.survey.texts), "")
    frame = reverse("survey_preview_frame", args=[row.pk])
    told = {"lang": shown, "saved": str(row.revision)}
    return {
        "row": row,
        "draft": draft,
        "part": part,
        "code": code,
        "in_force": in_force_of(row),
        "problems": draft_problems(draft),
        "tabs": _tabs_of(draft, part=part, code=code),
        "has_undo": has_undo(request, row),
        "frame": f"{frame}?{urlencode(told)}" if shown else "",
        "frame_language": shown,
        "widths": WIDTHS,
        "width": _chosen_width(request),
    }


def _chosen_width(request: HttpRequest) -> int:
    """Of the preview, as it was when a part was sent."""
    given = request.POST.get("preview-width", "")
    return next((width for width in WIDTHS if given == str(width)), WIDTHS[0])


def _tabs_of(draft: OpenDraft, *, part: str, code: str) -> list[DraftTab]:
    pk = draft.row.pk
    needed = Counter(gap.language for gap in draft.gaps if gap.is_needed)
    tabs = [DraftTab(gettext("Settings"), reverse("survey_version", args=[pk]), part == "settings")]
    tabs += [
        DraftTab(
            language(each), reverse("survey_text", args=[pk, each]), each == code, needed[each]
        )
        for each in draft.survey.texts
    ]
    languages = reverse("survey_languages", args=[pk])
    return [
        *tabs,
        DraftTab(gettext("Languages"), languages, part == "languages"),
        DraftTab(gettext("YAML"), reverse("survey_yaml", args=[pk]), part == "yaml"),
    ]
