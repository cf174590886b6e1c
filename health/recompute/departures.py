"""Rings where people are gone and agents stay: a score of people falls, and nobody says why."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from accounts.catalogue import SignalKind
from accounts.models import Installation
from accounts.work.signals import NewSignal, emit
from health.facts.departures import Departure, departures


def emit_departures(*, day: date) -> int:
    """Once each time that the people leave: the signal is dated their last day. Returns how many
    accounts are like this as of the closed day."""
    found = departures(end=day)
    occurred_at = datetime.combine(day + timedelta(days=1), time(), Installation.current().zone)
    emit(_departure_signal(each, occurred_at) for each in found)
    return len(found)


def _departure_signal(found: Departure, occurred_at: datetime) -> NewSignal:
    return NewSignal(
        account_id=found.account_id,
        kind=SignalKind.PEOPLE_GONE,
        key=found.last_day.isoformat(),
        occurred_at=occurred_at,
        payload={
            "note": f"no person since {found.last_day:%-d %b %Y}, agents still at work:"
            f" {found.agents}",
            "last_day": found.last_day.isoformat(),
            "people": found.people,
            "agents": found.agents,
        },
    )
