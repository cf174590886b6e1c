"""Log-ins, features, actors and levels: worked by hand."""

from accounts.catalogue import ActorClass
from tests.golden.measures.companies import lonely, old, young
from tests.golden.measures.worked import EMPTY, MISSING, SHORT, VALUE, worked
from tests.health import builders as make

LEVELS = (
    "feature_events(feature=reports)",
    "feature_value(feature=reports)",
    "feature_weeks(feature=reports)",
    "feature_ratio(feature=reports, against=exports)",
)


def all_of(measures, kind, value=None):
    """The same of several measures."""

    def keep(account):
        for measure in measures:
            worked(measure, kind, value)(account)
        return account

    return keep


@worked("login_frequency", VALUE, 3 / 2 * 30 / 28)  # 3 days of 2 people
@worked("users_active", VALUE, 0.2)  # 2 of 10
@worked("active_people", VALUE, 2)
@worked("active_people(days=56)", VALUE, 3)
def two_people():
    account = old()
    make.be_active(account, "ada", days_ago=[0, 27])
    make.be_active(account, "bo", days_ago=[27, 28])
    make.be_active(account, "cy", days_ago=[55])
    return account


@worked("core_feature_depth", VALUE, 0.5)  # 1 of 2: the other's own, and that of everybody
@worked("core_features_used_30d", VALUE, 1)
@worked("usage_trend", VALUE, 0.375)  # 30 ÷ 20 − 1 and 50 ÷ 40 − 1, half of each
@worked("usage_against_baseline", VALUE, 30 / 28 / (70 / 84) - 1)
def a_core_feature_that_grows():
    account, core = old(), make.make_feature()
    make.use(account, core, days_ago=[1], events=30)
    make.use(account, core, days_ago=[28], events=20)
    make.use(account, core, days_ago=[83], events=20)
    make.use(account, core, days_ago=[111], events=20)
    make.use(account, core, days_ago=[112], events=500)
    return account


@worked("agent_share", VALUE, 0.75)  # 30 of 40
@worked("agent_share_trend", VALUE, 0.5)  # 30 of 40 after 5 of 20
def agents_take_over():
    account, feature = old(), make.make_feature()
    make.use(account, feature, days_ago=[1], events=10)
    make.use(account, feature, days_ago=[27], events=30, actor=ActorClass.AGENT)
    make.use(account, feature, days_ago=[28], events=5, actor=ActorClass.AGENT)
    make.use(account, feature, days_ago=[55], events=15, actor=ActorClass.SERVICE)
    return account


def with_features(account):
    return account, make.make_feature(key="reports"), make.make_feature(key="exports")


@worked("feature_events(feature=reports)", VALUE, 12)
@worked("feature_events(feature=reports, per=seats, days=56)", VALUE, 1.6)
@worked("feature_value(feature=reports)", VALUE, 5.5)
@worked("feature_weeks(feature=reports)", VALUE, 3)
@worked("feature_ratio(feature=reports, against=exports)", VALUE, 4)  # 12 ÷ 3
def two_features():
    account, reports, exports = with_features(old())
    make.use(account, reports, days_ago=[0, 6], events=6, value=2.75)
    make.use(account, reports, days_ago=[28], events=4, value=100)
    make.use(account, reports, days_ago=[83, 84], events=50)
    make.use(account, exports, days_ago=[2], events=3)
    return account


@all_of(LEVELS, EMPTY, 0)
def features_that_the_account_never_used():
    account, reports, _ = with_features(old())
    make.use(make.make_account(), reports, days_ago=[300], value=1)
    return account


@all_of(LEVELS, MISSING)
def features_of_another_plan():
    make.make_feature(key="reports", plans=["pro"])
    make.make_feature(key="exports", plans=["pro"])
    return old(plan=make.make_plan(key="lean"))


@all_of(LEVELS, SHORT)
def features_for_thirteen_days():
    account, reports, _ = with_features(young(13))
    make.use(make.make_account(), reports, days_ago=[300], value=1)
    make.use(account, reports, days_ago=[1])
    return account


@worked("login_frequency", EMPTY, 0)
@worked("users_active", EMPTY, 0)
@worked("active_people", EMPTY, 0)
@worked("core_feature_depth", EMPTY, 0)
@worked("core_features_used_30d", EMPTY, 0)
@worked("usage_trend", EMPTY, -0.5)
@worked("usage_against_baseline", EMPTY, -1)
@worked("agent_share", EMPTY, 0)
@worked("agent_share_trend", EMPTY, 0)
def nobody_ever():
    return old()


@worked("login_frequency", MISSING)
@worked("users_active", MISSING)
@worked("active_people", MISSING)
@worked("core_feature_depth", MISSING)
@worked("core_features_used_30d", MISSING)
@worked("usage_trend", MISSING)
@worked("usage_against_baseline", MISSING)
@worked("agent_share", MISSING)
@worked("agent_share_trend", MISSING)
def nothing_is_connected():
    return lonely()


@worked("login_frequency", SHORT)
@worked("users_active", SHORT)
@worked("active_people", SHORT)
@worked("core_feature_depth", SHORT)
@worked("core_features_used_30d", SHORT)
@worked("agent_share", SHORT)
def thirteen_days():
    account, core = young(13), make.make_feature()
    make.use(account, core, days_ago=[3])
    make.be_active(account, "ada", days_ago=[3])
    return account


@worked("usage_trend", SHORT)
@worked("usage_against_baseline", SHORT)
@worked("agent_share_trend", SHORT)
def forty_one_days():
    account, core = young(41), make.make_feature()
    make.use(account, core, days_ago=[3, 30])
    return account
