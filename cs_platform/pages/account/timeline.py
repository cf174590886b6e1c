"""What happened at an account: one list out of every kind of record that is dated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext

from accounts.catalogue import EventTone, label
from accounts.models import (
    Account,
    Attendance,
    BusinessEvent,
    CsmSentiment,
    GroupSession,
    Interaction,
    OutboxMessage,
    RevenueMovement,
    Ticket,
)
from accounts.queries.csm_sentiments import grade_word
from accounts.ui import formats
from accounts.ui.bands import band_look
from health.models import BandOverride, ThresholdCrossing
from health.pages.labels import crossing_label
from health.queries.scorecards import published_card
from health.scoring import Cause, plain
from playbooks.models import Task
from playbooks.triggers import vocabulary

_TONES = {EventTone.GOOD.value: "is-healthy", EventTone.BAD.value: "is-intervene"}


@dataclass(frozen=True, slots=True)
class Entry:
    at: date | datetime
    kind: str
    icon: str
    title: str
    text: str = ""
    tone: str = ""
    who: str = ""
    href: str = ""

    @property
    def month(self) -> str:
        return f"{self.at:%B %Y}"

    @property
    def order(self) -> datetime:
        """A day without an hour counts as its end: it was known when the day was over."""
        if isinstance(self.at, datetime):
            return self.at
        return datetime.combine(self.at, time(23, 59, 59), tzinfo=UTC)


def interactions(account: Account, limit: int) -> list[Entry]:
    found = (
        Interaction.objects.filter(account=account)
        .select_related("host", "kind")
        .order_by("-occurred_at", "-pk")[:limit]
    )
    return [
        Entry(
            at=row.occurred_at,
            kind="interactions",
            icon=row.kind.icon,
            title=row.subject or row.kind.name,
            text=row.next_step and gettext("Next: %(next_step)s") % {"next_step": row.next_step},
            who=f"{row.kind}{f' with {row.host}' if row.host else ''}",
            tone="is-intervene" if row.sentiment == "negative" else "",
        )
        for row in found
    ]


def sent_mail(account: Account, limit: int) -> list[Entry]:
    """What people of the account got from here.

    Uses index: outbox_customer_account or outbox_customer_state
    """
    sent = OutboxMessage.objects.filter(
        account=account,
        contact__isnull=False,
        channel__in=(OutboxMessage.Channel.EMAIL, OutboxMessage.Channel.IN_APP),
        state=OutboxMessage.State.SENT,
    )
    return [
        Entry(
            at=row.sent_at,
            kind="interactions",
            icon="mail" if row.channel == OutboxMessage.Channel.EMAIL else "message-square",
            title=row.subject,
            who=_to_whom(row),
            href=reverse("mail", args=[row.pk]),
        )
        for row in sent.select_related("contact", "sender").order_by("-pk")[:limit]
    ]


def _to_whom(row: OutboxMessage) -> str:
    named = {"recipient": row.recipient, "sender": row.sender}
    if row.channel == OutboxMessage.Channel.IN_APP:
        return gettext("Seen by %(recipient)s in the product") % named
    if row.sender:
        return gettext("Mail to %(recipient)s from %(sender)s") % named
    return gettext("Mail to %(recipient)s") % named


def group_sessions(account: Account, limit: int) -> list[Entry]:
    """Once each, however many of the account's people came."""
    came = Attendance.objects.filter(account=account, attended=True)
    found = (
        GroupSession.objects.filter(pk__in=came.values("session"))
        .annotate(people=Count("attendances", filter=Q(attendances__in=came)))
        .select_related("host", "kind")
        .order_by("-starts_at", "-pk")[:limit]
    )
    return [
        Entry(
            at=row.starts_at,
            kind="interactions",
            icon=row.kind.icon,
            title=row.subject or row.kind.name,
            text=ngettext("%(people)s person came", "%(people)s people came", row.people)
            % {"people": row.people},
            who=gettext("%(kind)s with %(host)s") % {"kind": row.kind, "host": row.host}
            if row.host
            else str(row.kind),
        )
        for row in found
    ]


def finished_tasks(account: Account, limit: int) -> list[Entry]:
    """What people did and what came of it; what ended by itself is in the plays."""
    found = (
        Task.objects.filter(
            account=account, state=vocabulary.TaskState.DONE, closed_by__isnull=False
        )
        .select_related("closed_by")
        .order_by("-closed_at", "-pk")[:limit]
    )
    return [
        Entry(
            at=row.closed_at or row.due_at,
            kind="tasks",
            icon="circle-check",
            title=row.title,
            text=row.note,
            who=gettext("Task: %(outcome)s, by %(person)s")
            % {"outcome": vocabulary.label(row.outcome or "").lower(), "person": row.closed_by},
            href=reverse("task", args=[row.pk]),
        )
        for row in found
    ]


def tickets(account: Account, limit: int) -> list[Entry]:
    found = Ticket.objects.filter(account=account).order_by("-opened_at", "-pk")[:limit]
    return [
        Entry(
            at=row.opened_at,
            kind="tickets",
            icon="life-buoy",
            title=row.subject or gettext("%(category)s ticket") % {"category": label(row.category)},
            text=_solution_phrase(row),
            who=gettext("%(category)s ticket, %(severity)s")
            % {"category": label(row.category), "severity": label(row.severity).lower()},
            tone="is-watch" if row.severity in ("high", "urgent") else "",
        )
        for row in found
    ]


def _solution_phrase(ticket: Ticket) -> str:
    if ticket.solved_at is None:
        return gettext("Still open")
    days = (ticket.solved_at - ticket.opened_at).days
    if days == 0:
        return gettext("Solved the same day")
    after = ngettext("Solved after %(days)s day", "Solved after %(days)s days", days)
    return after % {"days": days}


def events(account: Account, limit: int) -> list[Entry]:
    found = BusinessEvent.objects.filter(account=account).select_related("kind")
    return [
        Entry(
            at=row.occurred_on,
            kind="events",
            icon="flag",
            title=row.kind.name,
            text=row.note,
            who=gettext("Business event"),
            tone=_TONES.get(row.kind.tone, ""),
        )
        for row in found.order_by("-occurred_on", "-pk")[:limit]
    ]


def movements(account: Account, limit: int) -> list[Entry]:
    found = RevenueMovement.objects.filter(account=account).order_by("-effective_on", "-pk")
    return [
        Entry(
            at=row.effective_on,
            kind="revenue",
            icon="wallet",
            title=f"{label(row.kind)} {formats.money_signed(row.amount_minor, row.currency)} ARR",
            text=row.reason,
            who=gettext("Revenue"),
            tone="is-healthy" if row.amount_minor > 0 else "is-intervene",
        )
        for row in found[:limit]
    ]


def crossings(account: Account, limit: int) -> list[Entry]:
    found = ThresholdCrossing.objects.filter(account=account, kind=ThresholdCrossing.Kind.BAND)
    found = found.filter(subject="score").order_by("-day", "-seq")[:limit]
    return [
        Entry(
            at=row.day,
            kind="health",
            icon="activity",
            title=crossing_label(row),
            text=_scores_phrase(row),
            who=gettext("Health"),
            tone=f"is-{band_look(row.to_band).tone}",
        )
        for row in found
    ]


def _scores_phrase(crossing: ThresholdCrossing) -> str:
    if crossing.score_before is None or crossing.score_after is None:
        return ""
    before, after = formats.score(crossing.score_before), formats.score(crossing.score_after)
    return gettext("Score %(before)s to %(after)s%(judged)s") % {
        "before": before,
        "after": after,
        "judged": _judgement_note(crossing),
    }


def _judgement_note(crossing: ThresholdCrossing) -> str:
    """What the two numbers do not tell: another scorecard, or that a rise clears a margin."""
    if crossing.cause == Cause.NEW_SCORECARD:
        return gettext(", judged by another scorecard or version from here")
    if crossing.cause != Cause.MOVED or crossing.direction != ThresholdCrossing.Direction.UP:
        return ""
    spec = published_card(crossing.scorecard_id).spec
    lower = next((band.lower for band in spec.bands if band.key == crossing.to_band), None)
    if not lower or not spec.recovery_margin:
        return ""
    return gettext(", past %(bound)s and the margin of %(margin)s") % {
        "bound": plain(lower),
        "margin": plain(spec.recovery_margin),
    }


def overrides(account: Account, limit: int) -> list[Entry]:
    """Set by a person, and ended by one; until when it holds is said where it begins."""
    found = list(
        BandOverride.objects.filter(account=account)
        .select_related("created_by", "ended_by")
        .order_by("-created_at", "-pk")[:limit]
    )
    replaced = {row.created_at for row in found}
    ended = [row for row in found if row.ended_at and row.ended_at not in replaced]
    return [_set_by_hand(row) for row in found] + [_ended_by_hand(row) for row in ended]


def csm_sentiments(account: Account, limit: int) -> list[Entry]:
    found = CsmSentiment.objects.filter(account=account).select_related("said_by")
    return [
        Entry(
            at=row.said_at,
            kind="health",
            icon="user",
            title=gettext("CSM sentiment: %(grade)s") % {"grade": grade_word(row.value).lower()},
            text=row.reason,
            who=gettext("Health, by %(person)s") % {"person": row.said_by}
            if row.said_by
            else gettext("Health"),
        )
        for row in found.order_by("-said_at", "-pk")[:limit]
    ]


def _set_by_hand(row: BandOverride) -> Entry:
    look = band_look(row.band)
    return Entry(
        at=row.created_at,
        kind="health",
        icon="user",
        title=gettext("Band set to %(band)s until %(day)s")
        % {"band": look.word, "day": formats.day(row.expires_on)},
        text=row.reason,
        who=gettext("Health, by %(person)s") % {"person": row.created_by},
        tone=f"is-{look.tone}",
    )


def _ended_by_hand(row: BandOverride) -> Entry:
    return Entry(
        at=row.ended_at or row.created_at,
        kind="health",
        icon="user",
        title=gettext("The computed band counts again"),
        text=gettext("%(band)s had been set by hand.") % {"band": band_look(row.band).word},
        who=gettext("Health, by %(person)s") % {"person": row.ended_by}
        if row.ended_by
        else gettext("Health"),
    )


Read = Callable[[Account, int], list[Entry]]
SOURCES: dict[str, tuple[str, tuple[Read, ...]]] = {
    "interactions": (gettext_noop("Conversations"), (interactions, group_sessions, sent_mail)),
    "tasks": (gettext_noop("Tasks"), (finished_tasks,)),
    "tickets": (gettext_noop("Tickets"), (tickets,)),
    "events": (gettext_noop("Business events"), (events,)),
    "health": (gettext_noop("Health"), (crossings, overrides, csm_sentiments)),
    "revenue": (gettext_noop("Revenue"), (movements,)),
}


def newest_entries(account: Account, *, kind: str, limit: int) -> list[list[Entry]]:
    """Newest first, by source; `kind` empty is all of them."""
    return [
        read(account, limit)
        for key, (_, readers) in SOURCES.items()
        if kind in ("", key)
        for read in readers
    ]
