"""Where an account stands in its contract, which is no health, and how it renewed and paid."""

import numpy as np

from health.measures.definition import Absence, Better, FactSource
from health.measures.demands import (
    DaysToDecision,
    LatePayments,
    RelationshipDays,
    RenewalsDone,
    TermMonths,
)
from health.measures.families import ChosenAbsence, measure_of
from health.measures.inputs import Facts, Floats, only_if, scaled
from health.measures.parameters import YEAR_OF_DAYS, Chosen, days_of
from health.measures.registry import measure
from health.measures.windows import CHOSEN_DAYS, PRESENT, SINCE_START


@measure(
    key="contract_months",
    name="Contract length",
    unit="months",
    sources=(FactSource.REVENUE,),
    direction=Better.EITHER,
    window=PRESENT,
    raw="months of the longest term of the contracts in force",
    empty="no contract is no length",
    missing=(
        Absence("no contract is in force", lambda facts: np.isnan(facts.chosen[TermMonths()])),
    ),
    reads=(TermMonths(),),
    is_calendar=True,
)
def contract_months(facts: Facts) -> Floats:
    return facts.chosen[TermMonths()]


@measure(
    key="days_to_decision",
    name="Days to the renewal's decision",
    unit="days",
    sources=(FactSource.REVENUE,),
    direction=Better.EITHER,
    window=PRESENT,
    raw="days to the next day by which a renewal is decided: the last one to give notice, after"
    " that the end of the term; below 0 once it is overdue",
    empty="no renewal ahead is no day",
    missing=(
        Absence("no renewal is to come", lambda facts: np.isnan(facts.chosen[DaysToDecision()])),
    ),
    reads=(DaysToDecision(),),
    is_calendar=True,
)
def days_to_decision(facts: Facts) -> Floats:
    return facts.chosen[DaysToDecision()]


@measure(
    key="tenure_days",
    name="Tenure",
    unit="days",
    sources=(FactSource.REVENUE,),
    direction=Better.EITHER,
    window=SINCE_START,
    raw="days since the present relationship began; without a contract since the account is a"
    " customer",
    empty="begun today is 0",
    missing=(
        Absence(
            "nobody says since when it is a customer",
            lambda facts: np.isnan(facts.chosen[RelationshipDays()]),
        ),
    ),
    reads=(RelationshipDays(),),
    is_calendar=True,
)
def tenure_days(facts: Facts) -> Floats:
    return facts.chosen[RelationshipDays()]


@measure(
    key="renewals_completed",
    name="Renewals completed",
    unit="renewals",
    sources=(FactSource.REVENUE,),
    direction=Better.MORE,
    window=SINCE_START,
    raw="renewals of terms of six months or more since the present relationship began, by another"
    " contract or by themselves",
    empty="none yet is 0",
    missing=(
        Absence("no contract has begun", lambda facts: np.isnan(facts.onboarding.days_since_start)),
    ),
    reads=(RenewalsDone(),),
)
def renewals_completed(facts: Facts) -> Floats:
    started = ~np.isnan(facts.onboarding.days_since_start)
    return only_if(started, facts.chosen[RenewalsDone()])


@measure_of(
    key="late_payments",
    name="Late payments",
    unit="invoices",
    sources=(FactSource.PAYMENT,),
    direction=Better.LESS,
    window=CHOSEN_DAYS,
    raw="invoices due in the window that were not paid by their due day, written off ones too",
    empty="none is 0",
    missing=(
        Absence(
            "no invoice was ever delivered for the account", lambda facts: ~facts.payment.delivered
        ),
        ChosenAbsence(
            "less than half the window since the first invoice",
            lambda facts, chosen: (
                facts.payment.delivered & (facts.payment.history * 2 < days_of(chosen))
            ),
        ),
    ),
    parameters=(YEAR_OF_DAYS,),
    reads=lambda chosen: (LatePayments(days_of(chosen)),),
)
def late_payments(facts: Facts, chosen: Chosen) -> Floats:
    counts = facts.chosen[LatePayments(days_of(chosen))]
    full = scaled(counts, history=facts.payment.history, window=days_of(chosen))
    return only_if(facts.payment.delivered, full)
