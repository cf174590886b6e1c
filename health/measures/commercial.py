"""Commercial trajectory: is the account growing, talking business, and paying?"""

import numpy as np

from health.measures.absences import NO_EVENTS, NO_INTERACTIONS
from health.measures.definition import Absence, Better, FactSource
from health.measures.inputs import Facts, Flags, Floats, only_if, ratio, scaled
from health.measures.registry import measure
from health.measures.windows import MeasureWindow, WindowUnit, days

_NO_PENALTY = Absence(f"{NO_EVENTS.words} (then nothing is taken off)", NO_EVENTS.holds)
# “Flat” is within one per cent either way.
_FLAT = 0.01
_NO_RATE = "an amount in its ARR has no rate into the account's currency"


@measure(
    key="arr_movement",
    name="ARR movement",
    unit="change",
    sources=(FactSource.REVENUE,),
    direction=Better.MORE,
    window=days(365, least=365),
    raw="ARR ÷ ARR 365 days before − 1",
    empty="an account without ARR now is −100 %",
    missing=(
        Absence("no ARR 365 days before", lambda facts: facts.revenue.arr_365d_ago <= 0),
        Absence(_NO_RATE, lambda facts: np.isnan(facts.revenue.arr + facts.revenue.arr_365d_ago)),
    ),
)
def arr_movement(facts: Facts) -> Floats:
    return ratio(facts.revenue.arr, facts.revenue.arr_365d_ago) - 1


@measure(
    key="commercial_conversations_90d",
    name="Commercial conversations",
    unit="conversations",
    sources=(FactSource.INTERACTIONS,),
    direction=Better.MORE,
    window=days(90, least=45),
    raw="interactions marked commercial in 90 days, support aside",
    empty="no conversation is 0",
    missing=(
        NO_INTERACTIONS,
        Absence(
            "less than 45 days of history",
            lambda facts: facts.interactions.connected & (facts.interactions.history * 2 < 90),
        ),
    ),
)
def commercial_conversations(facts: Facts) -> Floats:
    talks = facts.interactions
    counts = scaled(talks.commercial_90d, history=talks.history, window=90)
    return only_if(talks.connected, counts)


@measure(
    key="upsells_declined_90d",
    name="Upsells declined",
    unit="events",
    sources=(FactSource.EVENTS,),
    direction=Better.LESS,
    window=days(90),
    raw="upsells declined in 90 days",
    empty="none is 0",
    missing=(_NO_PENALTY,),
)
def upsells_declined(facts: Facts) -> Floats:
    return only_if(facts.events.connected, facts.events.upsells_declined_90d)


@measure(
    key="renewal_pushbacks_90d",
    name="Pushback on renewal terms",
    unit="events",
    sources=(FactSource.EVENTS,),
    direction=Better.LESS,
    window=days(90),
    raw="pushbacks on renewal terms in 90 days",
    empty="none is 0",
    missing=(_NO_PENALTY,),
)
def renewal_pushbacks(facts: Facts) -> Floats:
    return only_if(facts.events.connected, facts.events.renewal_pushbacks_90d)


@measure(
    key="worst_days_overdue_180d",
    name="Worst payment in 180 days",
    unit="days overdue",
    sources=(FactSource.PAYMENT,),
    direction=Better.LESS,
    window=days(180, least=90),
    raw="worst days an invoice was overdue at any time in 180 days; unpaid on the day is unpaid,"
    " one written off counts until 180 days after its due day",
    empty="nothing overdue is 0",
    missing=(
        Absence(
            "no invoice was ever delivered for the account", lambda facts: ~facts.payment.delivered
        ),
        Absence(
            "less than 90 days since the first invoice",
            lambda facts: facts.payment.delivered & (facts.payment.history * 2 < 180),
        ),
    ),
)
def worst_days_overdue(facts: Facts) -> Floats:
    payment = facts.payment
    return only_if(payment.delivered & (payment.history * 2 >= 180), payment.worst_overdue_180d)


@measure(
    key="arr_flat_terms",
    name="Contract terms of flat ARR",
    unit="terms",
    sources=(FactSource.REVENUE,),
    direction=Better.LESS,
    window=MeasureWindow(WindowUnit.TERMS, 3),
    raw="how many of the last three contract terms (quarters, where terms are monthly) began with"
    " an ARR within 1 % of today's, counted back until one did not",
    empty="no ARR today is 0 terms",
    missing=(
        Absence("no contract", lambda facts: ~_has_contract(facts)),
        Absence(_NO_RATE, lambda facts: _has_contract(facts) & _lacks_a_rate(facts)),
    ),
)
def arr_flat_terms(facts: Facts) -> Floats:
    ends, arr = facts.revenue.arr_term_ends, facts.revenue.arr[:, np.newaxis]
    flat = (np.abs(ends - arr) <= _FLAT * arr) & (arr > 0)
    in_a_row = np.cumprod(flat, axis=1).sum(axis=1).astype(np.float64)
    return only_if(~np.isnan(ends).any(axis=1) & ~np.isnan(arr[:, 0]), in_a_row)


@measure(
    key="expansion_conversations_180d",
    name="Expansion conversations",
    unit="conversations",
    sources=(FactSource.EVENTS,),
    direction=Better.MORE,
    window=days(180),
    raw="expansion conversations in 180 days; an upsell declined was one",
    empty="none is 0",
    missing=(NO_EVENTS,),
)
def expansion_conversations(facts: Facts) -> Floats:
    return only_if(facts.events.connected, facts.events.expansion_conversations_180d)


def _has_contract(facts: Facts) -> Flags:
    return ~np.isnan(facts.onboarding.days_since_start)


def _lacks_a_rate(facts: Facts) -> Flags:
    ends = np.isnan(facts.revenue.arr_term_ends).any(axis=1)
    return np.asarray(ends | np.isnan(facts.revenue.arr), dtype=np.bool_)
