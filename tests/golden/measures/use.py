"""Sessions, people and events: worked by hand."""

from accounts.catalogue import ActorClass
from accounts.models import ActiveUsersDay, Feature
from tests.golden.measures.companies import lonely, old, young
from tests.golden.measures.worked import EMPTY, MISSING, SHORT, VALUE, worked
from tests.health import builders as make
from tests.health.builders import DAY, ago


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
@worked("active_days", SHORT)
@worked("features_used", SHORT)
@worked("feature_breadth", SHORT)
def thirteen_days():
    account = young(13)
    make.work(account, days_ago=[2], sessions=3, minutes=30)
    make.be_active(account, "ada", days_ago=[2])
    return account


@worked("sessions_per_user", EMPTY, 0)
@worked("minutes_per_user", EMPTY, 0)
@worked("seats_used", EMPTY, 0)
@worked("usage_events", EMPTY, 0)
@worked("active_days", EMPTY, 0)
@worked("features_used", EMPTY, 0)
@worked("feature_breadth", EMPTY, 0)
@worked("users_growth", EMPTY, -0.5)
@worked("usage_growth", EMPTY, -0.5)
def nobody_ever():
    return old()


@worked("sessions_per_user", MISSING)
@worked("minutes_per_user", MISSING)
@worked("seats_used", MISSING)
@worked("usage_events", MISSING)
@worked("active_days", MISSING)
@worked("features_used", MISSING)
@worked("feature_breadth", MISSING)
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


@worked("active_days", VALUE, 3)  # days 0, 5 and 27
@worked("active_days(days=56)", VALUE, 4)
def days_on_which_anybody_was_there():
    account = old()
    make.be_active(account, "ada", days_ago=[0, 5, 28])
    make.be_active(account, "bo", days_ago=[5, 27, 56, 100])
    make.be_active(account, "bot", days_ago=[3], actor=ActorClass.AGENT)
    return account


@worked("active_days", VALUE, 4)  # 2 in 14 days
def days_of_a_young_account():
    account = young(14)
    make.be_active(account, "ada", days_ago=[0, 5])
    return account


@worked("active_days", MISSING)
def people_who_are_only_counted():
    account = old()
    ActiveUsersDay.objects.create(account=account, day=DAY, learned_on=DAY, users=7)
    return account


@worked("features_used", VALUE, 2)
@worked("features_used(days=56)", VALUE, 3)
@worked("feature_breadth", VALUE, 0.25)  # 1 of 4: one for everybody, two more, one of somebody else
@worked("feature_breadth(days=84)", VALUE, 0.5)
def features_of_a_plan():
    plan = make.make_plan(key="lean")
    account = old(plan=plan)
    inside = [make.make_feature(plans=["lean"], is_core=False) for _ in range(3)]
    outside = make.make_feature(plans=["pro"])
    make.make_feature(plans=["lean"], valid_to=DAY)
    make.make_feature(plans=["lean"], valid_from=ago(-1))
    make.use(account, inside[0], days_ago=[0, 27])
    make.use(account, outside, days_ago=[27])
    make.use(account, inside[1], days_ago=[28, 90])
    make.use(account, inside[2], days_ago=[84])
    make.use(account, inside[2], days_ago=[1], events=0)
    make.use(account, inside[2], days_ago=[2], actor=ActorClass.SERVICE)
    return account


@worked("feature_breadth", MISSING)
def a_plan_without_features():
    account = old(plan=make.make_plan(key="empty"))
    Feature.objects.update(plans=["pro"])
    return account


@worked("usage_against_limit", VALUE, 0.75)  # 2,800 × 30 ÷ 28 of 4,000
def most_of_the_limit():
    account, feature = old(usage_limit=4_000), make.make_feature()
    make.use(account, feature, days_ago=[0, 27], events=700)
    make.use(account, feature, days_ago=[5], events=1_400, actor=ActorClass.AGENT)
    make.use(account, feature, days_ago=[28], events=9_000)
    return account


@worked("usage_against_limit", VALUE, 1.5)  # 1,400 in 14 days
def half_a_month():
    account = young(14)
    make.tell(account, "usage_limit", 2_000, days_ago=300)
    make.use(account, make.make_feature(), days_ago=[1], events=1_400)
    return account


@worked("usage_against_limit", EMPTY, 0)
def a_limit_that_is_not_used():
    return old(usage_limit=4_000)


@worked("usage_against_limit", MISSING)
@worked("employees_growth", MISSING)
def neither_limit_nor_employees():
    return old()


@worked("usage_against_limit", SHORT)
def a_limit_for_thirteen_days():
    account = young(13)
    make.tell(account, "usage_limit", 2_000, days_ago=12)
    return account


@worked("employees_growth", VALUE, 0.25)  # 250 ÷ 200 − 1
@worked("employees_growth(days=100)", VALUE, 0)
def a_company_that_grew():
    account = old(employees=250)
    make.tell(account, "employees", 150, days_ago=700, until_days_ago=400)
    make.tell(account, "employees", 200, days_ago=400, until_days_ago=300)
    make.tell(account, "employees", 250, days_ago=300)
    return account


@worked("employees_growth", EMPTY)
def a_size_of_which_no_day_was_told():
    return old(employees=250)
