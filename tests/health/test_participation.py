"""Who takes part, by hand: kinds of interactions, sessions, executives and functions."""

import pytest

from accounts.models import InteractionKind
from tests.health import builders as make
from tests.health.builders import ago, at
from tests.health.reading import WAYS, raw

pytestmark = [pytest.mark.usefixtures("library"), pytest.mark.parametrize("way", WAYS)]


@pytest.fixture
def account():
    """Of an installation whose interactions have come for two years."""
    other = make.make_account()
    make.talk(other, make.make_contact(other), days_ago=700)
    return make.make_account()


def test_interactions_of_a_kind_and_sessions_of_it_to_which_somebody_came(account, way):
    ada, bo = make.make_contact(account), make.make_contact(account)
    make.talk(account, ada, bo, days_ago=0, kind_id="qbr")
    make.talk(account, days_ago=89, kind_id="qbr")
    make.talk(account, ada, days_ago=90, kind_id="qbr")
    make.talk(account, ada, days_ago=3, kind_id="call")
    make.hold_session("qbr", ada, bo, days_ago=10)
    make.hold_session("qbr", days_ago=11, missed=[ada])
    # Two QBRs and one group QBR; at the other one nobody was, the last is too old.
    assert raw(account, "interaction_count(kind=qbr)", way=way) == 3
    assert raw(account, "interaction_count(kind=qbr, days=91)", way=way) == 4
    assert raw(account, "interaction_count(kind=training)", way=way) == 0


def test_counts_of_a_short_history_are_scaled_and_below_half_of_it_missing(way):
    new = make.make_account(customer_since=ago(59))
    make.talk(new, days_ago=59, kind_id="email")
    make.talk(new, days_ago=8, kind_id="email")
    # Two in 60 days are three in 90.
    assert raw(new, "interaction_count(kind=email)", way=way) == pytest.approx(3)
    assert raw(new, "interaction_count(kind=email, days=121)", way=way) is None
    assert raw(new, "people_attended(kind=email)", way=way) is None


def test_people_who_attended_are_counted_once(account, way):
    ada, bo, cleo = (make.make_contact(account) for _ in range(3))
    make.talk(account, ada, bo, days_ago=5, kind_id="training")
    make.talk(account, days_ago=5, kind_id="training")
    make.hold_session("training", ada, days_ago=179, missed=[cleo])
    make.hold_session("training", cleo, days_ago=180)
    assert raw(account, "people_attended(kind=training)", way=way) == 2
    assert raw(account, "people_attended(kind=training, days=181)", way=way) == 3
    assert raw(account, "people_attended(kind=qbr)", way=way) == 0


def test_the_share_who_came_is_of_those_who_were_expected(account, way):
    ada, bo = make.make_contact(account), make.make_contact(account)
    make.hold_session("qbr", ada, days_ago=100, missed=[bo])
    make.hold_session("qbr", ada, bo, days_ago=10)
    make.hold_session("training", days_ago=10, missed=[ada])
    assert raw(account, "attendance_share(kind=qbr)", way=way) == pytest.approx(3 / 4)
    assert raw(account, "attendance_share(kind=qbr, days=30)", way=way) == 1
    assert raw(account, "attendance_share(kind=training)", way=way) == 0
    # Nobody was expected: an account without sessions is neither praised nor punished.
    assert raw(account, "attendance_share(kind=webinar)", way=way) is None


def test_executive_engagement_counts_conversations_not_executives(account, way):
    chief = make.make_contact(account, level="c_level")
    vice, director = (make.make_contact(account, level=level) for level in ("vp", "director"))
    make.talk(account, chief, vice, days_ago=0)
    make.talk(account, vice, director, days_ago=179)
    make.talk(account, director, days_ago=20)
    make.talk(account, chief, days_ago=180)
    assert raw(account, "executive_conversations", way=way) == 2
    assert raw(account, "executive_conversations(days=365)", way=way) == 3


def test_functions_engaged_are_distinct_in_any_case_of_letters(account, way):
    finance, money = (make.make_contact(account, job_function=f) for f in ("Finance", " finance "))
    engineer = make.make_contact(account, job_function="Engineering")
    nobody = make.make_contact(account)
    make.make_contact(account, job_function="Legal")
    make.talk(account, finance, nobody, days_ago=2)
    make.talk(account, money, days_ago=50)
    make.talk(account, engineer, days_ago=179)
    # Finance twice, engineering once; legal never took part, and one person has no function.
    assert raw(account, "functions_engaged", way=way) == 2
    assert raw(account, "functions_engaged(days=90)", way=way) == 1
    assert raw(make.make_account(), "functions_engaged", way=way) == 0


def test_what_was_noted_later_does_not_count_on_an_earlier_day(account, way):
    ada = make.make_contact(account, level="vp", job_function="Finance")
    make.talk(account, ada, days_ago=30, kind_id="qbr", learned_at=at(ago(5)))
    names = ("interaction_count(kind=qbr)", "people_attended(kind=qbr)",
             "executive_conversations", "functions_engaged")  # fmt: skip
    for name in names:
        assert raw(account, name, day=ago(6), as_known=True, way=way) == 0
        assert raw(account, name, day=ago(5), as_known=True, way=way) == 1
        assert raw(account, name, day=ago(6), way=way) == 1


def test_without_any_interaction_there_is_no_value(way):
    alone = make.make_account()
    InteractionKind.objects.get_or_create(key="qbr")
    assert raw(alone, "interaction_count(kind=qbr)", way=way) is None
    assert raw(alone, "executive_conversations", way=way) is None
