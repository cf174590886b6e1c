"""A moment as an author writes it and as it is stored: one shape, read and written."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from accounts.named_fields import Fields
from playbooks.triggers.time_triggers import (
    AfterChurn,
    AudienceEntry,
    AudienceExit,
    Cadence,
    ContractDate,
    ContractMark,
    Launched,
    Moment,
    NotStarted,
    Repeated,
    ScoreFall,
    Silence,
    TicketSolved,
    Unpaid,
    Untouched,
)
from playbooks.triggers.vocabulary import TriggerKind


def read_moment(fields: Fields, kind: TriggerKind) -> Moment | None:
    """None for what something else than time brings about."""
    read = _READS.get(kind)
    return read(fields) if read else None


def _read_days(fields: Fields, *, lowest: int = 1, highest: int = 365, name: str = "days") -> int:
    return fields.whole(name, lowest=lowest, highest=highest)


def _contract_mark(fields: Fields) -> Moment:
    which = fields.word("date", ContractDate, ContractDate.DECISION)
    return ContractMark(which, _read_days(fields, lowest=-730, highest=730))


def _score_fall(fields: Fields) -> Moment:
    points = fields.score("points") or Decimal(0)
    if not points:
        fields.wrong("points", "is missing: a fall by how many points?")
    return ScoreFall(points, _read_days(fields, name="within_days"))


def _read_untouched(fields: Fields) -> Moment:
    return Untouched(_read_days(fields), fields.text("feature", max_length=80, default=""))


def _read_repeated(fields: Fields) -> Moment:
    event = fields.text("event", max_length=40)
    times = fields.whole("times", lowest=2, highest=100)
    return Repeated(event, times, _read_days(fields, name="within_days"))


_READS: Mapping[TriggerKind, Callable[[Fields], Moment]] = {
    TriggerKind.CONTRACT_DATE: _contract_mark,
    TriggerKind.SCORE_FALLS: _score_fall,
    TriggerKind.INACTIVE: lambda fields: Silence(_read_days(fields)),
    TriggerKind.CADENCE: lambda fields: Cadence(
        _read_days(fields, highest=36, name="every_months")
    ),
    TriggerKind.NOT_STARTED: lambda fields: NotStarted(_read_days(fields)),
    TriggerKind.UNTOUCHED: _read_untouched,
    TriggerKind.REPEATED: _read_repeated,
    TriggerKind.TICKET_SOLVED: lambda fields: TicketSolved(_read_days(fields, lowest=0)),
    TriggerKind.UNPAID: lambda fields: Unpaid(_read_days(fields)),
    TriggerKind.LAUNCHED: lambda fields: Launched(_read_days(fields, lowest=0)),
    TriggerKind.AFTER_CHURN: lambda fields: AfterChurn(
        _read_days(fields, highest=36, name="months")
    ),
    TriggerKind.AUDIENCE_ENTERED: lambda fields: AudienceEntry(fields.key("audience")),
    TriggerKind.AUDIENCE_LEFT: lambda fields: AudienceExit(fields.key("audience")),
}


def write_moment(moment: Moment | None) -> dict[str, Any]:
    match moment:
        case None:
            return {}
        case ContractMark(date=date, days=days):
            return {"date": date.value, "days": days}
        case ScoreFall(points=points, within_days=within):
            return {"points": str(points), "within_days": within}
        case Cadence(months=months):
            return {"every_months": months}
        case _:
            return asdict(moment)
