"""What the forms of all kinds of steps share: the title, and where the play goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from playbooks.library.definition import StepDefinition
from playbooks.library.step_edits import NEXT, edges_of, leads_of
from playbooks.pages.builder.fields import Known, choice, text
from playbooks.pages.builder.part_form import PartForm
from playbooks.triggers.kinds import ENDINGS_OF, StepKind
from playbooks.triggers.names import RowNames
from playbooks.triggers.path import END
from playbooks.triggers.vocabulary import label


@dataclass(frozen=True, slots=True)
class StepWords:
    """A step in words: whose or what it is, its sentence, and lines of detail below."""

    who: str
    sentence: str
    details: tuple[str, ...] = ()


class StepForm(PartForm):
    """`later`: keys with titles of the steps that may follow."""

    kind: ClassVar[StepKind]

    def __init__(
        self,
        data: Any = None,
        *,
        part: Mapping[str, Any],
        known: Known,
        later: Sequence[tuple[str, str]],
    ) -> None:
        self.later = later
        super().__init__(data, part=part, known=known)

    @property
    def endings(self) -> Sequence[str]:
        """How this step may end: others are not offered."""
        return ENDINGS_OF[self.kind]

    @property
    def goes(self) -> dict[str, str]:
        """Name of the field by ending."""
        return {ending: f"goes_{ending}" for ending in self.endings}

    def made_fields(self) -> dict[str, forms.Field]:
        leads = [(NEXT, _("to the next step")), *self.later, (END, _("to the end of the play"))]
        return {
            "title": text(_("Title"), most=160),
            **self.own_fields(),
            **{
                name: choice(label(ending), leads, required=False)
                for ending, name in self.goes.items()
            },
        }

    def own_fields(self) -> dict[str, forms.Field]:
        return {}

    def read(self, part: Mapping[str, Any]) -> dict[str, Any]:
        leads = leads_of(part)
        known = {key for key, _title in self.later} | {NEXT, END}
        return {
            "title": part["title"],
            **self.read_own(part),
            **{
                name: leads[ending] if leads[ending] in known else NEXT
                for ending, name in self.goes.items()
            },
        }

    def read_own(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def written(self) -> dict[str, Any]:
        values = self.cleaned_data
        leads = {ending: values[name] for ending, name in self.goes.items()}
        before = leads_of(self.part)
        is_same = all(before[ending] == to for ending, to in leads.items())
        edges = self.part["next"] if is_same else edges_of(self.endings, leads)
        return {**self.part, "title": values["title"], "next": edges, **self.written_own(values)}

    def written_own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def group_names(self) -> list[tuple[Any, Sequence[str]]]:
        return [*self.own_groups(), (_("Where it goes on"), list(self.goes.values()))]

    def own_groups(self) -> list[tuple[Any, Sequence[str]]]:
        return []


@dataclass(frozen=True, slots=True)
class KindRoom:
    """A kind of step in the builder. `hint`: when to add one."""

    kind: StepKind
    word: Any
    hint: Any
    icon: str
    form: type[StepForm]
    says: Callable[[StepDefinition, RowNames], StepWords]
