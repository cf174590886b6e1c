"""Support burden: how much they need help, how much of it is our fault, how long it takes."""

import numpy as np

from health.measures.absences import NO_SEATS, NO_TICKETS
from health.measures.definition import Absence, Better, FactSource
from health.measures.inputs import Facts, Floats, only_if, ratio, scaled
from health.measures.registry import measure
from health.measures.windows import PRESENT, days

_SHORT = Absence(
    "less than 45 days of history",
    lambda facts: facts.support.connected & (facts.support.history * 2 < 90),
)


@measure(
    key="ticket_load",
    name="Ticket load",
    unit="points per 10 seats",
    sources=(FactSource.SUPPORT,),
    direction=Better.LESS,
    window=days(30, least=15),
    raw="tickets opened in 30 days per 10 seats (at least 10 are assumed); how-to and request"
    " count 1, billing 2, defect 3, a repeat of a topic that was unsolved when it was opened 5",
    empty="no tickets is 0",
    missing=(
        NO_TICKETS,
        Absence(
            "less than 15 days of history",
            lambda facts: facts.support.connected & (facts.support.history * 2 < 30),
        ),
    ),
)
def ticket_load(facts: Facts) -> Floats:
    support = facts.support
    seats = np.fmax(np.nan_to_num(facts.profile.seats, nan=0.0), 10)
    load = scaled(support.load_30d, history=support.history, window=30)
    return only_if(support.connected, load * 10 / seats)


@measure(
    key="open_work_per_user",
    name="Open work per user",
    unit="tickets a seat",
    sources=(FactSource.SUPPORT,),
    direction=Better.LESS,
    window=PRESENT,
    raw="tickets that are open on the day ÷ seats, so that small and large accounts compare",
    empty="no open ticket is 0",
    missing=(NO_TICKETS, NO_SEATS),
)
def open_work_per_user(facts: Facts) -> Floats:
    return only_if(facts.support.connected, ratio(facts.support.open_now, facts.profile.seats))


@measure(
    key="defect_share",
    name="Defect share",
    unit="share of tickets",
    sources=(FactSource.SUPPORT,),
    direction=Better.LESS,
    window=days(90, least=45),
    raw="defects ÷ tickets opened in 90 days",
    empty="no tickets is 0",
    missing=(NO_TICKETS, _SHORT),
)
def defect_share(facts: Facts) -> Floats:
    support = facts.support
    share = support.defects_90d / np.maximum(support.tickets_90d, 1)
    return only_if(support.connected & (support.history * 2 >= 90), share)


@measure(
    key="days_to_resolution",
    name="Days to resolution",
    unit="days",
    sources=(FactSource.SUPPORT,),
    direction=Better.LESS,
    window=days(90, least=45),
    raw="median calendar days from opened to solved, of tickets opened in 90 days or still open;"
    " an open ticket counts its age",
    empty="no tickets is 0 days",
    missing=(NO_TICKETS, _SHORT),
)
def days_to_resolution(facts: Facts) -> Floats:
    support = facts.support
    days = np.nan_to_num(support.median_days, nan=0.0)
    return only_if(support.connected & (support.history * 2 >= 90), days)


@measure(
    key="tickets_on_open_topic",
    name="Tickets on one open topic",
    unit="tickets",
    sources=(FactSource.SUPPORT,),
    direction=Better.LESS,
    window=PRESENT,
    raw="the most tickets that share a topic of which one is still open",
    empty="no open ticket is 0",
    missing=(NO_TICKETS,),
)
def tickets_on_open_topic(facts: Facts) -> Floats:
    return only_if(facts.support.connected, facts.support.most_on_open_topic)
