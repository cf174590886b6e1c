"""Each moment falls on the day that it is defined for, on no other, and on nobody before."""

from datetime import date, datetime, timedelta

import pytest

from accounts.models import AudienceMember, OnboardingStep, RevenueMovement, SavedView, Ticket, User
from surveys.catalogue import Moment
from surveys.engine.moments import DaySpan, fallen_moments
from tests.surveys.engine import house
from tests.surveys.engine.house import DAY, NOW

pytestmark = pytest.mark.django_db


def fallen(survey, *, since=DAY, until=DAY):
    found = fallen_moments(survey, DaySpan(since, until), published_at=survey.published_at)
    return [(each.occasion, each.day) for each in found]


def days(count):
    return timedelta(days=count)


@pytest.mark.parametrize(
    ("left", "columns", "falls"),
    [
        (60, {}, True),
        (61, {}, False),
        (90, {"notice_days": 30}, True),
        (60, {"notice_days": 30}, False),
        (60, {"term_months": 6}, True),
        (60, {"term_months": 5}, False),
        (60, {"state": "renewed", "closed_on": DAY}, False),
        (60, {"notice_given_on": DAY}, False),
        (-300, {"auto_renew": True, "renewal_on": DAY + days(60)}, True),
    ],
)
def test_before_renewal_is_60_days_before_the_decision(left, columns, falls):
    survey = house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    contract = house.contract(house.customer(), DAY + days(left), **columns)
    ends = contract.renewal_on or contract.ends_on
    assert fallen(survey) == ([(f"renewal:{ends}", DAY)] if falls else [])


def test_two_contracts_that_end_together_are_one_renewal():
    survey = house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    account = house.customer()
    for _ in range(2):
        house.contract(account, DAY + days(60))
    assert len(fallen(survey)) == 1


def test_the_onboarding_ends_with_its_last_step():
    survey = house.survey("onboarding_csat", Moment.END_OF_ONBOARDING)
    done, open_still = house.customer("done"), house.customer("open")
    for account in (done, open_still):
        for number, on in enumerate((DAY - days(9), DAY - days(1))):
            OnboardingStep.objects.create(
                account=account, key=f"s{number}", name="Step", due_on=on, done_on=on
            )
    OnboardingStep.objects.create(account=open_still, key="last", name="Last", due_on=DAY)
    # Nobody knows at which hour: the day is over when the delay begins.
    assert fallen(survey) == [(f"onboarding:{DAY - days(1)}", DAY)]


def movement(account, on, amount, kind="expansion"):
    RevenueMovement.objects.create(
        account=account, effective_on=on, kind=kind, amount_minor=amount, currency="USD",
        recorded_at=NOW, external_id=f"m{RevenueMovement.objects.count()}",
    )  # fmt: skip


def test_an_expansion_is_what_the_day_came_to():
    survey = house.survey("expansion_csat", Moment.AFTER_EXPANSION)
    grown, swapped, day_before = (house.customer(name) for name in ("grown", "swapped", "before"))
    activated = DAY - days(30)
    movement(grown, activated, 500)
    movement(grown, activated, -100, "contraction")
    movement(swapped, activated, 500)
    movement(swapped, activated, -500, "contraction")
    movement(day_before, activated - days(1), 500)
    found = fallen_moments(survey, DaySpan(DAY, DAY), published_at=survey.published_at)
    assert [(each.account_id, each.occasion) for each in found] == [
        (grown.pk, f"expansion:{activated}")
    ]


def test_first_value_is_the_first_event_of_that_meaning():
    survey = house.survey("first_value_csat", Moment.FIRST_VALUE)
    new, known = house.customer("new"), house.customer("known")
    house.event(known, "first_value_moment", DAY - days(200))
    for account in (new, known):
        house.event(account, "first_value_moment")
        house.event(account, "incident")
    found = fallen_moments(survey, DaySpan(DAY, DAY), published_at=survey.published_at)
    assert [each.account_id for each in found] == [new.pk]


def test_after_an_event_of_its_kind():
    survey = house.survey("effort_ces", Moment.AFTER_EVENT, kind="ces", event_kind="incident")
    first, other = house.customer("first"), house.customer("other")
    told = house.event(first, "incident")
    house.event(other, "new_use_case")
    assert fallen(survey) == [(f"event:{told.pk}", DAY)]


def test_what_was_known_before_the_survey_was_in_force_asks_nobody():
    survey = house.survey("first_value_csat", Moment.FIRST_VALUE, since=0)
    house.event(house.customer(), "first_value_moment", learned_at=NOW - timedelta(minutes=1))
    assert fallen(survey) == []
    house.event(house.customer("late"), "first_value_moment", learned_at=NOW + days(1))
    assert len(fallen(survey)) == 1


def test_after_a_ticket_from_the_moment_it_was_solved():
    survey = house.survey("ticket_csat", Moment.AFTER_TICKET)
    solved = NOW - timedelta(hours=20)
    ticket = Ticket.objects.create(
        account=house.customer(), external_id="t", opened_at=solved - days(1), solved_at=solved,
        category="how_to",
    )  # fmt: skip
    found = list(fallen_moments(survey, DaySpan(DAY, DAY), published_at=survey.published_at))
    assert [(each.occasion, each.begins_at) for each in found] == [(f"ticket:{ticket.pk}", solved)]


def rhythm_days(survey, contact, *, until):
    found = fallen_moments(
        survey, DaySpan(date(2020, 1, 1), until), published_at=survey.published_at
    )
    return [(each.day - date(2020, 1, 1)).days for each in found if each.contact_id == contact.pk]


@pytest.mark.parametrize(("tier", "every"), [("high", 91), ("low", 182), ("tech", 365)])
def test_the_rhythm_is_days_30_and_90_and_then_that_of_the_tier(tier, every):
    survey = house.survey("nps", Moment.RHYTHM, kind="nps", since=4000)
    account = house.customer(people=3, touch_tier=tier)
    for contact in account.contacts.all():
        found = rhythm_days(survey, contact, until=date(2025, 1, 1))
        first, second, third, *later = found
        assert 30 <= first < 44
        assert second == first + 60
        # Never sooner than a month after the second, nor later than one and a half rhythms.
        assert 30 <= third - second <= every * 3 // 2 + 1
        gaps = {b - a for a, b in zip([third, *later], later, strict=False)}
        assert gaps == {every}


def test_the_people_of_an_account_are_asked_on_different_days():
    survey = house.survey("nps", Moment.RHYTHM, kind="nps", since=4000)
    house.customer(people=12, touch_tier="high")
    found = list(
        fallen_moments(
            survey,
            DaySpan(date(2024, 1, 1), date(2024, 1, 1) + days(90)),
            published_at=survey.published_at,
        )
    )
    assert len(found) == len({each.contact_id for each in found}) == 12
    assert len({each.day for each in found}) == 12


def test_who_came_later_joins_the_rhythm():
    survey = house.survey("nps", Moment.RHYTHM, kind="nps", since=4000)
    newcomer = house.person(house.customer(touch_tier="high"), met_on=date(2024, 6, 1))
    found = rhythm_days(survey, newcomer, until=date(2025, 1, 1))
    assert found
    assert min(found) >= (date(2024, 6, 1) - date(2020, 1, 1)).days


def test_only_the_audience_is_asked():
    owner = User.objects.create_user("ops@demo.example", name="Ola", role="ops")
    view = SavedView.objects.create(
        name="Pilots", owner=owner, key="pilots", shared_on=DAY, created_at=NOW
    )
    survey = house.survey("renewal_csat", Moment.BEFORE_RENEWAL, audience="pilots")
    inside, left, outside = (house.customer(name) for name in ("inside", "left", "outside"))
    for account in (inside, left, outside):
        house.contract(account, DAY + days(60))
    AudienceMember.objects.create(audience=view, account=inside, since=DAY)
    AudienceMember.objects.create(audience=view, account=left, since=DAY, left_on=DAY)
    found = fallen_moments(survey, DaySpan(DAY, DAY), published_at=survey.published_at)
    assert [each.account_id for each in found] == [inside.pk]


def test_customers_alone_are_asked():
    survey = house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    for name, status in (("trial", "trial"), ("gone", "churned")):
        house.contract(house.customer(name, status=status), DAY + days(60))
    assert fallen(survey) == []


def test_a_survey_on_request_falls_on_nobody():
    assert fallen(house.survey("asked", Moment.ON_REQUEST)) == []


def test_days_are_those_of_the_installation(settings):
    installation = house.Installation.current()
    installation.time_zone = "Pacific/Auckland"
    installation.save()
    survey = house.survey("renewal_csat", Moment.BEFORE_RENEWAL)
    house.contract(house.customer(), DAY + days(60))
    found = list(fallen_moments(survey, DaySpan(DAY, DAY), published_at=survey.published_at))
    assert found[0].begins_at == datetime.combine(DAY, datetime.min.time(), installation.zone)
