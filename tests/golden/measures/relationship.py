"""People, talks and what they answer: worked by hand."""

from datetime import timedelta

from surveys.models import Response
from tests.golden.measures.companies import lonely, old, young
from tests.golden.measures.worked import EMPTY, MISSING, SHORT, VALUE, worked
from tests.health import builders as make
from tests.health.builders import ago, at

_SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


def answer(account, kind, standing, *, days_ago, moment="rhythm"):
    lowest, highest = _SCALES[kind]
    return Response.objects.create(
        account=account,
        external_id=make.unique("answer"),
        survey_key=kind,
        kind=kind,
        lowest=lowest,
        highest=highest,
        value=highest,
        standing=standing,
        moment=moment,
        answered_at=at(ago(days_ago)),
        learned_at=at(ago(days_ago)) + timedelta(hours=1),
    )


@worked("champions", VALUE, 2)
@worked("champions_left_60d", VALUE, 1)
def champions_stay_and_go():
    account = old()
    make.make_contact(account, roles=["champion"])
    make.make_contact(account, roles=["champion", "influencer"])
    make.make_contact(account, roles=["influencer"])
    make.make_contact(account, roles=["champion"], left_days_ago=59)
    make.make_contact(account, roles=["champion"], left_days_ago=60)
    return account


@worked("days_since_executive", VALUE, 40)
@worked("days_since_conversation", VALUE, 12)
@worked("levels_engaged_180d", VALUE, 2)
@worked("executive_conversations", VALUE, 1)
@worked("functions_engaged", VALUE, 2)
@worked("relationship_strength", VALUE, 3)  # two talks in 90 days, and no champion
def talks_with_two_levels():
    account = old()
    vp = make.make_contact(account, level="vp", job_function="Sales")
    user = make.make_contact(account, level="user", job_function="Finance")
    director = make.make_contact(account, level="director", job_function="Legal")
    make.talk(account, vp, user, days_ago=40)
    make.talk(account, user, days_ago=12)
    make.talk(account, user, days_ago=2, kind_id="support")
    make.talk(account, director, days_ago=180)
    return account


@worked("interaction_count(kind=qbr)", VALUE, 2)
@worked("people_attended(kind=qbr)", VALUE, 2)
@worked("attendance_share(kind=qbr)", VALUE, 0.5)  # of two who were expected one came
def a_qbr_and_a_session():
    account = old()
    ada, bo, cy = (make.make_contact(account) for _ in range(3))
    make.talk(account, ada, days_ago=80, kind_id="qbr")
    make.hold_session("qbr", bo, days_ago=10, missed=[cy])
    return account


@worked("csm_sentiment", VALUE, 4)
@worked("ticket_sentiment", VALUE, 0.5)
@worked("resolution_satisfaction", VALUE, 1)
def what_a_csm_and_tickets_say():
    account = old()
    make.say(account, 2, days_ago=20)
    make.say(account, 4, days_ago=10)
    make.open_ticket(account, days_ago=9, sentiment="negative", satisfaction=5, solved_days_ago=8)
    make.open_ticket(account, days_ago=89, sentiment="neutral")
    make.open_ticket(account, days_ago=90, sentiment="negative")
    return account


@worked("nps", VALUE, 50)  # three promoters and a detractor
@worked("nps_trend", VALUE, 100)  # 100 after 0
@worked("checkpoint_csat", VALUE, 50)
@worked("ces", VALUE, 100)
def answers_of_a_year():
    account = old()
    answer(account, "nps", 1, days_ago=0)
    answer(account, "nps", 1, days_ago=181)
    answer(account, "nps", 1, days_ago=182)
    answer(account, "nps", -1, days_ago=363)
    answer(account, "nps", -1, days_ago=365)
    answer(account, "csat", 1, days_ago=4, moment="first_value")
    answer(account, "csat", -1, days_ago=4, moment="before_renewal")
    answer(account, "csat", -1, days_ago=4, moment="after_ticket")
    answer(account, "ces", 1, days_ago=3, moment="after_event")
    return account


@worked("champions", EMPTY, 0)
@worked("champions_left_60d", EMPTY, 0)
@worked("days_since_executive", EMPTY, 540)
@worked("days_since_conversation", EMPTY, 540)
@worked("levels_engaged_180d", EMPTY, 0)
@worked("executive_conversations", EMPTY, 0)
@worked("functions_engaged", EMPTY, 0)
@worked("relationship_strength", EMPTY, 1)
@worked("interaction_count(kind=qbr)", EMPTY, 0)
@worked("people_attended(kind=qbr)", EMPTY, 0)
@worked("ticket_sentiment", EMPTY, 0)
@worked("attendance_share(kind=qbr)", EMPTY)
@worked("csm_sentiment", EMPTY)
@worked("resolution_satisfaction", EMPTY)
@worked("nps", EMPTY)
@worked("nps_trend", EMPTY)
@worked("checkpoint_csat", EMPTY)
@worked("ces", EMPTY)
def nobody_talks():
    return old()


@worked("champions", MISSING)
@worked("champions_left_60d", MISSING)
@worked("days_since_executive", MISSING)
@worked("days_since_conversation", MISSING)
@worked("levels_engaged_180d", MISSING)
@worked("executive_conversations", MISSING)
@worked("functions_engaged", MISSING)
@worked("relationship_strength", MISSING)
@worked("interaction_count(kind=qbr)", MISSING)
@worked("people_attended(kind=qbr)", MISSING)
@worked("attendance_share(kind=qbr)", MISSING)
@worked("csm_sentiment", MISSING)
@worked("ticket_sentiment", MISSING)
@worked("resolution_satisfaction", MISSING)
@worked("nps", MISSING)
@worked("nps_trend", MISSING)
@worked("checkpoint_csat", MISSING)
@worked("ces", MISSING)
def nothing_is_connected():
    return lonely()


@worked("nps_trend", MISSING)
def answers_in_one_window_only():
    account = old()
    answer(account, "nps", 1, days_ago=3)
    return account


@worked("levels_engaged_180d", SHORT)
@worked("executive_conversations", SHORT)
@worked("functions_engaged", SHORT)
@worked("relationship_strength", SHORT)
@worked("interaction_count(kind=qbr)", SHORT)
@worked("people_attended(kind=qbr)", SHORT)
@worked("ticket_sentiment", SHORT)
def forty_four_days():
    account = young(44)
    make.talk(account, make.make_contact(account, level="vp"), days_ago=3, kind_id="qbr")
    return account
