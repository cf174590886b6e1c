"""A wait: for a time, or until something is true of the account, at most so long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playbooks.due_dates import Offset, Unit
from playbooks.library.definition import StepDefinition
from playbooks.pages.builder.conditions import (
    NAMES,
    condition_data,
    condition_fields,
    condition_initial,
)
from playbooks.pages.builder.fields import lasting_fields
from playbooks.pages.builder.kinds.step_form import KindRoom, Said, StepForm
from playbooks.triggers.describing import condition_words
from playbooks.triggers.kinds import StepKind, Wait
from playbooks.triggers.rules import Conditions


class WaitStepForm(StepForm):
    kind = StepKind.WAIT

    def own_fields(self) -> dict[str, forms.Field]:
        return {**lasting_fields(), **condition_fields(self.known)}

    def own_groups(self) -> list[tuple[Any, Sequence[str]]]:
        return [(_("It goes on before, once the account is"), NAMES)]

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        lasts = part.get("lasts") or {}
        unit = next(iter(lasts), Unit.BUSINESS_DAYS.value)
        amount = {"lasts_amount": lasts.get(unit), "lasts_unit": unit}
        return amount | condition_initial(part.get("until") or {})

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        amount, until = values["lasts_amount"], condition_data(values)
        return {
            "lasts": None if amount is None else {values["lasts_unit"]: amount},
            "until": until or None,
        }


def says(step: StepDefinition) -> Said:
    wait = step.action
    lasts = lasting_words(wait.lasts) if isinstance(wait, Wait) else ""
    until = wait.until if isinstance(wait, Wait) else None
    if until is None or until == Conditions():
        return Said(gettext("Wait"), step.title, (gettext("For %s") % lasts,))
    words = gettext("Until the account has %(what)s, at most %(time)s")
    told = {"what": ", ".join(condition_words(until)), "time": lasts}
    return Said(gettext("Wait"), step.title, (words % told,))


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
