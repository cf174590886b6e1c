"""What tickets are about, how severe, how often again, how soon answered, and whether they grow."""

import numpy as np

from health.measures.absences import NO_TICKETS
from health.measures.definition import Absence, Better, FactSource
from health.measures.demands import FirstReplyHours, ReplyHistory, TicketCount
from health.measures.families import ChosenAbsence, measure_of
from health.measures.inputs import Facts, Flags, Floats, only_if, ratio, scaled
from health.measures.parameters import DAYS, SEVERITY, TICKET_KIND, Chosen, days_of
from health.measures.registry import measure
from health.measures.windows import CHOSEN_DAYS, days

_MONTH, _QUARTER = 30, 90
_SEVERITIES = {"urgent": ("urgent",), "high": ("high", "urgent")}

_SHORT = ChosenAbsence(
    "less history than half the window",
    lambda facts, chosen: facts.support.connected & (facts.support.history * 2 < days_of(chosen)),
)


def _has_history(facts: Facts, window: int) -> Flags:
    enough = facts.support.connected & (facts.support.history * 2 >= window)
    return np.asarray(enough, dtype=np.bool_)


def _share_of_tickets(facts: Facts, chosen: Chosen, part: TicketCount) -> Floats:
    tickets = np.maximum(facts.chosen[TicketCount(days_of(chosen))], 1)
    return only_if(_has_history(facts, days_of(chosen)), facts.chosen[part] / tickets)


def _of_kind(chosen: Chosen) -> TicketCount:
    return TicketCount(days_of(chosen), category=chosen["kind"])


@measure_of(
    key="ticket_share",
    name="Share of one kind of tickets",
    unit="share of tickets",
    sources=(FactSource.SUPPORT,),
    direction=Better.EITHER,
    window=CHOSEN_DAYS,
    raw="tickets of the chosen kind ÷ tickets opened in the window, today included",
    empty="no tickets is 0",
    missing=(NO_TICKETS, _SHORT),
    parameters=(TICKET_KIND, DAYS),
    reads=lambda chosen: (TicketCount(days_of(chosen)), _of_kind(chosen)),
)
def ticket_share(facts: Facts, chosen: Chosen) -> Floats:
    return _share_of_tickets(facts, chosen, _of_kind(chosen))


def _of_severity(chosen: Chosen) -> TicketCount:
    return TicketCount(days_of(chosen), severities=_SEVERITIES[chosen["severity"]])


@measure_of(
    key="severe_ticket_share",
    name="Share of severe tickets",
    unit="share of tickets",
    sources=(FactSource.SUPPORT,),
    direction=Better.LESS,
    window=CHOSEN_DAYS,
    raw="urgent tickets (or those that are high or urgent) ÷ tickets opened in the window, today"
    " included",
    empty="no tickets is 0",
    missing=(NO_TICKETS, _SHORT),
    parameters=(SEVERITY, DAYS),
    reads=lambda chosen: (TicketCount(days_of(chosen)), _of_severity(chosen)),
)
def severe_ticket_share(facts: Facts, chosen: Chosen) -> Floats:
    return _share_of_tickets(facts, chosen, _of_severity(chosen))


def _repeats_asked(chosen: Chosen) -> TicketCount:
    return TicketCount(days_of(chosen), is_repeat=True)


@measure_of(
    key="repeat_tickets",
    name="Repeats of an unsolved topic",
    unit="tickets",
    sources=(FactSource.SUPPORT,),
    direction=Better.LESS,
    window=CHOSEN_DAYS,
    raw="tickets opened in the window, today included, that repeat a topic which was unsolved when"
    " they were opened",
    empty="none is 0",
    missing=(NO_TICKETS, _SHORT),
    parameters=(DAYS,),
    reads=lambda chosen: (_repeats_asked(chosen),),
)
def repeat_tickets(facts: Facts, chosen: Chosen) -> Floats:
    counts = facts.chosen[_repeats_asked(chosen)]
    full = scaled(counts, history=facts.support.history, window=days_of(chosen))
    return only_if(facts.support.connected, full)


_LATELY, _ALL = TicketCount(_MONTH), TicketCount(_QUARTER)


@measure(
    key="ticket_trend",
    name="Ticket trend",
    unit="change",
    sources=(FactSource.SUPPORT,),
    direction=Better.LESS,
    window=days(_QUARTER, least=_QUARTER // 2),
    raw="tickets a day opened in the last 30 days ÷ those in the last 90 − 1, today included; of a"
    " shorter history in the days there are",
    empty="none in 90 days is −100 %, as none in 30 days is",
    missing=(
        NO_TICKETS,
        Absence(
            "less than 45 days of history",
            lambda facts: facts.support.connected & (facts.support.history * 2 < _QUARTER),
        ),
    ),
    reads=(_LATELY, _ALL),
)
def ticket_trend(facts: Facts) -> Floats:
    lately, all_ = facts.chosen[_LATELY], facts.chosen[_ALL]
    baseline = all_ / np.clip(facts.support.history, 1, _QUARTER)
    trend = np.where(all_ == 0, -1, ratio(lately / _MONTH, baseline) - 1)
    return only_if(_has_history(facts, _QUARTER), trend)


@measure_of(
    key="first_reply_hours",
    name="First reply to tickets",
    unit="hours",
    sources=(FactSource.SUPPORT,),
    direction=Better.LESS,
    window=CHOSEN_DAYS,
    raw="median calendar hours from opened to our first reply, of tickets opened in the window; one"
    " that is open and waits counts 24 for each day of its age, one solved without a reply counts"
    " nothing",
    empty="no ticket that was answered or waits is 0 hours",
    missing=(
        ChosenAbsence(
            "no first reply was ever delivered to the installation",
            lambda facts, _: np.isnan(facts.chosen[ReplyHistory()]),
        ),
        ChosenAbsence(
            "less history than half the window",
            lambda facts, chosen: facts.chosen[ReplyHistory()] * 2 < days_of(chosen),
        ),
    ),
    parameters=(DAYS,),
    reads=lambda chosen: (FirstReplyHours(days_of(chosen)), ReplyHistory()),
)
def first_reply_hours(facts: Facts, chosen: Chosen) -> Floats:
    enough = facts.chosen[ReplyHistory()] * 2 >= days_of(chosen)
    hours = np.nan_to_num(facts.chosen[FirstReplyHours(days_of(chosen))], nan=0.0)
    return only_if(np.asarray(enough, dtype=np.bool_), hours)
