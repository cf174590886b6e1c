"""The first 90 days: worked by hand."""

from tests.golden.measures.companies import lonely, old
from tests.golden.measures.worked import EMPTY, MISSING, VALUE, worked
from tests.health import builders as make


def begun(days_ago, **values):
    """A customer whose contract began so many days ago, of a plan with two core features."""
    account = old(customer_since=make.ago(days_ago), **values)
    make.sign(account, days_ago=days_ago)
    return account


@worked("onboarding_steps_done", VALUE, 0.5)
@worked("users_logged_in_since_start", VALUE, 0.2)
@worked("core_features_since_start", VALUE, 0.5)
@worked("days_since_contact_in_onboarding", VALUE, 5)
@worked("first_value_days_late", VALUE, 4)
def forty_days_in():
    account, core = begun(40), make.make_feature()
    make.add_step(account, due_days_ago=20, done_days_ago=21)
    make.add_step(account, due_days_ago=0)
    make.add_step(account, due_days_ago=-1, done_days_ago=3)
    make.be_active(account, "ada", days_ago=[40, 2])
    make.be_active(account, "bo", days_ago=[0])
    make.be_active(account, "seller", days_ago=[41])
    make.use(account, core, days_ago=[40])
    make.talk(account, days_ago=5)
    make.happen(account, "first_value_moment", days_ago=6)  # day 34, due on day 30
    return account


@worked("onboarding_steps_done", EMPTY, 0)
@worked("users_logged_in_since_start", EMPTY, 0)
@worked("core_features_since_start", EMPTY, 0)
@worked("days_since_contact_in_onboarding", EMPTY, 30)
@worked("first_value_days_late", EMPTY, 0)
def nothing_yet_after_thirty_days():
    account = begun(30)
    make.add_step(account, due_days_ago=0)
    return account


@worked("onboarding_steps_done", MISSING)
@worked("users_logged_in_since_start", MISSING)
@worked("core_features_since_start", MISSING)
@worked("days_since_contact_in_onboarding", MISSING)
@worked("first_value_days_late", MISSING)
def no_contract():
    return lonely()


@worked("onboarding_steps_done", MISSING)
@worked("first_value_days_late", MISSING)
def nothing_is_due():
    account = begun(10)
    make.add_step(account, due_days_ago=-1)
    return account
