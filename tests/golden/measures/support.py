"""Tickets: worked by hand."""

from datetime import timedelta

from tests.golden.measures.companies import lonely, old, young
from tests.golden.measures.worked import EMPTY, MISSING, SHORT, VALUE, worked
from tests.health import builders as make
from tests.health.builders import ago, at


def answered(account, *, days_ago, hours, **values):
    """A ticket opened at noon that was answered so many hours later."""
    replied = at(ago(days_ago)) + timedelta(hours=hours)
    return make.open_ticket(account, days_ago=days_ago, first_reply_at=replied, **values)


def where_replies_are_told(**values):
    account = old(**values)
    answered(make.make_account(), days_ago=600, hours=1, solved_days_ago=590)
    return account


@worked("ticket_share", VALUE, 0.25)  # 1 of 4
@worked("ticket_share(kind=defect)", VALUE, 0.5)
@worked("ticket_share(kind=billing, days=365)", VALUE, 0.4)  # 2 of 5
@worked("severe_ticket_share", VALUE, 0.25)
@worked("severe_ticket_share(severity=high)", VALUE, 0.75)
@worked("ticket_trend", VALUE, 0.5)  # 2 in 30 days are 6 in 90, and 4 were
def four_tickets_of_a_quarter():
    account = old()
    make.open_ticket(account, days_ago=0, category="how_to", severity="urgent")
    make.open_ticket(account, days_ago=29, category="defect", severity="high")
    make.open_ticket(account, days_ago=30, category="defect", severity="high")
    make.open_ticket(account, days_ago=89, category="billing", solved_days_ago=80)
    make.open_ticket(account, days_ago=90, category="billing")
    return account


@worked("repeat_tickets", VALUE, 2)
@worked("repeat_tickets(days=30)", VALUE, 1)
def a_topic_that_comes_back():
    account = old()
    make.open_ticket(account, days_ago=200, topic="sync")
    make.open_ticket(account, days_ago=40, topic="sync", solved_days_ago=39)
    make.open_ticket(account, days_ago=29, topic="sync")
    make.open_ticket(account, days_ago=28, topic="export", solved_days_ago=20)
    make.open_ticket(account, days_ago=10, topic="export")
    make.open_ticket(account, days_ago=9)
    return account


@worked("first_reply_hours", VALUE, 48)  # of 2, 48 and 72
@worked("first_reply_hours(days=4)", VALUE, 25)  # of 2 and 2 × 24
def two_answers_and_one_that_waits():
    account = where_replies_are_told()
    answered(account, days_ago=3, hours=2)
    answered(account, days_ago=50, hours=72, solved_days_ago=40)
    make.open_ticket(account, days_ago=2)  # waits
    make.open_ticket(account, days_ago=60, solved_days_ago=50)  # nobody needed to answer
    answered(account, days_ago=90, hours=900)
    return account


@worked("ticket_share", EMPTY, 0)
@worked("severe_ticket_share", EMPTY, 0)
@worked("repeat_tickets", EMPTY, 0)
@worked("ticket_trend", EMPTY, -1)
@worked("first_reply_hours", EMPTY, 0)
def no_ticket():
    return where_replies_are_told()


@worked("first_reply_hours", MISSING)
def a_desk_that_tells_no_replies():
    account = old()
    make.open_ticket(account, days_ago=5)
    return account


@worked("ticket_share", MISSING)
@worked("severe_ticket_share", MISSING)
@worked("repeat_tickets", MISSING)
@worked("ticket_trend", MISSING)
@worked("first_reply_hours", MISSING)
def no_desk():
    return lonely()


@worked("ticket_share", SHORT)
@worked("severe_ticket_share", SHORT)
@worked("repeat_tickets", SHORT)
@worked("ticket_trend", SHORT)
@worked("first_reply_hours", SHORT)
def a_customer_for_forty_four_days():
    account = young(44)
    answered(account, days_ago=3, hours=2, topic="sync")
    answered(account, days_ago=2, hours=2, topic="sync")
    answered(make.make_account(), days_ago=600, hours=1, solved_days_ago=590)
    return account


@worked("repeat_tickets", VALUE, 2)  # 1 in 45 days
@worked("ticket_trend", VALUE, 0.5)  # 2 in 30 days are 3 in 45, and 2 were
def a_customer_for_forty_five_days():
    account = young(45)
    make.open_ticket(account, days_ago=3, topic="sync")
    make.open_ticket(account, days_ago=2, topic="sync")
    return account


@worked("ticket_load", VALUE, 9)  # 1 + 3 + 5 for ten seats
@worked("open_work_per_user", VALUE, 0.3)  # 3 of 10
@worked("defect_share", VALUE, 0.5)
@worked("days_to_resolution", VALUE, 15)  # of 2, 10, 20 and 60
@worked("tickets_on_open_topic", VALUE, 2)
def a_month_of_tickets():
    account = old()
    make.open_ticket(account, days_ago=2, category="how_to")
    make.open_ticket(account, days_ago=20, category="defect", topic="sync")
    make.open_ticket(account, days_ago=10, category="how_to", topic="sync")
    make.open_ticket(account, days_ago=80, solved_days_ago=20, category="defect")
    return account


@worked("ticket_load", EMPTY, 0)
@worked("open_work_per_user", EMPTY, 0)
@worked("defect_share", EMPTY, 0)
@worked("days_to_resolution", EMPTY, 0)
@worked("tickets_on_open_topic", EMPTY, 0)
def quiet():
    return old()


@worked("ticket_load", MISSING)
@worked("open_work_per_user", MISSING)
@worked("defect_share", MISSING)
@worked("days_to_resolution", MISSING)
@worked("tickets_on_open_topic", MISSING)
def no_tickets_are_connected():
    return lonely()


@worked("ticket_load", SHORT)
@worked("defect_share", SHORT)
@worked("days_to_resolution", SHORT)
def a_fortnight():
    account = young(14)
    make.open_ticket(account, days_ago=3)
    return account
