"""What a survey adds to its message as it goes out: the links, which lie nowhere until then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext, override

from accounts.models import Installation, OutboxMessage
from accounts.work.additions import MessageAddition
from surveys.colours import text_on
from surveys.invitation_links import survey_path
from surveys.library.definition import SurveyText
from surveys.library.merged_text import merged
from surveys.models import Invitation, SurveyBranding

_KEY = "survey:"
THUMB, GAP = 44, 2
_ANSWERED = (
    Invitation.State.WRITTEN,
    Invitation.State.SENT,
    Invitation.State.ANSWERED,
)


@dataclass(frozen=True, slots=True)
class ScoreLink:
    """`label` is what a screen reader says."""

    value: int
    link: str
    label: str


def message_key(invitation: Invitation) -> str:
    return f"{_KEY}{invitation.pk}"


def addition_of(message: OutboxMessage) -> MessageAddition | None:
    """None for messages of others. Raises ValueError where its invitation was taken back."""
    if not message.key.startswith(_KEY):
        return None
    invitation = Invitation.objects.select_related("survey").filter(message=message).first()
    if invitation is None or invitation.state not in _ANSWERED:
        raise ValueError(f"{message.key} asks nobody any more")
    text = invitation.survey.definition().texts[invitation.language]
    branding = SurveyBranding.current()
    company = branding.name or Installation.current().name
    link = settings.BASE_URL + survey_path(invitation.pk, invitation.nonce)
    with override(invitation.language):
        scores = list(_score_links(invitation, text, company=company, link=link))
        return MessageAddition(
            text=_as_text(scores, text, link),
            html=_as_html(scores, text, link, branding.colour),
            link=link,
            language=invitation.language,
        )


def _score_links(
    invitation: Invitation, text: SurveyText, *, company: str, link: str
) -> Iterator[ScoreLink]:
    survey = invitation.survey
    if not text.question:
        return
    question = merged(text.question, company=company)
    for value in range(survey.lowest, survey.highest + 1):
        words = {"question": question, "value": value, "highest": survey.highest}
        label = gettext("%(question)s %(value)s of %(highest)s") % words
        yield ScoreLink(value, f"{link}?score={value}", label)


def _as_text(scores: list[ScoreLink], text: SurveyText, link: str) -> str:
    scale = [f"{score.value}: {score.link}" for score in scores]
    ends = [f"{text.low} – {text.high}"] if scores and (text.low or text.high) else []
    return "\n".join([*ends, *scale, "", f"{_open_words()}: {link}"]).lstrip("\n")


def _as_html(scores: list[ScoreLink], text: SurveyText, link: str, colour: str) -> str:
    return render_to_string(
        "mail/survey_scale.html",
        {
            "scores": scores,
            "width": _score_width(len(scores)),
            "low": text.low,
            "high": text.high,
            "link": link,
            "colour": colour,
            "text_colour": text_on(colour),
            "open_words": _open_words(),
        },
    )


def _score_width(scores: int) -> int:
    """In pixels: as wide as a thumb, or what is left of the narrowest phone (320, less its margins
    and a gap of 2 beside each)."""
    room = (304 - GAP) // scores - GAP if scores else THUMB
    return min(THUMB, room)


def _open_words() -> str:
    return gettext("Open the survey")
