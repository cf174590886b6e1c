"""Who of the account takes part in conversations and group sessions, and how often."""

from health.measures.absences import NO_INTERACTIONS
from health.measures.definition import Absence, Better, FactSource
from health.measures.demands import (
    ExecutiveTalks,
    FunctionsEngaged,
    PeopleWhoCame,
    ShareWhoCame,
    TalksOfKind,
)
from health.measures.families import ChosenAbsence, measure_of
from health.measures.inputs import Facts, Flags, Floats, only_if, scaled
from health.measures.parameters import DAYS, HALF_A_YEAR, INTERACTION, Chosen, days_of
from health.measures.windows import CHOSEN_DAYS, MeasureWindow, WindowUnit

_ANY_HISTORY = MeasureWindow(WindowUnit.CHOSEN, 1)


def _has_short_history(facts: Facts, chosen: Chosen) -> Flags:
    talks = facts.interactions
    return talks.connected & (talks.history * 2 < days_of(chosen))


_SHORT = ChosenAbsence("less history than half the window", _has_short_history)
_MISSING: tuple[Absence | ChosenAbsence, ...] = (NO_INTERACTIONS, _SHORT)


def _has_enough_history(facts: Facts, chosen: Chosen) -> Flags:
    talks = facts.interactions
    return talks.connected & (talks.history * 2 >= days_of(chosen))


def _talks_asked(chosen: Chosen) -> TalksOfKind:
    return TalksOfKind(chosen["kind"], days_of(chosen))


def _people_asked(chosen: Chosen) -> PeopleWhoCame:
    return PeopleWhoCame(chosen["kind"], days_of(chosen))


def _share_asked(chosen: Chosen) -> ShareWhoCame:
    return ShareWhoCame(chosen["kind"], days_of(chosen))


@measure_of(
    key="interaction_count",
    name="Interactions of a kind",
    unit="interactions",
    sources=(FactSource.INTERACTIONS,),
    direction=Better.EITHER,
    window=CHOSEN_DAYS,
    raw="interactions of the chosen kind in the window, today included, and group sessions of it to"
    " which somebody of the account came",
    empty="none is 0",
    missing=_MISSING,
    parameters=(INTERACTION, DAYS),
    reads=lambda chosen: (_talks_asked(chosen),),
)
def interaction_count(facts: Facts, chosen: Chosen) -> Floats:
    talks = facts.interactions
    counts = facts.chosen[_talks_asked(chosen)]
    return only_if(talks.connected, scaled(counts, history=talks.history, window=days_of(chosen)))


@measure_of(
    key="people_attended",
    name="People who attended",
    unit="people",
    sources=(FactSource.INTERACTIONS,),
    direction=Better.MORE,
    window=CHOSEN_DAYS,
    raw="distinct contacts who took part in interactions of the chosen kind (a QBR, a training) or"
    " came to a group session of it in the window",
    empty="nobody is 0",
    missing=_MISSING,
    parameters=(INTERACTION, HALF_A_YEAR),
    reads=lambda chosen: (_people_asked(chosen),),
)
def people_attended(facts: Facts, chosen: Chosen) -> Floats:
    return only_if(_has_enough_history(facts, chosen), facts.chosen[_people_asked(chosen)])


@measure_of(
    key="attendance_share",
    name="Attendance",
    unit="share of people expected",
    sources=(FactSource.INTERACTIONS,),
    direction=Better.MORE,
    window=_ANY_HISTORY,
    raw="who came ÷ who was expected, of the account's people at group sessions of the chosen kind"
    " in the window; who was expected at two counts twice",
    empty="nobody expected is no value",
    missing=(
        NO_INTERACTIONS,
        ChosenAbsence(
            "nobody was expected at such a session in the window",
            lambda facts, chosen: (
                facts.interactions.connected & ~(facts.chosen[_share_asked(chosen)] >= 0)
            ),
        ),
    ),
    parameters=(INTERACTION, HALF_A_YEAR),
    reads=lambda chosen: (_share_asked(chosen),),
)
def attendance_share(facts: Facts, chosen: Chosen) -> Floats:
    return only_if(facts.interactions.connected, facts.chosen[_share_asked(chosen)])


@measure_of(
    key="executive_conversations",
    name="Executive engagement",
    unit="conversations",
    sources=(FactSource.INTERACTIONS,),
    direction=Better.MORE,
    window=CHOSEN_DAYS,
    raw="interactions in the window in which a VP or above took part",
    empty="none is 0",
    missing=_MISSING,
    parameters=(HALF_A_YEAR,),
    reads=lambda chosen: (ExecutiveTalks(days_of(chosen)),),
)
def executive_conversations(facts: Facts, chosen: Chosen) -> Floats:
    talks = facts.interactions
    counts = facts.chosen[ExecutiveTalks(days_of(chosen))]
    return only_if(talks.connected, scaled(counts, history=talks.history, window=days_of(chosen)))


@measure_of(
    key="functions_engaged",
    name="Breadth of functions",
    unit="functions",
    sources=(FactSource.INTERACTIONS, FactSource.CONTACTS),
    direction=Better.MORE,
    window=CHOSEN_DAYS,
    raw="distinct job functions of the contacts who took part in interactions of the window, in any"
    " case of letters; who has none does not count",
    empty="nobody is 0",
    missing=_MISSING,
    parameters=(HALF_A_YEAR,),
    reads=lambda chosen: (FunctionsEngaged(days_of(chosen)),),
)
def functions_engaged(facts: Facts, chosen: Chosen) -> Floats:
    asked = FunctionsEngaged(days_of(chosen))
    return only_if(_has_enough_history(facts, chosen), facts.chosen[asked])
