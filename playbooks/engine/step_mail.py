"""What steps write to customers: to whom, and the draft filled in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from accounts.models import Account, Contact, Installation, OutboxMessage, User
from accounts.queries.closest_people import closest_people
from accounts.work import customer_mail
from accounts.work.outreach import CustomerHours, customer_hours
from playbooks.engine.due_steps import DueStep, Opening
from playbooks.engine.merge_values import contracts_seen, merge_values
from playbooks.library.mail import merge, merged_names
from playbooks.models.play import mail_thread
from playbooks.triggers.kinds import Consent, Mail, Sending
from playbooks.triggers.vocabulary import OwnerRole


def write_letters(
    due: Collection[DueStep], context: Opening
) -> dict[tuple[int, int], OutboxMessage]:
    """By play and step, not stored yet. Without somebody to write to there is none, nor without a
    sender, unless the installation itself writes (`owner: system`).

    What is to go out by itself waits for approval where a merge field is not known: nobody gets a
    mail with a hole in it.
    """
    people = _contacts_to_write_to({(each.play.account_id, _asks_consent(each)) for each in due})
    accounts = Account.objects.select_related("owner").in_bulk({pk for pk, _ in people})
    senders = {
        each.key: context.directory.owner_for(
            role=each.step.owner_role, account_id=each.play.account_id
        )
        for each in due
    }
    users = User.objects.in_bulk([pk for pk in senders.values() if pk is not None])
    contracts, hours = contracts_seen([each.play for each in due]), customer_hours()
    installation = hours.installation
    letters = {}
    for each in due:
        contact = people.get((each.play.account_id, _asks_consent(each)))
        sender = users.get(senders[each.key] or 0)
        is_ours = each.step.owner_role == OwnerRole.SYSTEM
        if contact is not None and (sender is not None or is_ours):
            account = accounts[each.play.account_id]
            contract = contracts.get(each.play.pk)
            values = merge_values(
                account,
                contact=contact,
                sender=sender,
                installation=installation,
                contract=contract,
            )
            letters[each.key] = _letter_of_step(
                each, account, contact, sender, values, context.now, hours
            )
    return letters


def _asks_consent(each: DueStep) -> bool:
    does = each.step.does
    return isinstance(does, Mail) and does.consent is Consent.GIVEN


def _contacts_to_write_to(asked: Collection[tuple[int, bool]]) -> dict[tuple[int, bool], Contact]:
    """By account, and whether only who agreed may be written to."""
    found: dict[tuple[int, bool], Contact] = {}
    for with_consent in sorted({each for _, each in asked}):
        accounts = {pk for pk, each in asked if each is with_consent}
        people = closest_people(accounts, with_consent=with_consent)
        found |= {(pk, with_consent): contact for pk, contact in people.items()}
    return found


def _letter_of_step(
    each: DueStep,
    account: Account,
    contact: Contact,
    sender: User | None,
    values: Mapping[str, str],
    now: datetime,
    hours: CustomerHours,
) -> OutboxMessage:
    step = each.step
    asked = merged_names(step.mail_subject) | merged_names(step.mail_body)
    is_whole = all(values.get(name) for name in asked)
    is_free = isinstance(step.does, Mail) and step.does.sending is Sending.BY_ITSELF
    is_urgent = isinstance(step.does, Mail) and step.does.is_urgent
    return customer_mail.write(
        key=f"play:{each.play.pk}:step:{step.pk}",
        account=account,
        contact=contact,
        sender=sender,
        subject=merge(step.mail_subject, values),
        body=merge(step.mail_body, values),
        now=now,
        hours=hours,
        is_held=not (is_free and is_whole),
        thread=mail_thread(each.play.pk),
        priority=_mail_priority(is_free=is_free, is_urgent=is_urgent),
    )


def _mail_priority(*, is_free: bool, is_urgent: bool) -> int:
    """Ten thousand mails of sequences keep nobody's own letter waiting."""
    if is_urgent:
        return OutboxMessage.Priority.FIRST
    return OutboxMessage.Priority.BY_ITSELF if is_free else OutboxMessage.Priority.USUAL


def write_shown(due: Collection[DueStep], context: Opening) -> dict[tuple[int, int], OutboxMessage]:
    """Messages in the product by play and step, not stored yet. There is none without somebody to
    read it, or where a merge field is not known: nobody looks at it before."""
    people = closest_people({each.play.account_id for each in due}, by_mail=False)
    accounts = Account.objects.select_related("owner").in_bulk(people)
    contracts = contracts_seen([each.play for each in due])
    installation = Installation.current()
    shown = {}
    for each in due:
        contact, step = people.get(each.play.account_id), each.step
        if contact is None:
            continue
        account = accounts[each.play.account_id]
        contract = contracts.get(each.play.pk)
        values = merge_values(
            account, contact=contact, sender=None, installation=installation, contract=contract
        )
        asked = merged_names(step.mail_subject) | merged_names(step.mail_body)
        if all(values.get(name) for name in asked):
            shown[each.key] = customer_mail.show_in_product(
                key=f"play:{each.play.pk}:step:{step.pk}",
                account=account,
                contact=contact,
                subject=merge(step.mail_subject, values),
                body=merge(step.mail_body, values),
                now=context.now,
                thread=mail_thread(each.play.pk),
            )
    return shown
