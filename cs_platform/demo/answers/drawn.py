"""Who is asked, who answers, and what: from the satisfaction of that day, with noise of persons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from accounts.demo.timeline import Timeline
from cs_platform.demo.answers.comments import BAD, THEMES, comment
from cs_platform.demo.answers.occasions import AskingOccasion, ToldAccount, occasions
from surveys.catalogue import Moment
from surveys.models.policy import SurveyPolicy
from surveys.scoring.governance import HeldBack
from surveys.scoring.scores import SCALES, Standing, SurveyKind

PERSON_NOISE, DAY_NOISE = 0.1, 0.08
RESPONSE_LOW, RESPONSE_HIGH = 0.15, 0.45
COMMENTED, COMPLAINED = 0.5, 0.75
MAY_CALL = 0.3
KIND_OF_SURVEY = {"nps": SurveyKind.NPS, "effort_ces": SurveyKind.CES}
# An answer at a satisfaction of 0, and how much more at 1.
_LINES = {SurveyKind.NPS: (1.3, 9.7), SurveyKind.CSAT: (1.2, 4.2), SurveyKind.CES: (1.2, 6.4)}
STANDINGS = {Standing.FAVOURABLE: 1, Standing.NEUTRAL: 0, Standing.UNFAVOURABLE: -1}
_OWN_THEMES = {
    "onboarding_csat": "onboarding", "ticket_csat": "support", "effort_ces": "workflows",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnAnswer:
    """`minutes` after the question."""

    minutes: int
    value: int
    standing: int
    words: str
    may_call: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnQuestion:
    """`held_back` says why not; `answer` is None where nothing came back."""

    occasion: AskingOccasion
    kind: SurveyKind
    language: str
    minute: int
    nonce: str
    held_back: HeldBack | None
    answer: DrawnAnswer | None


def response_chance(mood: float) -> float:
    """From 15 % where nobody is content to 45 % where all are."""
    share = (mood - 0.3) / 0.6
    return RESPONSE_LOW + (RESPONSE_HIGH - RESPONSE_LOW) * min(max(share, 0.0), 1.0)


def value_of(kind: SurveyKind, felt: float) -> int:
    """On the scale of the kind; `felt` is the satisfaction of a person."""
    begins, more = _LINES[kind]
    scale = SCALES[kind]
    return int(min(max(round(begins + more * felt), scale.lowest), scale.highest))


def draw_answers(
    random: np.random.Generator, *, told: ToldAccount, timeline: Timeline, policy: SurveyPolicy
) -> Iterator[DrawnQuestion]:
    """In order of day."""
    path = told.profile.account.path
    leanings = {p.id: float(random.normal(0, PERSON_NOISE)) for p in told.people}
    asked_on: dict[int, int] = {}
    for each in occasions(told, timeline=timeline):
        luck = random.random(8)
        noise, waited = float(random.normal(0, DAY_NOISE)), float(random.exponential(2_200))
        nonce = random.bytes(11).hex()
        kind = KIND_OF_SURVEY.get(each.survey, SurveyKind.CSAT)
        mood = float(path[min(each.day, len(path) - 1)])
        felt = mood + leanings[each.person.id] + noise
        held_back = _reason_held_back(each, told=told, asked_on=asked_on, policy=policy)
        if held_back is None and each.rated is None:
            asked_on[each.person.id] = each.day
        answers = each.rated is not None or luck[0] < response_chance(mood)
        language = each.person.language or told.profile.language
        answer = None
        if held_back is None and answers:
            value = each.rated or value_of(kind, felt)
            answer = _write_answer(each, value, kind, language, luck=luck, waited=waited)
        yield DrawnQuestion(
            occasion=each, kind=kind, language=language, minute=540 + int(luck[1] * 400),
            nonce=nonce, held_back=held_back, answer=answer,
        )  # fmt: skip


def _reason_held_back(
    each: AskingOccasion, *, told: ToldAccount, asked_on: dict[int, int], policy: SurveyPolicy
) -> HeldBack | None:
    """What support asked with a ticket is not counted here."""
    if each.rated is not None:
        return None
    since = each.day - policy.bad_ticket_days
    if each.moment == Moment.RHYTHM and any(
        (t.is_urgent and since < t.opened <= each.day)
        or (t.satisfaction in (1, 2) and since < t.solved <= each.day)
        for t in told.tickets
    ):
        return HeldBack.BAD_TICKET
    last = asked_on.get(each.person.id)
    if last is not None and each.day - last < policy.days_between:
        return HeldBack.ASKED_LATELY
    return None


def _write_answer(
    each: AskingOccasion,
    value: int,
    kind: SurveyKind,
    language: str,
    *,
    luck: np.ndarray,
    waited: float,
) -> DrawnAnswer:
    standing = STANDINGS[SCALES[kind].reading(value)]
    words = ""
    if luck[2] < (COMPLAINED if standing == BAD else COMMENTED):
        theme = THEMES[int(luck[4] * len(THEMES))]
        if luck[3] < 0.7:
            theme = _OWN_THEMES.get(each.survey, theme)
        words = comment(language=language, standing=standing, theme=theme, turn=float(luck[5]))
    return DrawnAnswer(
        minutes=5 + int(min(waited, 12_000)), value=value, standing=standing, words=words,
        may_call=bool(luck[6] < MAY_CALL),
    )  # fmt: skip
