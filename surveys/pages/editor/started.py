"""What answers to a survey start: who deals with them, and which playbooks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext

from surveys.catalogue import Moment
from surveys.library.definition import SurveyDefinition
from surveys.scoring.scores import AnswerScale, Standing, SurveyKind
from surveys.signals import answer_signals


class StartedPlaybook(NamedTuple):
    name: str
    href: str


# By signal the playbooks in force that it starts; given by whoever knows playbooks.
StartedBySignals = Callable[[Collection[str]], Mapping[str, Sequence[StartedPlaybook]]]


@dataclass(frozen=True, slots=True)
class AnswerStart:
    """`answers`: which ones; `sentence`: what becomes of them besides the playbooks."""

    answers: str
    sentence: str
    playbooks: tuple[StartedPlaybook, ...]


def answer_starts(survey: SurveyDefinition, started: StartedBySignals) -> list[AnswerStart]:
    """Low answers, high ones, and all."""
    signals = {
        standing: answer_signals(kind=survey.kind, moment=survey.moment, standing=standing)
        for standing in ((-1, 1) if survey.is_scored else ())
    }
    every = answer_signals(kind=survey.kind, moment=survey.moment, standing=None)
    signals = {standing: found[len(every) :] for standing, found in signals.items()}
    by_signal = started([signal for found in (*signals.values(), every) for signal in found])

    def playbooks_of(found: Sequence[str]) -> tuple[StartedPlaybook, ...]:
        return tuple(each for signal in found for each in by_signal.get(signal, ()))

    rows = [
        AnswerStart(_answers_in_words(survey, standing), _sentence_of(survey, standing), playbooks)
        for standing, found in signals.items()
        for playbooks in [playbooks_of(found)]
    ]
    return [*rows, AnswerStart(gettext("Any answer"), "", playbooks_of(every))]


def _answers_in_words(survey: SurveyDefinition, standing: int) -> str:
    wanted = Standing.UNFAVOURABLE if standing == -1 else Standing.FAVOURABLE
    scale = AnswerScale(
        SurveyKind(survey.kind.value), survey.lowest, survey.highest, survey.is_reversed
    )
    answers = scale.answers(wanted)
    ends = {"low": answers[0], "high": answers[-1]}
    if standing == -1:
        return gettext("A low answer, %(low)s to %(high)s") % ends
    return gettext("A high answer, %(low)s to %(high)s") % ends


def _sentence_of(survey: SurveyDefinition, standing: int) -> str:
    if survey.moment is Moment.AFTER_TICKET:
        return gettext("Nothing: answers after a ticket are support’s own.")
    if standing == -1:
        return gettext("Whoever answers for the account deals with it within a day.")
    return ""
