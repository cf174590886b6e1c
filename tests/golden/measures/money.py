"""Contracts, renewals and invoices: worked by hand."""

from datetime import timedelta

from tests.golden.measures.companies import lonely, old, young
from tests.golden.measures.worked import EMPTY, MISSING, SHORT, VALUE, worked
from tests.health import builders as make
from tests.health.builders import ago


def ends(days_ahead):
    return ago(-days_ahead)


@worked("contract_months", VALUE, 24)
@worked("days_to_decision", VALUE, 40)  # 100 days ahead, with 60 days of notice
@worked("tenure_days", VALUE, 630)
@worked("renewals_completed", VALUE, 0)
def two_years_and_an_addition():
    account = old()
    make.sign(account, days_ago=630, term_months=24, ends_on=ends(100), notice_days=60)
    make.sign(account, days_ago=265, term_months=12, ends_on=ends(100))
    return account


@worked("days_to_decision", VALUE, 20)  # the day to give notice is past: the end
@worked("contract_months", VALUE, 12)
def notice_is_past():
    account = old()
    make.sign(account, days_ago=345, ends_on=ends(20), notice_days=30)
    return account


@worked("days_to_decision", VALUE, 20)  # nothing else to decide: the end
def notice_is_past_and_it_renews_itself():
    account = old()
    make.sign(account, days_ago=345, ends_on=ends(20), notice_days=30, auto_renew=True)
    return account


@worked("days_to_decision", VALUE, -10)
@worked("contract_months", VALUE, 12)  # within the grace of 30 days
@worked("renewals_completed", VALUE, 0)
def overdue():
    account = old()
    make.sign(account, days_ago=375, ends_on=ago(10))
    return account


@worked("days_to_decision", MISSING)
@worked("contract_months", MISSING)
def cancelled_last_week():
    account = old()
    make.sign(
        account,
        days_ago=372,
        ends_on=ago(7),
        state="cancelled",
        closed_on=ago(40),
        cancelled_on=ago(7),
    )
    return account


@worked("renewals_completed", VALUE, 2)
@worked("tenure_days", VALUE, 1_095)
@worked("days_to_decision", VALUE, 1)
def renewed_twice_by_another():
    account = old(customer_since=ago(1_200))
    first = make.sign(
        account, days_ago=1_095, ends_on=ago(730), state="renewed", closed_on=ago(740)
    )
    second = make.sign(
        account,
        days_ago=730,
        ends_on=ago(365),
        state="renewed",
        closed_on=ago(364),
        renews=first.external_id,
    )
    make.sign(account, days_ago=365, ends_on=ends(1), renews=second.external_id)
    return account


@worked("renewals_completed", VALUE, 3)
@worked("contract_months", VALUE, 12)
@worked("days_to_decision", VALUE, 364)
def renews_itself():
    """It ended on 29 June 2023, 2024 and 2025, the eve of the day, and ends in 2026 next."""
    account = old()
    start = make.DAY.replace(year=2022, day=29)
    make.sign(
        account,
        days_ago=(make.DAY - start).days,
        ends_on=start.replace(year=2023, day=29),
        auto_renew=True,
        learned_at=make.at(start),
    )
    return account


@worked("renewals_completed", VALUE, 0)  # the relationship before the pause does not count
@worked("tenure_days", VALUE, 100)
@worked("contract_months", VALUE, 1)
@worked("days_to_decision", MISSING)  # paid month to month
def back_after_a_pause():
    account = old(customer_since=ago(1_500))
    first = make.sign(
        account, days_ago=1_460, ends_on=ago(1_095), state="renewed", closed_on=ago(1_095)
    )
    make.sign(
        account,
        days_ago=1_095,
        ends_on=ago(730),
        state="expired",
        closed_on=ago(700),
        renews=first.external_id,
    )
    make.sign(account, days_ago=100, term_months=1, ends_on=ago(70), auto_renew=True)
    return account


@worked("contract_months", VALUE, 12)
@worked("days_to_decision", MISSING)
def without_an_end():
    account = old()
    make.sign(account, days_ago=50, ends_on=None)
    return account


@worked("contract_months", EMPTY)
@worked("days_to_decision", EMPTY)
@worked("renewals_completed", MISSING)
@worked("tenure_days", VALUE, 800)  # without a contract since it is a customer
def without_a_contract():
    return old()


@worked("contract_months", MISSING)
@worked("days_to_decision", MISSING)
@worked("tenure_days", MISSING)
@worked("late_payments", MISSING)
def nothing_is_known():
    return lonely(customer_since=None)


@worked("renewals_completed", EMPTY, 0)
@worked("tenure_days", EMPTY, 0)
def begun_today():
    account = old(customer_since=ago(0))
    make.sign(account, days_ago=0)
    return account


@worked("late_payments", VALUE, 3)
@worked("late_payments(days=90)", VALUE, 1)
def some_paid_late():
    account = old()
    make.invoice(account, due_days_ago=500, paid_days_ago=400)  # before the window
    make.invoice(account, due_days_ago=364, paid_days_ago=363)
    make.invoice(account, due_days_ago=200, paid_days_ago=200)
    make.invoice(account, due_days_ago=190, state="written_off")
    make.invoice(account, due_days_ago=1)
    make.invoice(account, due_days_ago=0)
    return account


@worked("late_payments", EMPTY, 0)
def all_paid_in_time():
    account = old()
    make.invoice(account, due_days_ago=400, paid_days_ago=401)
    return account


@worked("late_payments", SHORT)
def first_invoice_was_half_a_year_ago():
    account = young(400)
    make.invoice(account, due_days_ago=151, paid_days_ago=100)  # issued 181 days ago
    return account


@worked("late_payments", VALUE, 1)
@worked("time_to_value", VALUE, 25)
def value_after_twenty_five_days():
    account = old()
    make.sign(account, days_ago=200)
    make.happen(account, "first_value_moment", days_ago=175)
    make.happen(account, "first_value_moment", days_ago=100)
    make.invoice(account, due_days_ago=334, paid_days_ago=330)
    return account


@worked("time_to_value", EMPTY, 30)  # due today: the days so far
def not_reached_and_due():
    account = old()
    make.sign(account, days_ago=30)
    return account


@worked("time_to_value", MISSING)
def not_due_yet():
    account = old()
    make.sign(account, days_ago=29)
    return account


@worked("time_to_value", MISSING)
def events_are_not_connected():
    account = lonely()
    make.sign(account, days_ago=100, ends_on=ago(100) + timedelta(days=365))
    return account
