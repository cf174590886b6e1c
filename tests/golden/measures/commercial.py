"""ARR, conversations about money, declined upsells and payment: worked by hand."""

from tests.golden.measures.companies import lonely, old, young
from tests.golden.measures.worked import EMPTY, MISSING, SHORT, VALUE, worked
from tests.health import builders as make


@worked("arr_movement", VALUE, 0.25)  # 12,500 ÷ 10,000 − 1
@worked("arr_flat_terms", VALUE, 1)  # as six months ago; a year ago it was less
def grown_in_a_year():
    account = old(customer_since=make.ago(1_500))
    make.sign(account, days_ago=1_400, term_months=6, ends_on=make.ago(-40))
    make.move_arr(account, 10_000, days_ago=1_400)
    make.move_arr(account, 2_500, days_ago=364, kind="expansion")
    return account


@worked("arr_movement", EMPTY, -1)
@worked("arr_flat_terms", EMPTY, 0)
def left_in_spring():
    account = old()
    make.sign(account, days_ago=800, ends_on=make.ago(30), state="cancelled")
    make.move_arr(account, 10_000, days_ago=800)
    make.move_arr(account, -10_000, days_ago=30, kind="churn")
    return account


@worked("arr_movement", SHORT)
def a_customer_for_less_than_a_year():
    account = young(300)
    make.move_arr(account, 10_000, days_ago=299)
    return account


@worked("commercial_conversations_90d", VALUE, 2)
@worked("upsells_declined_90d", VALUE, 1)
@worked("renewal_pushbacks_90d", VALUE, 2)
@worked("expansion_conversations_180d", VALUE, 2)  # an upsell declined was one
@worked("event_count(kind=renewal_pushback)", VALUE, 2)
@worked("event_count(kind=renewal_pushback, days=91)", VALUE, 3)
def talks_about_money():
    account = old()
    make.talk(account, days_ago=0, is_commercial=True)
    make.talk(account, days_ago=89, is_commercial=True)
    make.talk(account, days_ago=90, is_commercial=True)
    make.talk(account, days_ago=5)
    make.happen(account, "upsell_declined", days_ago=89)
    make.happen(account, "expansion_conversation", days_ago=179)
    make.happen(account, "expansion_conversation", days_ago=180)
    for days_ago in (0, 89, 90):
        make.happen(account, "renewal_pushback", days_ago=days_ago)
    return account


@worked("worst_days_overdue_180d", VALUE, 12)
def paid_twelve_days_late():
    account = old()
    make.invoice(account, due_days_ago=250, paid_days_ago=200)
    make.invoice(account, due_days_ago=100, paid_days_ago=88)
    make.invoice(account, due_days_ago=3)
    return account


@worked("worst_days_overdue_180d", EMPTY, 0)
def paid_in_time():
    account = old()
    make.invoice(account, due_days_ago=100, paid_days_ago=101)
    return account


@worked("worst_days_overdue_180d", SHORT)
def first_invoice_eighty_nine_days_ago():
    account = old()
    make.invoice(account, due_days_ago=58)
    return account


@worked("commercial_conversations_90d", EMPTY, 0)
@worked("upsells_declined_90d", EMPTY, 0)
@worked("renewal_pushbacks_90d", EMPTY, 0)
@worked("expansion_conversations_180d", EMPTY, 0)
@worked("event_count(kind=renewal_pushback)", EMPTY, 0)
@worked("arr_flat_terms", MISSING)
@worked("arr_movement", MISSING)
@worked("worst_days_overdue_180d", MISSING)
def nothing_happened():
    return old()


@worked("commercial_conversations_90d", MISSING)
@worked("upsells_declined_90d", MISSING)
@worked("renewal_pushbacks_90d", MISSING)
@worked("expansion_conversations_180d", MISSING)
@worked("event_count(kind=renewal_pushback)", MISSING)
def nothing_is_connected():
    return lonely()


@worked("commercial_conversations_90d", SHORT)
@worked("event_count(kind=renewal_pushback)", SHORT)
def forty_four_days():
    return young(44)
