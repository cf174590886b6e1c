"""Which signals an answer gives, by what was asked and how the answer stands. Pure."""

from __future__ import annotations

from accounts.catalogue import SignalKind
from surveys.catalogue import Moment, SurveyType

_LOW_CHECKPOINT = {
    Moment.END_OF_ONBOARDING: SignalKind.SURVEY_LOW_ONBOARDING,
    Moment.FIRST_VALUE: SignalKind.SURVEY_LOW_FIRST_VALUE,
    Moment.BEFORE_RENEWAL: SignalKind.SURVEY_LOW_RENEWAL,
    Moment.AFTER_EXPANSION: SignalKind.SURVEY_LOW_EXPANSION,
}


def answer_signals(
    *, kind: SurveyType, moment: Moment, standing: int | None
) -> tuple[SignalKind, ...]:
    """`standing`: -1 unfavourable, 0 neutral, 1 favourable, None without a score. Answers after a
    ticket are support's own: nothing is said of them but that there was one."""
    found = [SignalKind.SURVEY_ANSWERED]
    if moment is Moment.AFTER_TICKET:
        return tuple(found)
    if standing == -1:
        is_nps = kind is SurveyType.NPS
        low = _LOW_CHECKPOINT.get(moment, SignalKind.SURVEY_LOW)
        found.append(SignalKind.SURVEY_DETRACTOR if is_nps else low)
    if standing == 1 and moment is Moment.FIRST_VALUE:
        found.append(SignalKind.SURVEY_HIGH_FIRST_VALUE)
    return tuple(found)
