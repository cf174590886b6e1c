"""Mail out of the outbox: whom it goes to, in whose name, and in which conversation."""

from __future__ import annotations

import hashlib
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils.translation import gettext

from accounts import passwords
from accounts.models import Installation, OutboxMessage, OutreachPolicy
from accounts.unsubscribe_links import unsubscribe_path
from accounts.work.additions import MessageAddition, addition_to

CALL_SECONDS = 15
REFERENCES = 20  # of earlier mails that a conversation names
MESSAGE_ID = "message"
"""What a provider is told beside a mail to a customer, and says again of its fate: the row's id."""


class NobodyToTellError(RuntimeError):
    """The recipient has no address for this channel."""


def send(message: OutboxMessage) -> None:
    person = message.user or message.contact
    address = message.to_address or (person.email if person else "")
    if not address:
        raise NobodyToTellError
    path = message.link
    if message.user is not None and passwords.leads_to_a_password(path):
        path = passwords.fresh_link(message.user, link=path)
    letter = EmailMultiAlternatives(
        subject=_one_line(message.subject),
        body=message.body + (f"\n\n{settings.BASE_URL}{path}" if path else ""),
        to=[address],
        headers={"Message-ID": _mail_id(message.key)},
        connection=get_connection(timeout=CALL_SECONDS),
    )
    if message.contact is not None:
        _address_to_customer(letter, message)
    letter.send()


def _one_line(text: str) -> str:
    """No further headers from a name."""
    return " ".join(text.split())


def _mail_id(key: str) -> str:
    return f"<{hashlib.sha256(key.encode()).hexdigest()}@outbox>"


def _address_to_customer(letter: EmailMultiAlternatives, message: OutboxMessage) -> None:
    """From the person who writes, in their conversation, with a way to hear no more (RFC 8058)."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if message.sender is not None:
        letter.from_email = formataddr((_one_line(message.sender.name), address))
        letter.reply_to = [message.sender.email]
    else:  # nobody by name: the installation itself
        letter.from_email = formataddr((_one_line(Installation.current().name), address))
        answers_to = OutreachPolicy.current().answers_to
        letter.reply_to = [answers_to] if answers_to else []
    if message.thread and (earlier := _earlier_in(message)):
        letter.extra_headers |= {
            "In-Reply-To": _mail_id(earlier[-1]),
            "References": " ".join(map(_mail_id, earlier)),
        }
    stop = settings.BASE_URL + unsubscribe_path(message.pk)
    if (added := addition_to(message)) is not None:
        letter.body += f"\n\n{added.text}"
        letter.attach_alternative(_as_page(message, added, stop), "text/html")
    letter.body += "\n\n-- \n" + gettext("To hear no more from us: %(link)s") % {"link": stop}
    letter.extra_headers |= {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    # Read by the backends of providers (django-anymail); a mail server never sees it.
    letter.metadata = {MESSAGE_ID: str(message.pk)}  # type: ignore[attr-defined]


def _as_page(message: OutboxMessage, added: MessageAddition, stop: str) -> str:
    """The same as the text, for programs that show pages: nothing is loaded from anywhere."""
    return render_to_string("mail/letter.html", {"message": message, "added": added, "stop": stop})


def _earlier_in(message: OutboxMessage) -> list[str]:
    """Keys of what was sent to the person in this conversation, the oldest first."""
    sent = OutboxMessage.objects.filter(
        contact=message.contact,
        thread=message.thread,
        state=OutboxMessage.State.SENT,
        pk__lt=message.pk,
    )
    return list(sent.order_by("pk").values_list("key", flat=True)[:REFERENCES])
