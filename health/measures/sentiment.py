"""How they feel: what a CSM says, what tickets tell, how strong the relationship is."""

import numpy as np

from accounts.catalogue import Sentiment
from health.measures.absences import NO_INTERACTIONS
from health.measures.definition import Absence, Better, FactSource
from health.measures.demands import (
    Conversations,
    CsmSentimentAge,
    CsmSentimentValue,
    TicketsNegative,
    TicketsRated,
)
from health.measures.inputs import Facts, Flags, Floats, only_if
from health.measures.registry import measure
from health.measures.windows import days

FULL_DAYS = 30
GONE_DAYS = 90
_NEUTRAL = 3.0

_VALUE, _AGE = CsmSentimentValue(), CsmSentimentAge()
_RATED, _NEGATIVE = TicketsRated(90), TicketsNegative(90)
_TALKS, _BAD_TALKS = Conversations(90), Conversations(90, Sentiment.NEGATIVE)


@measure(
    key="csm_sentiment",
    name="CSM sentiment",
    unit="1 to 5",
    sources=(FactSource.CSM_SENTIMENT,),
    direction=Better.MORE,
    window=days(GONE_DAYS),
    raw="what a CSM said of the account last, 1 at risk to 5 strong; in full for 30 days, then each"
    " day nearer to 3, which says nothing",
    empty="never said is no value",
    missing=(
        Absence(
            "no CSM has said how they see the account in 90 days",
            lambda facts: ~(facts.chosen[_AGE] < GONE_DAYS),
        ),
    ),
    reads=(_VALUE, _AGE),
)
def csm_sentiment(facts: Facts) -> Floats:
    """Old words fade: (value − 3) × what is left of them, from 30 to 90 days linearly."""
    age = facts.chosen[_AGE]
    left = np.clip((GONE_DAYS - age) / (GONE_DAYS - FULL_DAYS), 0, 1)
    faded = _NEUTRAL + (facts.chosen[_VALUE] - _NEUTRAL) * left
    return only_if(age < GONE_DAYS, faded)


_NO_TICKETS = Absence(
    "no ticket was ever delivered to the installation", lambda facts: ~facts.support.connected
)


def _has_short_history(facts: Facts) -> Flags:
    return facts.support.connected & (facts.support.history * 2 < 90)


@measure(
    key="ticket_sentiment",
    name="Ticket sentiment",
    unit="share of tickets",
    sources=(FactSource.SUPPORT,),
    direction=Better.LESS,
    window=days(90, least=45),
    raw="tickets with a negative sentiment ÷ tickets with a sentiment, opened in 90 days",
    empty="no ticket is 0",
    missing=(
        _NO_TICKETS,
        Absence("less than 45 days of history", _has_short_history),
        Absence(
            "none of its tickets of 90 days has a sentiment: for cards whose source tells one",
            lambda facts: facts.support.connected & np.isnan(facts.chosen[_NEGATIVE]),
        ),
    ),
    reads=(_NEGATIVE,),
)
def ticket_sentiment(facts: Facts) -> Floats:
    support = facts.support
    return only_if(support.connected & (support.history * 2 >= 90), facts.chosen[_NEGATIVE])


@measure(
    key="resolution_satisfaction",
    name="Resolution satisfaction",
    unit="share of ratings",
    sources=(FactSource.SUPPORT,),
    direction=Better.MORE,
    window=days(90),
    raw="satisfaction of 4 or 5 ÷ tickets with a satisfaction, solved in 90 days",
    empty="no rating is no value",
    missing=(
        _NO_TICKETS,
        Absence(
            "none of the tickets solved in 90 days has a satisfaction: for cards whose source"
            " tells one",
            lambda facts: facts.support.connected & np.isnan(facts.chosen[_RATED]),
        ),
    ),
    reads=(_RATED,),
)
def resolution_satisfaction(facts: Facts) -> Floats:
    return only_if(facts.support.connected, facts.chosen[_RATED])


@measure(
    key="relationship_strength",
    name="Relationship strength",
    unit="1 to 5",
    sources=(FactSource.INTERACTIONS, FactSource.CONTACTS),
    direction=Better.MORE,
    window=days(180, least=90),
    raw="5 strong: as 4, a VP or above took part in 90 days and three levels in 180; 4 good: two"
    " conversations in 90 days, one of them in 30, and a champion; 3 neutral: a conversation in 90"
    " days; 2 weak: in 180; 1 at risk: none in 180, or more negative than other ones in 90",
    empty="no conversation is 1",
    missing=(
        NO_INTERACTIONS,
        Absence(
            "no contact was ever delivered to the installation",
            lambda facts: ~facts.contacts.connected,
        ),
        Absence(
            "less than 90 days of history",
            lambda facts: facts.interactions.connected & (facts.interactions.history * 2 < 180),
        ),
    ),
    reads=(_TALKS, _BAD_TALKS),
)
def relationship_strength(facts: Facts) -> Floats:
    talks, people = facts.interactions, facts.contacts
    since = np.nan_to_num(talks.days_since_conversation, nan=np.inf)
    executive = np.nan_to_num(talks.days_since_executive, nan=np.inf)
    recent, negative = facts.chosen[_TALKS], facts.chosen[_BAD_TALKS]
    good = (recent >= 2) & (since < 30) & (people.champions >= 1)
    strong = good & (executive < 90) & (talks.levels_180d >= 3)
    avoiding = (since >= 180) | (negative * 2 > recent)
    strength = np.select([avoiding, strong, good, since < 90], [1.0, 5.0, 4.0, 3.0], 2.0)
    known = talks.connected & people.connected & (talks.history * 2 >= 180)
    return only_if(known, strength)
