"""Relationship depth: who is on our side, and when did we really talk?"""

import numpy as np

from health.measures.absences import NO_INTERACTIONS
from health.measures.definition import Absence, Better, FactSource
from health.measures.inputs import Facts, Floats, only_if
from health.measures.registry import measure
from health.measures.windows import PRESENT, days

_NO_CONTACTS = Absence(
    "no contact was ever delivered to the installation", lambda facts: ~facts.contacts.connected
)
_NEVER_DAYS = 540.0


@measure(
    key="champions",
    name="Champions",
    unit="contacts",
    sources=(FactSource.CONTACTS,),
    direction=Better.MORE,
    window=PRESENT,
    raw="active contacts with the role champion",
    empty="no contact is 0",
    missing=(_NO_CONTACTS,),
)
def champions(facts: Facts) -> Floats:
    return only_if(facts.contacts.connected, facts.contacts.champions)


@measure(
    key="champions_left_60d",
    name="Champions who left",
    unit="contacts",
    sources=(FactSource.CONTACTS,),
    direction=Better.LESS,
    window=days(60),
    raw="contacts who were champions when they left, in 60 days",
    empty="none is 0",
    missing=(_NO_CONTACTS,),
)
def champions_left(facts: Facts) -> Floats:
    return only_if(facts.contacts.connected, facts.contacts.champions_left_60d)


@measure(
    key="days_since_executive",
    name="Executive recency",
    unit="days",
    sources=(FactSource.INTERACTIONS,),
    direction=Better.LESS,
    window=days(540),
    raw="days since an interaction in which a VP or above took part",
    empty="never is 540 days",
    missing=(NO_INTERACTIONS,),
)
def days_since_executive(facts: Facts) -> Floats:
    talks = facts.interactions
    return only_if(talks.connected, np.nan_to_num(talks.days_since_executive, nan=_NEVER_DAYS))


@measure(
    key="days_since_conversation",
    name="Latest real conversation",
    unit="days",
    sources=(FactSource.INTERACTIONS,),
    direction=Better.LESS,
    window=days(540),
    raw="days since an interaction that was not support",
    empty="never is 540 days",
    missing=(NO_INTERACTIONS,),
)
def days_since_conversation(facts: Facts) -> Floats:
    talks = facts.interactions
    return only_if(talks.connected, np.nan_to_num(talks.days_since_conversation, nan=_NEVER_DAYS))


@measure(
    key="levels_engaged_180d",
    name="Breadth",
    unit="levels",
    sources=(FactSource.INTERACTIONS,),
    direction=Better.MORE,
    window=days(180, least=90),
    raw="distinct contact levels that took part in interactions of 180 days",
    empty="nobody is 0",
    missing=(
        NO_INTERACTIONS,
        Absence(
            "less than 90 days of history",
            lambda facts: facts.interactions.connected & (facts.interactions.history * 2 < 180),
        ),
    ),
)
def levels_engaged(facts: Facts) -> Floats:
    talks = facts.interactions
    return only_if(talks.connected & (talks.history * 2 >= 180), talks.levels_180d)
