"""Mail of plays that is due is let out while its senders are killed: each letter once as far as
SMTP allows, and nobody hears from us more often than the touch budget says.

Some senders die on purpose where it hurts most: the mail server has taken the letter and has not
said so. Then nobody can know, and it goes once more under the same Message-ID. `make faults-full`
has 10,000 letters.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from accounts import clock
from accounts.models import Account, Contact, OutboxMessage, Signal, SuppressedAddress, Touch
from accounts.work import customer_mail, outreach
from tests.mail_server import running_mail_server
from tests.pipeline import drill
from tests.pipeline.postbox import Postbox

pytestmark = pytest.mark.faults
MAILS = drill.size("MAILS", small=100)
FOR_EACH = (4, 3, 2, 1)  # letters for each of the people of an account
A_PERSON, AN_ACCOUNT, WITHIN = 2, 6, timedelta(days=7)
DIE_EVERY = max(MAILS // 20, 40)
# Half-way through a week nothing has room; after two of them all have had theirs.
DAYS = [drill.TUESDAY + timedelta(days=days) for days in (0, 3, 7, 14)]
REFUSED = {"unsubscribed": {}, "asked": {"do_not_contact": True}, "left": {"is_active": False}}


@pytest.fixture
def letters(transactional_db) -> int:
    """How many wait to be sent, to people of whom nobody has been written to; in every tenth
    account also to three who must not be."""
    drill.move_to(drill.TUESDAY)
    accounts = Account.objects.bulk_create(
        Account(external_id=f"a{number}", name=f"a{number}", time_zone=drill.THEIR_ZONE)
        for number in range(MAILS // sum(FOR_EACH))
    )
    rows = []
    for number, account in enumerate(accounts):
        people = _people_of(account, [f"p{place}" for place in range(len(FOR_EACH))])
        for person, count in zip(people, FOR_EACH, strict=True):
            rows += _letters_to(person, account, count, is_mixed=number % 10 == 1)
        if number % 10 == 0:
            for person in _people_of(account, list(REFUSED)):
                rows += _letters_to(person, account, 1)
    random.Random(5).shuffle(rows)
    OutboxMessage.objects.bulk_create(rows)
    for each in Contact.objects.filter(name__endswith="unsubscribed"):
        reason = SuppressedAddress.Reason.UNSUBSCRIBED
        outreach.suppress(each.email, reason=reason, now=clock.now())
    return len(accounts) * sum(FOR_EACH)


def _people_of(account: Account, names: list[str]) -> list[Contact]:
    return Contact.objects.bulk_create(
        Contact(
            account=account, external_id=f"{account.name}.{name}", name=f"{account.name}.{name}",
            email=f"{account.name}.{name}@theirs.example", met_on=drill.TUESDAY,
            left_on=drill.TUESDAY if name == "left" else None, **REFUSED.get(name, {}),
        )
        for name in names
    )  # fmt: skip


def _letters_to(
    person: Contact, account: Account, count: int, *, is_mixed: bool = False
) -> Iterator[OutboxMessage]:
    """As steps write them; `is_mixed`: some of them are urgent, some written by hand."""
    hours, now = outreach.customer_hours(), clock.now()
    for place in range(count):
        yield customer_mail.write(
            key=f"play:{person.name}:step:{place}", account=account, contact=person, sender=None,
            subject=f"{person.name} {place}", body=f"Text {place}", now=now, hours=hours,
            thread=f"play:{person.name}", priority=(6, 1, 5)[place % 3] if is_mixed else 6,
        )  # fmt: skip


def test_each_letter_goes_once_and_within_the_budget_whoever_is_killed(letters):
    sent_on: Counter[date] = Counter()
    with running_mail_server() as server:
        box, begun = Postbox(server, day=DAYS[0]), time.monotonic()
        with (
            drill.killed_stack(seed=17, EMAIL_URL=server.url) as stack,
            box.killing(stack, every=DIE_EVERY),
        ):
            for day in DAYS:
                box.day = day
                drill.move_to(day)
                drill.wait_until_worked()
                sent_on[day] = OutboxMessage.objects.filter(state="sent").count()
        seconds = time.monotonic() - begun

    assert sent_on[DAYS[-1]] == letters == Touch.objects.count()
    assert sent_on[DAYS[0]] == sent_on[DAYS[1]]  # nobody has room yet
    _assert_the_refused_got_nothing(box)
    _assert_one_text_a_letter(box)
    drill.assert_nobody_gave_up()
    first_day = _assert_the_budget_held(box)
    assert 1 <= box.deaths <= box.doubles <= drill.killed_senders(stack.kills)
    drill.say(
        f"{letters} letters in {seconds:.0f} s, {first_day} of them on the first day;"
        f" {box.deaths} senders died after the server had the letter;"
        f" {box.doubles} letters came twice"
    )


def _assert_the_refused_got_nothing(box: Postbox) -> None:
    kept_back = OutboxMessage.objects.filter(state="suppressed")
    assert kept_back.count() == Contact.objects.filter(name__regex="|".join(REFUSED)).count() > 0
    assert not [each.to for each in box.came if any(name in each.to for name in REFUSED)]
    assert Signal.objects.filter(kind="mail.undelivered").count() == kept_back.count()


def _assert_one_text_a_letter(box: Postbox) -> None:
    """Who gets one twice gets the same one: mail programs show it once."""
    texts = defaultdict(set)
    for each in box.came:
        texts[each.key].add((each.to, each.text))
    assert {len(found) for found in texts.values()} == {1}
    assert len({found.pop() for found in texts.values()}) == len(texts)


def _assert_the_budget_held(box: Postbox) -> int:
    """By what the server was given. How many came on the first day."""
    by_person, by_account = defaultdict(list), defaultdict(list)
    for each in box.letters():
        by_person[each.to].append(each.day)
        by_account[each.to.split(".")[0]].append(each.day)
    for days, cap in ((by_person, A_PERSON), (by_account, AN_ACCOUNT)):
        most = max(
            sum(end - WITHIN < day <= end for day in found)
            for found in days.values()
            for end in DAYS
        )
        assert most == cap
    # All letters alike: as many go as there is room for.
    alike = [found for name, found in by_account.items() if int(name[1:]) % 10 != 1]
    assert {found.count(DAYS[0]) for found in alike} == {AN_ACCOUNT}
    return sum(each.day == DAYS[0] for each in box.letters())
