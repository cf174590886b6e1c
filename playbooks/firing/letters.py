"""What steps write to customers: to whom, and the draft filled in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db.models import Case, F, IntegerField, Value, When

from accounts.catalogue import StakeholderRole
from accounts.models import Account, Contact, Installation, OutboxMessage, User
from accounts.ui import formats
from accounts.work import customer_mail
from accounts.work.outreach import CustomerHours, customer_hours
from playbooks.firing.due_steps import DueStep, Opening
from playbooks.library.mail import merge, merged_names
from playbooks.models.play import mail_thread
from playbooks.triggers.kinds import Consent, Mail, Sending


def closest_people(
    account_ids: Collection[int], *, with_consent: bool = False, by_mail: bool = True
) -> dict[int, Contact]:
    """By account: the champion, else whoever of them we know best; of equals, who was met first.

    Nobody who left or asked not to be contacted, nor, for mail, without an address; `with_consent`
    nobody who did not agree to be written to.
    """
    is_champion = When(roles__contains=[StakeholderRole.CHAMPION], then=Value(0))
    reachable = Contact.objects.filter(
        account__in=account_ids, is_active=True, do_not_contact=False, erased_at=None
    )
    if by_mail:
        reachable = reachable.filter(email__gt="")
    if with_consent:
        reachable = reachable.filter(consent_at__isnull=False)
    ranked = reachable.annotate(
        rank=Case(is_champion, default=Value(1), output_field=IntegerField())
    )
    first = ranked.order_by(
        "account_id", "rank", F("strength").desc(nulls_last=True), "met_on", "pk"
    ).distinct("account_id")
    return {contact.account_id: contact for contact in first}


def merge_values(
    account: Account, *, contact: Contact | None, sender: User | None, our_company: str
) -> dict[str, str]:
    """A value for each merge field; empty where it is not known."""
    return {
        "account": account.name,
        "contact": contact.name if contact else "",
        "csm": account.owner.name if account.owner else "",
        "sender": sender.name if sender else "",
        "our_company": our_company,
        "renewal_date": _day(account.renews_on),
        "decision_date": _day(account.decides_on or account.renews_on),
    }


def _day(day: date | None) -> str:
    return formats.day(day) if day else ""


def write_letters(
    due: Collection[DueStep], context: Opening
) -> dict[tuple[int, int], OutboxMessage]:
    """By play and step, not stored yet. Without a sender or somebody to write to there is none.

    What is to go out by itself waits for approval where a merge field is not known: nobody gets a
    mail with a hole in it.
    """
    people = _people({(each.play.account_id, _asks_consent(each)) for each in due})
    accounts = Account.objects.select_related("owner").in_bulk({pk for pk, _ in people})
    senders = {
        each.key: context.directory.owner_for(
            role=each.step.owner_role, account_id=each.play.account_id
        )
        for each in due
    }
    users = User.objects.in_bulk([pk for pk in senders.values() if pk is not None])
    company, hours = Installation.current().name, customer_hours()
    letters = {}
    for each in due:
        contact = people.get((each.play.account_id, _asks_consent(each)))
        sender = users.get(senders[each.key] or 0)
        if contact is not None and sender is not None:
            account = accounts[each.play.account_id]
            values = merge_values(account, contact=contact, sender=sender, our_company=company)
            letters[each.key] = _letter(each, account, contact, sender, values, context.now, hours)
    return letters


def _asks_consent(each: DueStep) -> bool:
    does = each.step.does
    return isinstance(does, Mail) and does.consent is Consent.GIVEN


def _people(asked: Collection[tuple[int, bool]]) -> dict[tuple[int, bool], Contact]:
    """By account, and whether only who agreed may be written to."""
    found: dict[tuple[int, bool], Contact] = {}
    for with_consent in sorted({each for _, each in asked}):
        accounts = {pk for pk, each in asked if each is with_consent}
        people = closest_people(accounts, with_consent=with_consent)
        found |= {(pk, with_consent): contact for pk, contact in people.items()}
    return found


def _letter(
    each: DueStep,
    account: Account,
    contact: Contact,
    sender: User,
    values: Mapping[str, str],
    now: datetime,
    hours: CustomerHours,
) -> OutboxMessage:
    step = each.step
    asked = merged_names(step.mail_subject) | merged_names(step.mail_body)
    is_whole = all(values.get(name) for name in asked)
    is_free = isinstance(step.does, Mail) and step.does.sending is Sending.BY_ITSELF
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
    )


def write_shown(due: Collection[DueStep], context: Opening) -> dict[tuple[int, int], OutboxMessage]:
    """Messages in the product by play and step, not stored yet. There is none without somebody to
    read it, or where a merge field is not known: nobody looks at it before."""
    people = closest_people({each.play.account_id for each in due}, by_mail=False)
    accounts = Account.objects.select_related("owner").in_bulk(people)
    company = Installation.current().name
    shown = {}
    for each in due:
        contact, step = people.get(each.play.account_id), each.step
        if contact is None:
            continue
        account = accounts[each.play.account_id]
        values = merge_values(account, contact=contact, sender=None, our_company=company)
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
