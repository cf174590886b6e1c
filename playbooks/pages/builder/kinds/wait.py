"""A wait: for a time, or until something is true of the account, at most so long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import catalogue
from playbooks.due_dates import Offset, Unit
from playbooks.library.definition import StepDefinition
from playbooks.pages.builder.conditions import (
    BEHAVIOUR_CONDITIONS,
    NAMES,
    behaviour_data,
    behaviour_fields,
    behaviour_initial,
    condition_data,
    condition_fields,
    condition_initial,
)
from playbooks.pages.builder.fields import lasting_fields, several
from playbooks.pages.builder.kinds.step_form import KindRoom, StepForm, StepWords
from playbooks.triggers.descriptions import condition_labels
from playbooks.triggers.kinds import StepKind, Wait
from playbooks.triggers.names import RowNames
from playbooks.triggers.rules import Conditions


class WaitStepForm(StepForm):
    kind = StepKind.WAIT

    def own_fields(self) -> dict[str, forms.Field]:
        signals = several(_("It goes on before, once one of these happens"), self.known.signals)
        asked = condition_fields(self.known) | behaviour_fields(self.known)
        return {**lasting_fields(), **asked, "until_signal": signals}

    def own_groups(self) -> list[tuple[Any, Sequence[str]]]:
        return [
            (_("It goes on before, once the account is"), NAMES),
            (_("It goes on before, once its people have"), BEHAVIOUR_CONDITIONS),
        ]

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        lasts = part.get("lasts") or {}
        unit = next(iter(lasts), Unit.BUSINESS_DAYS.value)
        amount = {"lasts_amount": lasts.get(unit), "lasts_unit": unit}
        amount["until_signal"] = part.get("until_signal") or []
        until = part.get("until") or {}
        return amount | condition_initial(until) | behaviour_initial(until)

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        amount, until = values["lasts_amount"], condition_data(values) | behaviour_data(values)
        return {
            "lasts": None if amount is None else {values["lasts_unit"]: amount},
            "until": until or None,
            "until_signal": values["until_signal"] or None,
        }


def says(step: StepDefinition, names: RowNames) -> StepWords:
    wait = step.action
    lasts = lasting_words(wait.lasts) if isinstance(wait, Wait) else ""
    until = wait.until if isinstance(wait, Wait) else None
    signals = wait.signals if isinstance(wait, Wait) else ()
    if until is not None and until != Conditions():
        words = gettext("Until the account has %(what)s, at most %(time)s")
        told = {"what": ", ".join(condition_labels(until, names)), "time": lasts}
    elif signals:
        words, told = gettext("Until %(what)s happens, at most %(time)s"), {"time": lasts}
        told["what"] = ", ".join(signal_word(each) for each in signals)
    else:
        words, told = gettext("For %(time)s"), {"time": lasts}
    return StepWords(gettext("Wait"), step.title, (words % told,))


def signal_word(signal: str) -> str:
    return catalogue.label(signal.removeprefix(f"{catalogue.SignalKind.BUSINESS_EVENT}.")).lower()


def lasting_words(lasts: Offset) -> str:
    unit = lasts.unit.value.replace("_", " ")
    return f"{lasts.amount} {unit.removesuffix('s') if lasts.amount == 1 else unit}"


ROOM = KindRoom(
    StepKind.WAIT,
    _("Wait"),
    _("A time passes, or something becomes true, at most so long."),
    "hourglass",
    WaitStepForm,
    says,
)
