"""Collect, triage, act, tell: each step once, in order, dated, with who took it."""

from datetime import timedelta

import pytest

from accounts.models import OutboxMessage, SuppressedAddress, User
from accounts.work.outreach import suppress
from surveys.actions import loop
from surveys.actions.aftermath import open_follow_up
from surveys.catalogue import TriageCriterion
from tests.surveys.answers import NOW, account_with_person, answer

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=5)


@pytest.fixture
def case():
    _, person = account_with_person()
    return open_follow_up(answer(person, 2, standing=-1), now=NOW)


@pytest.fixture
def csm():
    return User.objects.get(email="csm@demo.example")


def triaged(case, csm):
    return loop.triage(
        follow_up=case, criterion=TriageCriterion.PRODUCT, owner=csm, by=csm, now=LATER
    )


def acted(case, csm):
    triaged(case, csm)
    return loop.act(follow_up=case, what_changed="Exports run at night.", by=csm, now=LATER)


def test_one_step_after_the_other(case, csm):
    acted(case, csm)
    told = loop.tell(follow_up=case, by=csm, now=LATER, subject="What changed", body="Exports.")
    assert told.state == "told"
    assert told.triaged_at == told.acted_at == told.told_at == LATER
    assert told.triaged_by == told.acted_by == told.told_by == csm
    mail = OutboxMessage.objects.get(channel="email")
    assert told.told_in == mail
    assert (mail.contact, mail.sender, mail.subject) == (case.response.contact, csm, "What changed")


def test_no_step_is_left_out(case, csm):
    for step in (
        lambda: loop.act(follow_up=case, what_changed="x", by=csm, now=LATER),
        lambda: loop.tell(follow_up=case, by=csm, now=LATER),
    ):
        with pytest.raises(loop.StepTakenError):
            step()
    acted(case, csm)
    with pytest.raises(loop.StepTakenError):
        triaged(case, csm)


def test_what_is_over_stays_over(case, csm):
    loop.drop(follow_up=case, reason="Answered by mistake", by=csm, now=LATER)
    with pytest.raises(loop.StepTakenError):
        triaged(case, csm)
    with pytest.raises(loop.StepTakenError):
        loop.drop(follow_up=case, reason="x", by=csm, now=LATER)


@pytest.mark.parametrize("lost", ["left", "asked", "address", "suppressed"])
def test_nobody_is_written_to_who_may_not_be_and_the_step_stays_open(case, csm, lost):
    acted(case, csm)
    person = case.response.contact
    if lost == "suppressed":
        suppress(person.email, reason=SuppressedAddress.Reason.BOUNCED, now=NOW)
    elif lost == "left":
        person.is_active, person.left_on = False, NOW.date()
    elif lost == "asked":
        person.do_not_contact = True
    else:
        person.email = ""
    person.save()
    with pytest.raises(loop.NobodyToWriteToError):
        loop.tell(follow_up=case, by=csm, now=LATER, subject="What changed", body="Exports.")
    case.refresh_from_db()
    assert case.state == "acted"
    assert loop.tell(follow_up=case, by=csm, now=LATER).told_in is None
