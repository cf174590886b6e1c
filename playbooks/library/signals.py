"""Kinds of signals as an author names them: of triggers, exits, escalations and waits."""

import re

from accounts.catalogue import SignalKind
from accounts.named_fields import Fields
from playbooks.triggers.time_triggers import MOMENT_SIGNALS

SIGNALS = tuple(
    kind.value
    for kind in SignalKind
    if kind not in (*MOMENT_SIGNALS, SignalKind.BUSINESS_EVENT, SignalKind.PLAY_ASKED)
)
# Of a business event of that kind: which kinds there are, rows say, and publishing looks.
_EVENT_SIGNAL = re.compile(rf"{SignalKind.BUSINESS_EVENT}\.[a-z0-9][a-z0-9_-]{{0,39}}")


def read_signal(fields: Fields) -> str:
    value = fields.text("signal", max_length=60)
    _refuse_unknown(fields, "signal", value)
    return value


def read_signals(fields: Fields, name: str = "signals") -> tuple[str, ...]:
    values = fields.texts(name)
    for value in values:
        _refuse_unknown(fields, name, value)
    return values


def _refuse_unknown(fields: Fields, name: str, value: str) -> None:
    if value and value not in SIGNALS and not _EVENT_SIGNAL.fullmatch(value):
        known = ", ".join([*SIGNALS, f"{SignalKind.BUSINESS_EVENT}.<kind of a business event>"])
        fields.wrong(name, f"“{value}” is none of {known}")
