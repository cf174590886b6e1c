"""What an answer sets off, and that it does so once."""

from datetime import timedelta

import pytest

from accounts.models import DirtyAccount, OutboxMessage, Signal
from surveys.actions.aftermath import follow_answer
from surveys.models import FollowUp
from tests.surveys.answers import NOW, account_with_person, answer

pytestmark = pytest.mark.django_db


def rung() -> set[str]:
    return set(Signal.objects.values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("kind", "moment", "value", "standing", "signals", "follows"),
    [
        ("nps", "rhythm", 3, -1, {"survey.detractor"}, True),
        ("nps", "rhythm", 8, 0, set(), False),
        ("nps", "rhythm", 10, 1, set(), False),
        ("csat", "end_of_onboarding", 2, -1, {"survey.low_onboarding"}, True),
        ("csat", "first_value", 1, -1, {"survey.low_first_value"}, True),
        ("csat", "first_value", 5, 1, {"survey.high_first_value"}, False),
        ("csat", "before_renewal", 2, -1, {"survey.low_renewal"}, True),
        ("csat", "before_renewal", 5, 1, set(), False),
        ("csat", "after_expansion", 1, -1, {"survey.low_expansion"}, True),
        ("ces", "after_event", 2, -1, {"survey.low"}, True),
        ("csat", "after_ticket", 1, -1, set(), False),
    ],
)
def test_what_each_answer_rings_for(kind, moment, value, standing, signals, follows):
    _, person = account_with_person()
    given = answer(person, value, standing=standing, kind=kind, moment=moment)
    follow_answer(given, now=NOW)
    follow_answer(given, now=NOW)
    assert rung() == {"survey.answered"} | signals
    assert Signal.objects.count() == 1 + len(signals)
    assert FollowUp.objects.filter(state="collected").exists() is follows


def test_a_high_answer_says_until_when_it_is_a_reason_to_offer_more():
    account, person = account_with_person(customer_since=NOW.date() - timedelta(days=20))
    given = answer(person, 5, standing=1, kind="csat", moment="first_value")
    follow_answer(given, now=NOW)
    said = Signal.objects.get(account=account, kind="survey.high_first_value").payload
    assert said["expansion_until"] == (NOW.date() + timedelta(days=70)).isoformat()


def test_the_account_is_judged_again():
    account, person = account_with_person()
    follow_answer(answer(person, 8, standing=0), now=NOW)
    assert DirtyAccount.objects.get().account == account


def test_the_owner_is_told_once_and_answers_within_a_day():
    account, person = account_with_person()
    given = answer(person, 2, standing=-1, comment="Exports are slow.")
    for _ in range(2):
        follow_answer(given, now=NOW)
    follow_up = FollowUp.objects.get()
    assert follow_up.owner == account.owner
    assert (follow_up.due_at - NOW).days == 1
    notice = OutboxMessage.objects.get()
    assert notice.user == account.owner
    assert notice.subject == "Acme answered NPS 2 of 10"
    assert notice.link == f"/surveys/follow-ups/{follow_up.pk}/"


def test_while_the_owner_is_away_it_is_their_cover_and_without_one_cs_ops():
    account, person = account_with_person()
    owner = account.owner
    owner.absent_from = owner.absent_until = NOW.date()
    owner.save()
    account.refresh_from_db()
    given = answer(person, 2, standing=-1)
    assert follow_answer(given, now=NOW).owner is None


def test_an_answer_that_gets_better_needs_nobody_unless_somebody_began():
    _, person = account_with_person()
    given = answer(person, 2, standing=-1)
    follow_answer(given, now=NOW)
    given.value, given.standing = 9, 1
    given.save()
    follow_answer(given, now=NOW)
    follow_up = FollowUp.objects.get()
    assert (follow_up.state, follow_up.drop_reason) == (
        "dropped",
        "The answer was changed to NPS 9 of 10.",
    )


def test_an_answer_that_gets_worse_rings_then():
    _, person = account_with_person()
    given = answer(person, 9, standing=1)
    follow_answer(given, now=NOW)
    given.value, given.standing = 1, -1
    given.save()
    follow_answer(given, now=NOW)
    assert rung() == {"survey.answered", "survey.detractor"}
    assert FollowUp.objects.get().state == "collected"
