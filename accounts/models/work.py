"""Rows that make sure work happens: dirty accounts, due ledgers, jobs, and the outbox.

The broker only carries ids; claims, leases and unique keys here decide who works, and once.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import NullIf
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Account
from accounts.models.contact import Contact
from accounts.models.contract import Contract
from accounts.models.endpoint import Endpoint
from accounts.models.intake import ImportRun
from accounts.models.leased import LeasedRow, lease_is_dated
from accounts.models.people import User
from accounts.models.scope import AccountScopedQuerySet


class DirtyAccount(models.Model):
    """An account whose facts changed. Append-only queue: marking never waits for a worker.

    A worker claims ids (SKIP LOCKED) and deletes exactly those, so that a mark made while it
    computes stays and is worked next.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    marked_at = models.DateTimeField(db_default=models.functions.Now())

    def __str__(self) -> str:
        return str(self.account_id)


class LedgerDue(models.Model):
    """A record of money whose account's ledger is to be derived again.

    Written with the record, deleted by the derivation at the end of its run. What a killed run has
    left is derived some minutes later.
    """

    # Written by the ten thousand and gone within minutes; what they name is never deleted before
    # that: the database does not check it.
    run = models.ForeignKey(
        ImportRun,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    contract = models.ForeignKey(
        Contract,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    position = models.PositiveIntegerField(
        default=0,
        help_text=_("Of the contract's record in its run: what is asked about it names it."),
    )
    marked_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [models.Index("run", "account", name="ledger_due_of_run")]

    def __str__(self) -> str:
        return str(self.account_id)


class Job(LeasedRow):
    class State(models.TextChoices):
        NEW = "new", _("New")
        LEASED = "leased", _("Leased")
        DONE = "done", _("Done")
        DEAD = "dead", _("Dead")

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=160, help_text=_("(kind, key) makes it once."))
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    cursor = models.BigIntegerField(
        default=0, help_text=_("How far it got: progress resets attempts.")
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("kind", "key", name="job_once"),
            lease_is_dated("job_lease_is_dated"),
        ]
        indexes = [
            # The dispatcher's sweep: what is due or whose lease has run out.
            models.Index("next_at", name="job_due", condition=Q(state__in=("new", "leased"))),
            # What was given up, and what was done of late, newest first (operations page).
            models.Index(
                "state",
                models.F("finished_at").desc(),
                models.F("id").desc(),
                name="job_finished",
                condition=Q(state__in=("done", "dead")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.state}"


# How many recipients a message has.
_RECIPIENTS = Func(
    F("user"),
    F("contact"),
    F("endpoint"),
    *(NullIf(name, Value("")) for name in ("to_address", "to_channel", "to_url")),
    function="num_nonnulls",
    output_field=models.IntegerField(),
)


class OutboxMessage(LeasedRow):
    """The only way out. One row a message, one send a key.

    Its one recipient is a person (of ours, or of a customer), an address, or an endpoint (a webhook
    or a chat; `to_channel` and `to_url` are of rows before there were any). A person gets it at the
    address they have when it is sent; in-app, ours in the platform, a customer's in the product:
    sent is when they first saw it.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        IN_APP = "in_app", _("In-app")
        CHAT = "chat", _("Chat")
        WEBHOOK = "webhook", _("Webhook")

    class State(models.TextChoices):
        HELD = "held", _("Waits for approval")
        NEW = "new", _("New")
        LEASED = "leased", _("Leased")
        SENT = "sent", _("Sent")
        SUPPRESSED = "suppressed", _("Suppressed")
        DEAD = "dead", _("Dead")

    class Priority(models.IntegerChoices):
        """`BY_ITSELF` and what comes after it goes in bulk: only when nothing else is due."""

        FIRST = 1
        USUAL = 5
        BY_ITSELF = 6

    key = models.CharField(max_length=160, unique=True)
    channel = models.CharField(max_length=10, choices=Channel)
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    endpoint = models.ForeignKey(
        Endpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    to_address = models.EmailField(blank=True, help_text=_("Sent there, whoever reads it."))
    to_channel = models.CharField(
        max_length=200, blank=True, help_text=_("Channel of a chat, such as #renewals.")
    )
    to_url = models.CharField(max_length=500, blank=True, help_text=_("Posted there."))
    sender = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("In whose name a customer gets it; answers go there."),
    )
    thread = models.CharField(
        max_length=80, blank=True, help_text=_("Mails that share it are one conversation.")
    )
    priority = models.PositiveSmallIntegerField(
        default=5,
        help_text=_(
            "1 goes first where the touch budget has no room for all. Up to 5 goes before"
            " what goes in bulk."
        ),
    )
    subject = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    valid_until = models.DateTimeField(null=True, blank=True, help_text=_("Too late after this."))
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True, help_text=_("A customer's person closed it."))
    clicked_at = models.DateTimeField(null=True, help_text=_("They first followed a link in it."))
    decided_by = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Who approved or discarded what was held."),
    )

    objects = AccountScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            lease_is_dated("outbox_lease_is_dated"),
            models.CheckConstraint(
                name="outbox_sent_is_dated",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="outbox_closed_was_shown",
                condition=Q(dismissed_at__isnull=True, clicked_at__isnull=True)
                | Q(channel="in_app", user__isnull=True, state="sent"),
            ),
            # A contact that is deleted takes itself out of what was kept back from it.
            models.CheckConstraint(
                name="outbox_has_one_recipient",
                condition=Q(Exact(_RECIPIENTS, 1)) | Q(state="suppressed"),
            ),
            models.CheckConstraint(
                name="outbox_recipient_fits_channel",
                condition=Q(channel="email", to_channel="", to_url="", endpoint=None)
                | Q(channel="in_app", to_address="", to_channel="", to_url="", endpoint=None)
                | (Q(channel="chat") & (Q(endpoint__isnull=False) | ~Q(to_channel="")))
                | (Q(channel="webhook") & (Q(endpoint__isnull=False) | ~Q(to_url="")))
                | Q(state="suppressed"),
            ),
        ]
        indexes = [
            # In the order in which they are taken: thousands may be due at one moment.
            models.Index(
                "next_at", "id", name="outbox_due", condition=Q(state__in=("new", "leased"))
            ),
            models.Index(
                "next_at",
                "id",
                name="outbox_due_first",
                condition=Q(state__in=("new", "leased"), priority__lte=5),
            ),
            # What did not go out, newest first (operations page).
            models.Index(
                "state",
                models.F("id").desc(),
                name="outbox_kept_back",
                condition=Q(state__in=("dead", "suppressed")),
            ),
            models.Index(
                "user", models.F("id").desc(), name="outbox_inbox", condition=Q(channel="in_app")
            ),
            # Mail to customers: of some accounts, and of all, newest first.
            models.Index(
                "account",
                models.F("id").desc(),
                name="outbox_customer_account",
                condition=Q(contact__isnull=False),
            ),
            models.Index(
                "state",
                models.F("id").desc(),
                name="outbox_customer_state",
                condition=Q(contact__isnull=False),
            ),
            # What waits for an account's people: room is kept for the more urgent.
            models.Index(
                "account",
                name="outbox_touch_waiting",
                condition=Q(state="new", contact__isnull=False),
            ),
            # What a play has written and is not sent when it ends.
            models.Index(
                "thread",
                name="outbox_thread_unsent",
                condition=Q(state__in=("held", "new", "leased")) & ~Q(thread=""),
            ),
            # What a customer's people may see when they look in the product.
            models.Index(
                "contact",
                name="outbox_in_product",
                condition=Q(
                    channel="in_app",
                    contact__isnull=False,
                    state__in=("new", "sent"),
                    dismissed_at__isnull=True,
                    clicked_at__isnull=True,
                ),
            ),
            # Of all customers, newest first: how many of a state, and which.
            models.Index(
                "state",
                models.F("id").desc(),
                name="outbox_product_state",
                condition=Q(channel="in_app", contact__isnull=False),
            ),
            # How much is new, asked on every page.
            models.Index(
                "user",
                name="outbox_unread",
                condition=Q(channel="in_app", state="sent", read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def recipient(self) -> str:
        """Who or what it goes to, for people to read; empty where it is gone."""
        person = self.user or self.contact
        named = person.name if person else ""
        place = self.endpoint.name if self.endpoint else ""
        return named or place or self.to_address or self.to_channel or self.to_url
