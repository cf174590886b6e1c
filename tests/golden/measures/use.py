"""Sessions, people and events: worked by hand."""

from accounts.catalogue import ActorClass
from tests.golden.measures.companies import lonely, old, young
from tests.golden.measures.worked import EMPTY, MISSING, SHORT, VALUE, worked
from tests.health import builders as make


@worked("sessions_per_user", VALUE, 4)  # (3 + 5) ÷ 2
@worked("sessions_per_user(days=84)", VALUE, 6)  # (3 + 5 + 10) ÷ 3
@worked("minutes_per_user", VALUE, 35)  # (30 + 40) ÷ 2
@worked("minutes_per_user(days=56)", VALUE, 80)  # (30 + 40 + 170) ÷ 3
def two_people_in_four_weeks():
    account = old()
    make.work(account, days_ago=[0], sessions=3, minutes=30)
    make.work(account, days_ago=[27], sessions=5, minutes=40)
    make.work(account, days_ago=[28], sessions=10, minutes=170)
    make.work(account, days_ago=[84], sessions=900, minutes=9_000)
    make.be_active(account, "ada", days_ago=[0, 27])
    make.be_active(account, "bo", days_ago=[27])
    make.be_active(account, "cy", days_ago=[28])
    return account


@worked("sessions_per_user", VALUE, 6)  # 3 sessions in 14 days are 6 in 28, by 1
@worked("minutes_per_user", VALUE, 60)
@worked("minutes_per_user(days=56)", SHORT)  # 14 of 56 days
@worked("sessions_per_user(days=56)", SHORT)
def half_a_window_is_scaled():
    account = young(14)
    make.work(account, days_ago=[2], sessions=3, minutes=30)
    make.be_active(account, "ada", days_ago=[2])
    return account


@worked("sessions_per_user", SHORT)
@worked("minutes_per_user", SHORT)
@worked("seats_used(days=28)", SHORT)
@worked("usage_events", SHORT)
def thirteen_days():
    account = young(13)
    make.work(account, days_ago=[2], sessions=3, minutes=30)
    make.be_active(account, "ada", days_ago=[2])
    return account


@worked("sessions_per_user", EMPTY, 0)
@worked("minutes_per_user", EMPTY, 0)
@worked("seats_used", EMPTY, 0)
@worked("usage_events", EMPTY, 0)
@worked("users_growth", EMPTY, -0.5)
@worked("usage_growth", EMPTY, -0.5)
def nobody_ever():
    return old()


@worked("sessions_per_user", MISSING)
@worked("minutes_per_user", MISSING)
@worked("seats_used", MISSING)
@worked("usage_events", MISSING)
@worked("users_growth", MISSING)
@worked("usage_growth", MISSING)
def nothing_is_connected():
    return lonely()


@worked("seats_used", MISSING)
def seats_are_unknown():
    return old(seats=None)


@worked("seats_used", VALUE, 0.3)  # 3 of 10 in 84 days
@worked("seats_used(days=28)", VALUE, 0.1)
@worked("users_growth", VALUE, -0.5)  # 1 where 2 were
def people_of_a_quarter():
    account = old()
    make.be_active(account, "ada", days_ago=[27])
    make.be_active(account, "bo", days_ago=[28, 84])
    make.be_active(account, "cy", days_ago=[83, 111, 112])
    make.be_active(account, "dan", days_ago=[112])
    return account


@worked("seats_used", SHORT)
@worked("users_growth", SHORT)
@worked("usage_growth", SHORT)
def forty_one_days():
    account = young(41)
    make.be_active(account, "ada", days_ago=[2])
    return account


@worked("users_growth", VALUE, 0.2)  # from nothing
@worked("usage_growth", VALUE, 0.2)
def begun_this_month():
    account = old()
    make.use(account, make.make_feature(), days_ago=[3])
    make.be_active(account, "ada", days_ago=[3])
    return account


@worked("usage_growth", VALUE, 0.25)  # 50 ÷ 40 − 1
@worked("usage_events", VALUE, 50)
@worked("usage_events(days=84)", VALUE, 60)
@worked("usage_events(per=seats)", VALUE, 5)
@worked("usage_events(by=everyone)", VALUE, 950)
def events_of_two_features():
    account, first, second = old(), make.make_feature(), make.make_feature(is_core=False)
    make.use(account, first, days_ago=[0], events=30)
    make.use(account, second, days_ago=[27], events=20)
    make.use(account, second, days_ago=[83], events=10)
    make.use(account, first, days_ago=[84, 111], events=20)
    make.use(account, first, days_ago=[112], events=700)
    make.use(account, first, days_ago=[5], events=900, actor=ActorClass.AGENT)
    return account


@worked("usage_growth", VALUE, 0)  # 14 in the 14 days there are: 28 in 28
def half_of_the_earlier_month():
    account, feature = young(98), make.make_feature()
    make.use(account, feature, days_ago=[1], events=28)
    make.use(account, feature, days_ago=[97], events=14)
    return account
