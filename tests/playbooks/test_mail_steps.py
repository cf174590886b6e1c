"""A step writes to a customer: to whom, who reads it first, once, and not after its play."""

from datetime import date, timedelta

import pytest
from django.core import mail

from accounts.models import Contact, OutboxMessage
from accounts.work import customer_mail, outbox
from playbooks.actions import cancel_play
from playbooks.engine import start_play
from playbooks.library.definition_reader import PlaybookError
from playbooks.models import Play, StepResult
from tests.playbooks.conftest import NOW
from tests.playbooks.test_step_kinds import CALL, MONDAY, published, started, step, tick

DRAFT = {"subject": "About {{ account }}", "body": "Dear {{ contact }}, yours {{ sender }}"}


def mail_step(**said):
    said = {"consent": "not_refused"} | said
    return step("letter", "mail", owner="csm", mail=DRAFT, **said)


def person(account, name, **values):
    values = {"email": f"{name.lower()}@acme.example", "met_on": date(2025, 1, 1)} | values
    return Contact.objects.create(account=account, external_id=name, name=name, **values)


@pytest.fixture
def account(house):
    """With the people it has before the play starts."""
    found = house.account("acme")
    person(found, "Ann", strength=5)
    person(found, "Bo", roles=["champion"])
    person(found, "Cy", roles=["champion"], is_active=False, left_on=date(2025, 2, 1))
    person(found, "Di", roles=["champion"], do_not_contact=True, strength=5)
    return found


def play(house, account, *steps):
    published(*steps)
    start_play(account=account, playbook_key="small", by=house.people["alice"], now=NOW)


def test_it_waits_for_approval_and_goes_to_the_champion(house, account):
    play(house, account, mail_step(), CALL)

    (row,) = OutboxMessage.objects.filter(contact__isnull=False)
    assert (row.state, row.contact.name, row.sender.name) == ("held", "Bo", "alice")
    assert (row.subject, row.body) == ("About acme", "Dear Bo, yours alice")
    result = StepResult.objects.get()
    assert (result.ending, result.detail) == ("written", "About acme")
    assert Play.objects.get().tasks.count() == 1  # the play goes on meanwhile


def test_where_consent_is_asked_it_goes_to_who_gave_it(house, account):
    person(account, "Em", strength=1, consent_at=NOW)
    play(house, account, mail_step(consent="given"))
    assert OutboxMessage.objects.get(contact__isnull=False).contact.name == "Em"


def test_where_nobody_gave_consent_nobody_is_written_to(house, account):
    play(house, account, mail_step(consent="given"))
    assert not OutboxMessage.objects.filter(contact__isnull=False).exists()
    assert StepResult.objects.get().ending == "nobody"


def test_a_mail_without_a_consent_rule_is_not_published(house):
    with pytest.raises(PlaybookError, match="Say who may be written to"):
        published(step("letter", "mail", owner="csm", mail=DRAFT))


def test_by_itself_it_goes_out_at_once_and_once(house, account):
    play(house, account, mail_step(send="by_itself"))
    tick(MONDAY)
    outbox.send_due(now=MONDAY)
    outbox.send_due(now=MONDAY + timedelta(days=1))

    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        (["bo@acme.example"], "About acme")
    ]


def test_with_a_field_that_is_not_known_somebody_reads_it_first(house, account):
    draft = {"subject": "Until {{ renewal_date }}", "body": "Dear {{ contact }}"}
    said = {"mail": draft, "send": "by_itself", "consent": "not_refused"}
    play(house, account, step("letter", "mail", owner="csm", **said))

    row = OutboxMessage.objects.get(contact__isnull=False)
    assert (row.state, row.subject) == ("held", "Until [renewal date]")


def test_without_anybody_to_write_to_the_step_says_so(house):
    started(house, mail_step())
    assert not OutboxMessage.objects.filter(contact__isnull=False).exists()
    assert StepResult.objects.get().ending == "nobody"


def test_what_was_not_sent_when_the_play_ends_is_not_sent_any_more(house, account):
    play(house, account, mail_step(), CALL)
    row = OutboxMessage.objects.get(contact__isnull=False)

    cancel_play(
        play_id=Play.objects.get().pk, reason="They left us", by=house.people["alice"], now=NOW
    )

    row.refresh_from_db()
    assert (row.state, row.reason) == ("suppressed", "the play that wrote it has ended")
    alice = house.people["alice"]
    assert not customer_mail.approve(message_id=row.pk, subject="S", body="B", by=alice, now=NOW)


def test_a_play_whose_last_step_is_a_mail_still_sends_it(house, account):
    play(house, account, mail_step(send="by_itself"))
    tick(MONDAY)
    assert Play.objects.get().outcome == "completed"
    outbox.send_due(now=MONDAY)
    assert len(mail.outbox) == 1


def test_a_step_that_sends_needs_its_words(db):
    with pytest.raises(PlaybookError, match="give the subject and the body of what is sent"):
        published(step("letter", "mail", owner="csm"))
