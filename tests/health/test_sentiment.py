"""What a CSM says, what tickets tell and how strong the relationship is, by hand."""

from datetime import timedelta

import pytest

from health.facts.sources import connected_sources, read_spans
from health.measures import FactSource
from tests.health import builders as make
from tests.health.builders import DAY, ago, at
from tests.health.reading import WAYS, raw

pytestmark = [pytest.mark.usefixtures("library"), pytest.mark.parametrize("way", WAYS)]


@pytest.mark.parametrize(
    ("value", "days_ago", "expected"),
    [
        (5, 0, 5),
        (5, 30, 5),
        (5, 45, 4.5),  # 3 + 2 × 45 ÷ 60
        (1, 60, 2),  # 3 − 2 × 30 ÷ 60
        (1, 89, 3 - 2 / 60),
        (3, 75, 3),
        (1, 90, None),
        (1, 400, None),
    ],
)
def test_what_a_csm_said_counts_in_full_for_30_days_and_is_gone_after_90(
    value, days_ago, expected, way
):
    account = make.make_account()
    make.say(account, value, days_ago=days_ago)
    found = raw(account, "csm_sentiment", way=way)
    assert found == (None if expected is None else pytest.approx(expected))


def test_the_latest_moment_counts_and_not_what_came_in_last(way):
    account, other = make.make_account(), make.make_account()
    make.say(account, 2, days_ago=3, hour=15)
    make.say(account, 5, days_ago=3, hour=9)
    make.say(account, 4, days_ago=80)
    make.say(other, 1, days_ago=0)
    assert raw(account, "csm_sentiment", way=way) == 2
    # Before that day the one of 80 days ago counts: 76 days old.
    then = raw(account, "csm_sentiment", day=ago(4), way=way)
    assert then == pytest.approx(3 + 1 * (90 - 76) / 60)


def test_what_was_imported_later_was_not_known_before(way):
    account = make.make_account()
    make.say(account, 5, days_ago=10, learned_at=at(ago(2)))
    assert raw(account, "csm_sentiment", day=ago(3), as_known=True, way=way) is None
    assert raw(account, "csm_sentiment", day=ago(2), as_known=True, way=way) == 5


def test_what_csms_say_is_a_source_of_its_own(way):
    assert FactSource.CSM_SENTIMENT not in connected_sources()
    make.say(make.make_account(), 4, days_ago=12)
    assert FactSource.CSM_SENTIMENT in connected_sources()
    spans = {source: span for source, *span in read_spans(zone="UTC")}
    assert spans["csm_sentiment"] == [ago(12), ago(12)]


@pytest.fixture
def account():
    """Of an installation whose tickets and interactions have come for two years."""
    other = make.make_account()
    make.open_ticket(other, days_ago=700, solved_days_ago=699)
    make.talk(other, make.make_contact(other), days_ago=700)
    return make.make_account()


def test_ticket_sentiment_is_the_negative_share_of_those_that_tell_one(account, way):
    for sentiment, days_ago in (
        ("negative", 0), ("neutral", 30), ("positive", 89), ("", 5), ("negative", 90),
    ):  # fmt: skip
        make.open_ticket(account, days_ago=days_ago, sentiment=sentiment)
    assert raw(account, "ticket_sentiment", way=way) == pytest.approx(1 / 3)


def test_no_ticket_is_no_complaint_and_a_ticket_without_sentiment_says_nothing(account, way):
    assert raw(account, "ticket_sentiment", way=way) == 0
    make.open_ticket(account, days_ago=3)
    assert raw(account, "ticket_sentiment", way=way) is None
    new = make.make_account(customer_since=ago(43))
    assert raw(new, "ticket_sentiment", way=way) is None
    assert raw(make.make_account(customer_since=ago(44)), "ticket_sentiment", way=way) == 0


def test_resolution_satisfaction_is_the_share_of_4_and_5(account, way):
    for satisfaction, opened, solved in (
        (5, 10, 0), (4, 120, 89), (3, 20, 19), (1, 9, 2), (None, 8, 7), (5, 200, 90),
    ):  # fmt: skip
        make.open_ticket(
            account, days_ago=opened, solved_days_ago=solved, satisfaction=satisfaction
        )
    # 5 and 4 of 5, 4, 3 and 1; one was not rated, one solved too long ago.
    assert raw(account, "resolution_satisfaction", way=way) == pytest.approx(2 / 4)
    # A ticket that is solved later was not rated yet.
    assert raw(account, "resolution_satisfaction", day=ago(5), way=way) == pytest.approx(2 / 3)
    assert raw(make.make_account(), "resolution_satisfaction", way=way) is None


def strength_after(account, *talks, champions=1, way):
    """Talks: days ago, levels of who took part, sentiment."""
    for _ in range(champions):
        make.make_contact(account, roles=["champion"])
    for days_ago, levels, sentiment in talks:
        people = [make.make_contact(account, level=level) for level in levels]
        make.talk(account, *people, days_ago=days_ago, sentiment=sentiment)
    return raw(account, "relationship_strength", way=way)


LEVELS = ("vp", "director", "user")


@pytest.mark.parametrize(
    ("talks", "champions", "expected"),
    [
        (((29, LEVELS, "positive"), (89, ("user",), "")), 1, 5),
        (((29, LEVELS, "positive"), (89, ("user",), "")), 0, 3),  # no champion
        (((29, ("director", "user"), ""), (89, ("vp",), "")), 1, 5),
        (((29, ("director", "user"), ""), (89, ("user",), "")), 1, 4),  # no executive
        (((29, ("vp", "user"), ""), (89, ("user",), "")), 1, 4),  # two levels
        (((30, LEVELS, ""), (89, ("user",), "")), 1, 3),  # none in 30 days
        (((29, LEVELS, ""), (90, ("user",), "")), 1, 3),  # one in 90 days
        (((90, LEVELS, "negative"),), 1, 2),
        (((179, LEVELS, ""),), 1, 2),
        (((180, LEVELS, ""),), 1, 1),
        ((), 2, 1),
        (((10, LEVELS, "negative"), (20, LEVELS, "positive")), 1, 5),  # as many as others
        (((10, LEVELS, "negative"), (20, LEVELS, "negative"), (30, (), "")), 1, 1),
    ],
)
def test_strength_by_who_talks_to_us_and_when(account, talks, champions, expected, way):
    assert strength_after(account, *talks, champions=champions, way=way) == expected


def test_support_is_no_conversation(account, way):
    make.make_contact(account, roles=["champion"])
    for days_ago in (1, 2):
        make.talk(account, days_ago=days_ago, kind_id="support")
    assert raw(account, "relationship_strength", way=way) == 1
    assert raw(account, "relationship_strength", day=DAY - timedelta(days=3), way=way) == 1
