"""What a load leaves for others: accounts to score again, and signals that may start work."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from accounts.catalogue import HistoryAttribute, Severity, SignalKind, StartingInteraction
from accounts.loading.history import AttributeChange
from accounts.models import BusinessEvent, Installation, Interaction, InteractionContact, Ticket
from accounts.work.signals import NewSignal, emit

_NEWS = timedelta(days=7)
_SIGNAL_OF = {
    HistoryAttribute.TOUCH_TIER: SignalKind.TIER_CHANGED,
    HistoryAttribute.STAGE: SignalKind.STAGE_CHANGED,
}


def mark_dirty(account_ids: Iterable[int]) -> None:
    ids = sorted(set(account_ids))
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_dirtyaccount (account_id) SELECT unnest(%s::bigint[])", [ids]
        )


def emit_changes(changes: Sequence[AttributeChange], *, day: date, now: datetime) -> None:
    """Tier and stage changes, once a day and change. One found late happened on its own day."""
    zone = Installation.current().zone
    emit(
        NewSignal(
            account_id=change.account_id,
            kind=_SIGNAL_OF[change.attribute],
            key=f"{change.since}:{change.before}:{change.after}",
            occurred_at=now
            if change.since == day
            else datetime.combine(change.since, time(), tzinfo=zone),
            payload={"from": change.before, "to": change.after},
        )
        for change in changes
        if change.attribute in _SIGNAL_OF
    )


def emit_events(event_ids: Sequence[int]) -> None:
    """Business events just learned; a signal is dated when its event happened."""
    zone = Installation.current().zone
    # Another source may number alike: the first to come has the id alone for its key.
    twins = BusinessEvent.objects.filter(
        account=OuterRef("account"),
        kind=OuterRef("kind"),
        external_id=OuterRef("external_id"),
        pk__lt=OuterRef("pk"),
    )
    events = BusinessEvent.objects.filter(pk__in=event_ids).order_by("pk")
    events = events.annotate(has_twin=Exists(twins))
    emit(
        NewSignal(
            account_id=event.account_id,
            kind=f"{SignalKind.BUSINESS_EVENT}.{event.kind_id}",
            key=f"{event.source_id}:{event.external_id}" if event.has_twin else event.external_id,
            occurred_at=datetime.combine(event.occurred_on, time(), tzinfo=zone),
            payload=_event_payload(event),
        )
        for event in events
    )


def emit_escalations(ticket_ids: Sequence[int], *, now: datetime) -> None:
    """Urgent tickets that are open: once a ticket, when that is learned."""
    urgent = Ticket.objects.filter(
        pk__in=ticket_ids, severity=Severity.URGENT, solved_at__isnull=True
    )
    rows = urgent.order_by("pk").values_list("account_id", "source_id", "external_id", "subject")
    emit(
        NewSignal(account_id, SignalKind.SUPPORT_ESCALATED, f"{source}:{pk}", now, {"note": said})
        for account_id, source, pk, said in rows
    )


def emit_letters(interaction_ids: Sequence[int], *, now: datetime) -> None:
    """Mail that people of a customer wrote: nobody of us is its host. What is older than a week is
    history, which answers nothing."""
    written = Interaction.objects.filter(
        pk__in=interaction_ids,
        kind=StartingInteraction.EMAIL,
        host__isnull=True,
        occurred_at__gt=now - _NEWS,
        occurred_at__lte=now,
    ).filter(Exists(InteractionContact.objects.filter(interaction=OuterRef("pk"))))
    rows = written.order_by("pk").values_list(
        "account_id", "source_id", "external_id", "occurred_at", "subject"
    )
    emit(
        NewSignal(account_id, SignalKind.CUSTOMER_WROTE, f"{source}:{pk}", at, {"note": said})
        for account_id, source, pk, at, said in rows
    )


def _event_payload(event: BusinessEvent) -> Mapping[str, Any]:
    return {"occurred_on": event.occurred_on.isoformat(), "note": event.note}
