"""What is due goes into the outbox in the person's language, and what becomes of it is told."""

from datetime import timedelta

import pytest

from accounts.models import Contact, Installation, OutboxMessage
from accounts.work import outbox
from cs_platform.scheduling.job_kinds import HANDLERS, SURVEYS
from surveys.catalogue import Moment
from surveys.engine.deliveries import expire, forget_held_back, revoke, sync_deliveries
from surveys.engine.letters import write_due
from surveys.engine.planning import plan_day
from surveys.models import Invitation, Survey, SurveyPolicy
from tests.surveys.engine import house
from tests.surveys.engine.house import DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def renewal():
    return house.survey("renewal_csat", Moment.BEFORE_RENEWAL)


def invited(name="acme", **fields):
    account = house.customer(name, **fields)
    house.contract(account, DAY + timedelta(days=60))
    plan_day(day=DAY, now=NOW)
    return Invitation.objects.get(account=account)


def written(name="acme", **fields):
    invitation = invited(name, **fields)
    write_due(limit=100, now=NOW)
    invitation.refresh_from_db()
    return invitation


def state(invitation):
    invitation.refresh_from_db()
    return invitation.state, invitation.reason


def test_a_letter_and_its_invitation_are_one(renewal):
    Installation.objects.update(name="Tallis")
    invitation = written()
    message = invitation.message
    assert (message.subject, message.priority) == ("One question about Tallis", 5)
    assert message.body == "It takes one click.\n\nHow satisfied are you with Tallis?"
    assert (message.state, message.next_at) == ("new", NOW)
    assert message.valid_until == NOW + timedelta(days=7)
    assert state(invitation) == ("written", "")
    assert len(invitation.nonce) == 22
    assert invitation.language == "en"
    assert invitation.expires_at == NOW + timedelta(days=30)
    # Whoever reads the database cannot answer with what the message says.
    assert invitation.nonce not in message.body + message.link


@pytest.mark.parametrize(
    ("contact", "account", "installation", "read"),
    [
        ("de", "en", "en", "de"),
        ("", "de-AT", "en", "de"),
        ("fr", "", "de", "de"),
    ],
)
def test_in_the_language_that_the_person_reads(renewal, contact, account, installation, read):
    Installation.objects.update(language=installation)
    house.contract(acme := house.customer(language=account, people=0), DAY + timedelta(days=60))
    house.person(acme, language=contact)
    plan_day(day=DAY, now=NOW)
    write_due(limit=10, now=NOW)
    assert Invitation.objects.get().language == read
    assert house.messages()[0].subject.startswith({"de": "Eine", "en": "One"}[read])


def test_a_rhythm_goes_in_bulk():
    house.survey("nps", Moment.RHYTHM, kind="nps", recipients="everybody")
    house.customer(customer_since=DAY - timedelta(days=44), people=3)
    for ahead in range(-7, 1):
        plan_day(day=DAY + timedelta(days=ahead), now=NOW)
    write_due(limit=10, now=NOW)
    assert {message.priority for message in house.messages()} == {6}


def test_in_the_product_it_waits_until_they_look():
    house.survey("renewal_csat", Moment.BEFORE_RENEWAL, delivery="in_app")
    message = written().message
    assert (message.channel, message.state, message.link) == ("in_app", "new", "")
    assert message.valid_until == NOW + timedelta(days=7)


def test_nothing_is_written_before_it_is_due(renewal):
    invitation = invited(time_zone="America/New_York")
    assert write_due(limit=10, now=NOW) == 0
    assert write_due(limit=10, now=invitation.due_at) == 1


def test_no_more_a_minute_than_the_rules_say_and_each_once(renewal):
    for name in ("a", "b", "c", "d", "e"):
        invited(name)
    SurveyPolicy.objects.update_or_create(pk=1, defaults={"per_minute": 2})
    Installation.objects.update_or_create(pk=1, defaults={"as_of": DAY})
    written = []
    for _minute in range(4):
        HANDLERS[SURVEYS].run(None)
        written.append(OutboxMessage.objects.count())
    assert written == [2, 4, 5, 5]
    assert Invitation.objects.filter(state="written").count() == 5


def test_a_later_version_is_the_one_that_is_sent(renewal):
    invitation = invited()
    Survey.objects.filter(pk=renewal.pk).update(state="retired")
    later = house.survey("renewal_csat", Moment.BEFORE_RENEWAL, expires_days=5, since=0)
    write_due(limit=10, now=NOW)
    invitation.refresh_from_db()
    assert (invitation.survey_id, invitation.expires_at) == (later.pk, NOW + timedelta(days=5))


def test_what_has_changed_since_it_was_planned_holds_it_back(renewal):
    gone, erased, late = invited("gone"), invited("erased"), invited("late")
    type(gone.account).objects.filter(pk=gone.account_id).update(status="churned")
    Invitation.objects.filter(pk=erased.pk).update(contact=None)
    Invitation.objects.filter(pk=late.pk).update(due_at=NOW - timedelta(days=7))
    assert write_due(limit=10, now=NOW) == 3
    assert [state(each) for each in (gone, erased, late)] == [
        ("held_back", "not_customer"),
        ("held_back", "left"),
        ("held_back", "too_late"),
    ]
    assert house.messages() == []


def test_a_survey_that_was_taken_out_of_force_is_not_sent(renewal):
    invitation = invited()
    Survey.objects.filter(pk=renewal.pk).update(state="retired")
    write_due(limit=10, now=NOW)
    assert state(invitation) == ("held_back", "retired")


def test_sent_is_dated_and_it_expires_from_then_on(renewal):
    invitation = written()
    sent_at = NOW + timedelta(hours=1)
    OutboxMessage.objects.update(state="sent", sent_at=sent_at)
    assert sync_deliveries() == 1
    assert state(invitation) == ("sent", "")
    assert (invitation.sent_at, invitation.expires_at) == (sent_at, sent_at + timedelta(days=30))
    assert sync_deliveries() == 0
    assert expire(now=invitation.expires_at - timedelta(seconds=1)) == 0
    assert expire(now=invitation.expires_at) == 1
    assert state(invitation) == ("expired", "")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"do_not_contact": True}, "do_not_contact"),
        ({"is_active": False, "left_on": DAY}, "left"),
        ({"erased_at": NOW}, "left"),
        ({"email": ""}, "unreachable"),
    ],
)
def test_what_the_outbox_does_not_send_is_held_back_with_the_reason(renewal, change, reason):
    invitation = written()
    Contact.objects.update(**change)
    outbox.send_due(limit=10, now=NOW)
    sync_deliveries()
    assert state(invitation) == ("held_back", reason)


def test_what_waited_too_long_is_held_back(renewal):
    invitation = written()
    outbox.send_due(limit=10, now=NOW + timedelta(days=7))
    sync_deliveries()
    assert state(invitation) == ("held_back", "too_late")


def test_a_revoked_link_counts_no_more_and_nothing_is_sent(renewal):
    invitation = written()
    nonce = invitation.nonce
    assert revoke([invitation.pk], reason="asked by mistake") == 1
    assert state(invitation) == ("revoked", "asked by mistake")
    assert invitation.nonce not in ("", nonce)
    assert house.messages()[0].state == "suppressed"
    assert revoke([invitation.pk], reason="again") == 0
    assert sync_deliveries() == 0


def test_a_dead_letter_that_somebody_revived_counts_as_sent(renewal):
    invitation = written()
    OutboxMessage.objects.update(state="dead", reason="SMTPServerDisconnected")
    sync_deliveries()
    assert state(invitation) == ("held_back", "undelivered")
    OutboxMessage.objects.update(state="sent", sent_at=NOW)
    assert sync_deliveries() == 0
    assert sync_deliveries(is_whole=True) == 1
    assert state(invitation) == ("sent", "")


def test_what_was_held_back_is_forgotten_in_the_end_and_what_was_sent_is_not(renewal):
    kept, held = invited("kept"), invited("held")
    Invitation.objects.filter(pk=held.pk).update(state="held_back", reason="asked_lately")
    assert forget_held_back(before=NOW) == 0
    assert forget_held_back(before=NOW + timedelta(seconds=1)) == 1
    assert list(Invitation.objects.all()) == [kept]
