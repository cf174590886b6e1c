"""What the simulator says is what planning then does, night by night, while mail goes out."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import OnboardingStep, OutreachPolicy, RevenueMovement, Ticket
from accounts.work import outbox
from surveys.catalogue import Moment
from surveys.engine.deliveries import sync_deliveries
from surveys.engine.forecasts import forecast
from surveys.engine.letters import write_due
from surveys.engine.planning import plan_day
from surveys.models import Invitation, SurveyPolicy
from tests.surveys.engine import house
from tests.surveys.engine.house import DAY, NOW

pytestmark = pytest.mark.django_db
MIDNIGHT = NOW.replace(hour=0, minute=15)


def company():
    """Forty customers of all sorts, on whom several moments fall at once."""
    SurveyPolicy.objects.create(pk=1, per_account=4, rhythm={"high": 40, "low": 90, "tech": 365})
    OutreachPolicy.objects.create(pk=1, per_contact=1, per_account=2)
    house.survey("nps", Moment.RHYTHM, kind="nps", recipients="everybody")
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL, recipients="deciders")
    house.survey("expansion_csat", Moment.AFTER_EXPANSION)
    house.survey("onboarding_csat", Moment.END_OF_ONBOARDING, delay_hours=24)
    house.survey("ticket_csat", Moment.AFTER_TICKET)
    for number in range(40):
        account = house.customer(
            f"a{number}",
            people=number % 5,
            touch_tier=("high", "low", "tech")[number % 3],
            customer_since=DAY - timedelta(days=37 * number % 500),
        )
        _facts(account, number)


def _facts(account, number):
    if number % 2:
        house.contract(account, DAY + timedelta(days=55 + number))
    if number % 3 == 0:
        house.person(account, "buyer", roles=["economic_buyer"], do_not_contact=number % 6 == 0)
        RevenueMovement.objects.create(
            account=account, effective_on=DAY - timedelta(days=30 - number % 29), kind="expansion",
            amount_minor=100, currency="USD", recorded_at=NOW, external_id=f"m{number}",
        )  # fmt: skip
    if number % 7 == 0:
        OnboardingStep.objects.create(
            account=account, key="s", name="S", due_on=DAY, done_on=DAY - timedelta(days=2)
        )
        Ticket.objects.create(
            account=account, external_id=f"t{number}", opened_at=NOW - timedelta(days=2),
            solved_at=NOW - timedelta(days=1), category="how_to",
            severity="urgent" if number % 2 else "normal",
        )  # fmt: skip


def lived(days):
    """The nights and mornings of these days; what was planned by day, survey and reason."""
    for ahead in range(days):
        plan_day(day=DAY + timedelta(days=ahead), now=MIDNIGHT + timedelta(days=ahead))
        for hour in range(8, 12):
            now = NOW.replace(hour=hour) + timedelta(days=ahead)
            write_due(limit=1000, now=now)
            outbox.send_due(limit=1000, now=now)
        sync_deliveries()
    rows = Invitation.objects.values_list("due_at", "survey__key", "reason")
    return Counter((due_at.date(), key, reason) for due_at, key, reason in rows)


def foretold(found):
    told = Counter()
    for day, of_day in found.days.items():
        told.update({(day, key, ""): count for key, count in of_day.sent.items()})
        told.update({(day, *why): count for why, count in of_day.held_back.items()})
    return told


def test_the_forecast_is_what_planning_then_does():
    company()
    ahead = forecast(DAY, now=MIDNIGHT, days=30)
    assert Invitation.objects.count() == 0

    assert foretold(ahead) == lived(30)

    assert ahead.sent() == len(mail.outbox) + Invitation.objects.filter(state="planned").count()
    reasons = ahead.held_back()
    assert ahead.sent() > 40
    assert {"asked_lately", "do_not_contact", "nobody"} <= set(reasons)


def test_what_is_planned_already_is_known_to_the_forecast():
    company()
    whole = forecast(DAY, now=MIDNIGHT, days=30)
    planned = plan_day(day=DAY, now=MIDNIGHT)
    rest = forecast(DAY, now=MIDNIGHT, days=30)
    assert rest.sent() == whole.sent() - planned.planned
    assert rest.held_back().total() == whole.held_back().total() - planned.held_back


def test_a_draft_is_forecast_among_the_others():
    company()
    draft = house.survey(
        "renewal_csat", Moment.BEFORE_RENEWAL, state="draft", published_at=None,
        recipients="everybody",
    )  # fmt: skip
    in_force = forecast(DAY, now=MIDNIGHT)
    with_draft = forecast(DAY, now=MIDNIGHT, survey=draft)
    for found in (in_force, with_draft):
        assert found.sent("renewal_csat") > 0
    of_draft = with_draft.sent("renewal_csat") + with_draft.held_back("renewal_csat").total()
    of_version = in_force.sent("renewal_csat") + in_force.held_back("renewal_csat").total()
    assert of_draft > of_version
    assert Invitation.objects.count() == 0


def test_without_surveys_in_force_there_is_nothing_to_foretell():
    house.customer()
    found = forecast(DAY, now=MIDNIGHT)
    assert (found.sent(), found.held_back().total(), dict(found.days)) == (0, 0, {})
