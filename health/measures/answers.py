"""What people of the account answer when they are asked. Answers after a ticket are support's own
and count in none of these."""

import numpy as np

from health.measures.definition import Better, FactSource
from health.measures.demands import SurveyScore
from health.measures.families import ChosenAbsence, measure_of
from health.measures.inputs import Facts, Floats
from health.measures.parameters import YEAR_OF_DAYS, Chosen, Parameter, ParameterKind, days_of
from health.measures.windows import MeasureWindow, WindowUnit
from surveys.catalogue import SurveyType

# People are asked a few times a year.
HALF_YEAR = Parameter("days", "Window in days", ParameterKind.DAYS, default="182")


def _nps_asked(chosen: Chosen) -> SurveyScore:
    return SurveyScore(SurveyType.NPS, days_of(chosen))


def _nps_asked_before(chosen: Chosen) -> SurveyScore:
    return SurveyScore(SurveyType.NPS, 2 * days_of(chosen), days_of(chosen))


def _csat_asked(chosen: Chosen) -> SurveyScore:
    return SurveyScore(SurveyType.CSAT, days_of(chosen), at_checkpoints=True)


def _ces_asked(chosen: Chosen) -> SurveyScore:
    return SurveyScore(SurveyType.CES, days_of(chosen))


@measure_of(
    key="nps",
    name="NPS",
    unit="points",
    sources=(FactSource.SURVEYS,),
    direction=Better.MORE,
    window=MeasureWindow(WindowUnit.CHOSEN, 1),
    raw="share of promoters less share of detractors among the answers of the window, -100 to 100",
    empty="no answer is no value: an account that was never asked is neither praised nor punished",
    missing=(
        ChosenAbsence(
            "nobody answered in the window",
            lambda facts, chosen: np.isnan(facts.chosen[_nps_asked(chosen)]),
        ),
    ),
    parameters=(YEAR_OF_DAYS,),
    reads=lambda chosen: (_nps_asked(chosen),),
)
def nps(facts: Facts, chosen: Chosen) -> Floats:
    return facts.chosen[_nps_asked(chosen)]


@measure_of(
    key="nps_trend",
    name="NPS trend",
    unit="points",
    sources=(FactSource.SURVEYS,),
    direction=Better.MORE,
    window=MeasureWindow(WindowUnit.CHOSEN, 2),
    raw="NPS of the window less NPS of the window before it",
    empty="without an answer in both windows there is no value",
    missing=(
        ChosenAbsence(
            "nobody answered in the window, or in the one before it",
            lambda facts, chosen: np.isnan(nps_trend(facts, chosen)),
        ),
    ),
    parameters=(HALF_YEAR,),
    reads=lambda chosen: (_nps_asked(chosen), _nps_asked_before(chosen)),
)
def nps_trend(facts: Facts, chosen: Chosen) -> Floats:
    return facts.chosen[_nps_asked(chosen)] - facts.chosen[_nps_asked_before(chosen)]


@measure_of(
    key="checkpoint_csat",
    name="CSAT at checkpoints",
    unit="%",
    sources=(FactSource.SURVEYS,),
    direction=Better.MORE,
    window=MeasureWindow(WindowUnit.CHOSEN, 1),
    raw="satisfied answers at the end of onboarding, after first value, before renewal and after"
    " an expansion, of all answers there in the window",
    empty="no answer is no value",
    missing=(
        ChosenAbsence(
            "nobody answered at a checkpoint in the window",
            lambda facts, chosen: np.isnan(facts.chosen[_csat_asked(chosen)]),
        ),
    ),
    parameters=(YEAR_OF_DAYS,),
    reads=lambda chosen: (_csat_asked(chosen),),
)
def checkpoint_csat(facts: Facts, chosen: Chosen) -> Floats:
    return facts.chosen[_csat_asked(chosen)]


@measure_of(
    key="ces",
    name="CES",
    unit="%",
    sources=(FactSource.SURVEYS,),
    direction=Better.MORE,
    window=MeasureWindow(WindowUnit.CHOSEN, 1),
    raw="answers that call a task easy, of all answers about effort in the window",
    empty="no answer is no value",
    missing=(
        ChosenAbsence(
            "nobody answered in the window",
            lambda facts, chosen: np.isnan(facts.chosen[_ces_asked(chosen)]),
        ),
    ),
    parameters=(YEAR_OF_DAYS,),
    reads=lambda chosen: (_ces_asked(chosen),),
)
def ces(facts: Facts, chosen: Chosen) -> Floats:
    return facts.chosen[_ces_asked(chosen)]
