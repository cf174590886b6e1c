"""Accounts that worked cases begin with."""

from tests.health import builders as make
from tests.health.builders import ago


def others():
    """A customer for whom every source has delivered for 700 days: all of them are connected."""
    account = make.make_account(name="Somebody else")
    feature = make.make_feature()
    make.use(account, feature, days_ago=[700])
    make.be_active(account, "other", days_ago=[700])
    make.work(account, days_ago=[700], sessions=1, minutes=1)
    make.open_ticket(account, days_ago=700, solved_days_ago=699)
    make.make_contact(account)
    make.talk(account, days_ago=700)
    make.happen(account, "upsell_declined", days_ago=700)
    make.invoice(account, due_days_ago=670, paid_days_ago=670)
    return account


def old(**values):
    """A customer for 800 days, with 10 seats, of an installation where all is connected."""
    others()
    return make.make_account(**values)


def young(days):
    """The same, since so many days, the day itself among them."""
    others()
    return make.make_account(customer_since=ago(days - 1))


def lonely(**values):
    """A customer of an installation that nothing was ever delivered to."""
    return make.make_account(**values)
