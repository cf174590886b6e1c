"""A playbook that runs by itself: in nobody's day, in the installation's name, and handed over."""

from datetime import date, timedelta

import pytest
from django.core import mail

from accounts.models import (
    Contract,
    Installation,
    OutboxMessage,
    OutreachPolicy,
    Signal,
    SuppressedAddress,
)
from accounts.work import outbox
from accounts.work.outreach import suppress
from playbooks.engine import emit_moments
from playbooks.library.catalogue import BY_KEY
from playbooks.library.definition_reader import PlaybookError
from playbooks.models import Play, Playbook, PlayStart, StepResult, Task
from playbooks.publishing import install
from tests.playbooks.conftest import NOW, fire
from tests.playbooks.test_mail_steps import person
from tests.playbooks.test_step_kinds import CALL, MONDAY, published, results, step, tick

WORDS = {"subject": "For {{ account }}", "body": "Hello {{ contact }}"}
LETTER = step("letter", "mail", owner="system", send="by_itself", consent="not_refused", mail=WORDS)
LATER = step("pause", "wait", lasts={"business_days": 5})
FORK = step("worth", "branch", **{"if": {"arr_at_least": 500}})
FORK["next"] = [{"to": "call", "when": ["fits"]}, {"to": "end", "when": ["other"]}]


def escalation(**said):
    told = {"key": "handed", "escalate_to": "csm", "title": "Take over", "guidance": "Write."}
    return told | {"hands_over": True} | said


RISK = escalation(when="score_below", score=40)
TICKET = escalation(key="ticket", when="signals", signals=["support.escalated"])


@pytest.fixture
def account(house):
    found = house.account("acme", touch_tier="tech")
    person(found, "Bo", roles=["champion"])
    return found


def running(house, account, *steps, at=NOW, **said):
    published(*(steps or (LETTER, LATER)), **said)
    house.rings(account, "event.champion_left", at=at)
    fire()
    return Play.objects.get(playbook_key="small")


@pytest.mark.parametrize(
    ("steps", "is_sequence"),
    [
        ([LETTER], True),
        ([LETTER, LATER, FORK, CALL], True),  # a person comes in on one of two ways
        ([LETTER, CALL], False),
        ([LATER], False),  # tells nobody anything
        ([CALL], False),
        ([LETTER | {"send": "after_approval", "owner": "csm"}], False),
        ([step("shown", "in_app", mail=WORDS)], True),
        ([LETTER, CALL | {"owner": "system"}], True),
    ],
)
def test_what_can_run_to_its_end_without_a_person_is_a_sequence(house, steps, is_sequence):
    assert published(*steps).is_sequence is is_sequence


def test_it_takes_nobodys_day(house, account):
    Installation.objects.update_or_create(pk=1, defaults={"plays_per_csm_day": 1})
    other = house.account("other")
    published(LETTER, LATER, cap_per_csm_day=1)
    for each in (account, other):
        house.rings(each, "event.champion_left")
    fire()

    sequences = Play.objects.filter(playbook_key="small")
    assert list(sequences.values_list("csm", "state")) == [(None, "open"), (None, "open")]
    assert not PlayStart.objects.filter(playbook_key="small").exclude(csm=None).exists()
    told = OutboxMessage.objects.filter(user=house.people["alice"], key__startswith="play:")
    assert not told.filter(subject__contains="Small").exists()


def test_the_installation_writes_in_its_own_name(house, account):
    Installation.objects.update_or_create(pk=1, defaults={"name": "Globex"})
    OutreachPolicy.objects.create(pk=1, answers_to="hello@globex.example")
    running(house, account)
    outbox.send_due(now=MONDAY)

    (letter,) = mail.outbox
    assert (letter.to, letter.subject, letter.reply_to) == (
        ["bo@acme.example"], "For acme", ["hello@globex.example"],
    )  # fmt: skip
    assert letter.from_email.startswith("Globex <")


@pytest.mark.parametrize("reason", list(SuppressedAddress.Reason))
def test_who_unsubscribed_or_bounced_gets_none_and_the_next_does(house, account, reason):
    person(account, "Cy", strength=1)
    suppress(" BO@acme.example", reason=reason, now=NOW)
    running(house, account)
    assert OutboxMessage.objects.get(contact__isnull=False).contact.name == "Cy"


def test_a_day_begins_with_what_the_platform_does_on_it(house, account):
    third = LETTER | {"due": {"business_days": 1}}
    running(house, account, third)  # on a Friday
    tick(MONDAY - timedelta(minutes=1))
    assert results() == []
    tick(MONDAY)
    assert results() == [("letter", "written")]


def test_at_risk_it_ends_and_a_person_goes_on(house, account):
    Playbook.objects.filter(key="at_risk").update(state="retired")
    play = running(house, account, escalations=[RISK])
    house.falls(account, "line:40")
    fire()

    play.refresh_from_db()
    assert (play.state, play.outcome) == ("closed", "cancelled")
    assert play.reason == "Handed to a person. The score fell below 40: it is 35.00."
    task = Task.objects.get(play=play)
    assert (task.title, task.owner, task.state) == ("Take over", house.people["alice"], "open")
    letter = OutboxMessage.objects.get(contact__isnull=False)
    assert (letter.state, letter.reason) == ("suppressed", "the play that wrote it has ended")
    tick(MONDAY)
    assert Task.objects.filter(play=play).count() == 1  # nobody is asked twice


def test_where_somebody_works_on_the_fall_already_nobody_else_is_asked(house, account):
    play = running(house, account, escalations=[RISK])
    house.falls(account, "line:40")
    fire()

    play.refresh_from_db()
    assert play.outcome == "cancelled"
    assert not Task.objects.filter(play=play).exists()
    assert Play.objects.get(playbook_key="at_risk").state == "open"


def test_of_several_reasons_one_person_goes_on(house, account):
    Playbook.objects.filter(key="at_risk").update(state="retired")
    play = running(house, account, escalations=[RISK, TICKET])
    house.falls(account, "line:40")
    house.rings(account, "support.escalated", note="All is down")
    fire()
    fire()
    assert Task.objects.filter(play=play).count() == 1


def test_without_an_owner_it_falls_to_the_queue_of_cs_ops(house):
    account = house.account("nobody", owner=None)
    play = running(house, account, LATER, LETTER, escalations=[TICKET])
    house.rings(account, "support.escalated")
    fire()
    task = Task.objects.get(play=play)
    assert (task.owner, task.fallback) == (None, "empty_queue")


def test_a_play_is_not_handed_over_and_kept_open(house):
    with pytest.raises(PlaybookError, match="choose one"):
        published(LETTER, escalations=[RISK | {"keeps_open": True}])


def test_what_nobody_reads_before_it_goes_has_no_gaps(house):
    gap = LETTER | {"mail": WORDS | {"body": "See [link] and [what they\nreached]"}}
    with pytest.raises(PlaybookError, match="write what “\\[link\\]” stands for"):
        published(gap)
    published(gap | {"send": "after_approval"})


def test_mail_that_does_not_get_through_rings(house, account):
    play = running(
        house, account, escalations=[escalation(when="signals", signals=["mail.undelivered"])]
    )
    account.contacts.update(do_not_contact=True)
    outbox.send_due(now=MONDAY)

    signal = Signal.objects.get(kind="mail.undelivered")
    assert signal.payload == {"note": "For acme: the contact asked not to be contacted"}
    fire(now=MONDAY)
    play.refresh_from_db()
    assert play.outcome == "cancelled"
    assert Task.objects.get(play=play).title == "Take over"


class TestTheNoticeBeforeARenewalIsCharged:
    @pytest.fixture
    def renewing(self, house, account):
        install(entry=BY_KEY["renewal_tech_touch"], by=None, now=NOW - timedelta(days=30))
        return Contract.objects.create(
            account=account,
            external_id="C-1",
            starts_on=date(2024, 4, 14),
            ends_on=date(2025, 4, 14),
            arr_minor=1_200_00,
            uplift_percent=5,
            currency="USD",
            auto_renew=True,
            learned_at=NOW - timedelta(days=300),
        )

    def lives(self, days):
        """One tick and one round of sending at ten, day by day."""
        for number in range(days):
            at = NOW + timedelta(days=number, hours=2)
            tick(at)
            outbox.send_due(now=at)

    def begins(self):
        day = date(2025, 3, 15)  # 30 days before the end
        emit_moments(closed=day - timedelta(days=1), day=day)
        fire(now=NOW + timedelta(days=1))

    def test_it_says_what_is_charged_and_when(self, renewing):
        self.begins()
        self.lives(33)
        assert [letter.subject for letter in mail.outbox] == [
            "Your My company plan renews on 14 Apr 2025",
            "On 14 Apr 2025 we charge $1,260.00 for your plan",
            "Your plan goes on – thank you",
        ]
        assert Play.objects.get().outcome == "completed"

    def test_it_goes_even_where_the_budget_is_used_up(self, house, account, renewing):
        self.begins()
        contact = account.contacts.get()
        OutreachPolicy.objects.create(pk=1, per_contact=1, per_account=1)
        for number in range(40):
            OutboxMessage.objects.create(
                key=f"news:{number}",
                channel="email",
                account=account,
                contact=contact,
                subject=f"News {number}",
                next_at=NOW + timedelta(days=number),
            )
        self.lives(31)
        said = [letter.subject for letter in mail.outbox]
        assert "On 14 Apr 2025 we charge $1,260.00 for your plan" in said

    def test_who_gave_notice_is_not_told_that_they_renew(self, renewing):
        self.begins()
        self.lives(10)
        Contract.objects.update(notice_given_on=date(2025, 3, 20))
        self.lives(33)
        assert [letter.subject for letter in mail.outbox] == [
            "Your My company plan renews on 14 Apr 2025"
        ]
        assert StepResult.objects.get(step__key="leaving_14").ending == "fits"

    def test_a_contract_that_does_not_renew_itself_is_announced_by_nobody(self, renewing):
        Contract.objects.update(auto_renew=False)
        self.begins()
        assert not Play.objects.exists()

    def test_where_nobody_may_be_written_to_a_person_tells_them(self, account, renewing):
        self.begins()
        account.contacts.update(do_not_contact=True)
        self.lives(33)
        assert [letter.subject for letter in mail.outbox] == []
        assert Task.objects.filter(title="Tell them before the charge").exists()
