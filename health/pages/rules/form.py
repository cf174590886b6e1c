"""The rules of a draft as one form: a row each, saved as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from accounts.catalogue import LifecycleStage, choices
from accounts.models import Plan
from accounts.queries.sizes import segment_choices, touch_tier_choices
from health.models import RuleSet
from health.pages.problems import ListedProblem
from health.publishing import check_rules
from health.queries.rules import RuleContent, content_of
from health.queries.scorecards import in_force

MOST_RULES = 200
_MOST_ARR = 10**12
_PREFIX = "rule"


class RuleForm(forms.Form):
    """Choices are the form set's: asked once, however many rules there are."""

    order = forms.IntegerField(
        label=gettext_lazy("Order"), min_value=1, max_value=999, required=False
    )
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), required=False)
    touch_tier = forms.ChoiceField(label=gettext_lazy("Touch tier"), required=False)
    segment = forms.ChoiceField(label=gettext_lazy("Segment"), required=False)
    plan_id = forms.TypedChoiceField(
        label=gettext_lazy("Plan"), required=False, coerce=int, empty_value=None
    )
    minimum_arr = forms.IntegerField(
        label=gettext_lazy("ARR from"), required=False, min_value=0, max_value=_MOST_ARR
    )
    scorecard_key = forms.ChoiceField(label=gettext_lazy("Scorecard"))
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=200)

    def __init__(
        self, *args: Any, offered: Mapping[str, list[tuple[Any, Any]]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", _empty_choice_label(name)), *offered[name]]
            field.widget.attrs |= {"class": "input"}

    def content(self) -> RuleContent:
        values = {name: value for name, value in self.cleaned_data.items() if name in _CONTENT}
        return RuleContent(**values)


_CONTENT = ("scorecard_key", "stage", "touch_tier", "segment", "plan_id", "minimum_arr", "note")


def _empty_choice_label(name: str) -> str:
    return gettext("Choose") if name == "scorecard_key" else gettext("Any")


class _Rules(forms.BaseFormSet):  # type: ignore[type-arg]  # generic for the checker only
    def add_fields(self, form: RuleForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = gettext("Remove")

    def contents(self) -> list[RuleContent]:
        """In the order that was typed; a rule without one stands before the first for everybody."""
        kept = [
            form
            for form in self.forms
            if form.cleaned_data.get("scorecard_key") and not form.cleaned_data.get("DELETE")
        ]
        said = [(form.cleaned_data["order"], form.content()) for form in kept]
        last = [order for order, rule in said if order and rule.is_catch_all]
        unsaid = min(last, default=1_000) - 0.5
        placed = sorted(said, key=lambda each: each[0] or unsaid)
        return [rule for _, rule in placed]


RuleFormSet = forms.formset_factory(
    RuleForm,
    formset=_Rules,
    extra=1,
    max_num=MOST_RULES,
    validate_max=True,
    can_delete=True,
)


def rules_form(draft: RuleSet, data: Mapping[str, Any] | None = None) -> Any:
    initial = [
        {"order": place, **rule.columns} for place, rule in enumerate(content_of(draft), start=1)
    ]
    offered: dict[str, list[tuple[Any, Any]]] = {
        "stage": choices(LifecycleStage),
        "touch_tier": touch_tier_choices(),
        "segment": segment_choices(),
        "plan_id": list(Plan.objects.order_by("name").values_list("pk", "name")),
        "scorecard_key": [(key, card.spec.name) for key, card in in_force().items()],
    }
    known = {key for key, _ in offered["scorecard_key"]}
    gone = {str(rule["scorecard_key"]) for rule in initial} - known
    offered["scorecard_key"] += [(key, key) for key in sorted(gone)]
    return RuleFormSet(data, initial=initial, prefix=_PREFIX, form_kwargs={"offered": offered})


def form_problems(forms_of: Any) -> list[ListedProblem]:
    """What keeps the rows from being saved, each with the field it is about."""
    found = [
        ListedProblem(
            f"#{form[name].auto_id}",
            _field_place_label(place, str(form.fields[name].label)),
            message,
        )
        for place, form in enumerate(forms_of.forms, start=1)
        for name, messages in form.errors.items()
        if name in form.fields
        for message in messages
    ]
    whole = [ListedProblem("#rules", gettext("Rules"), str(m)) for m in forms_of.non_form_errors()]
    return found + whole


def _field_place_label(place: int, name: str) -> str:
    return gettext("Rule %(place)s, %(name)s") % {"place": place, "name": name.lower()}


def rules_problems(draft: RuleSet) -> list[ListedProblem]:
    """What keeps the saved draft from being previewed and published."""
    return [
        ListedProblem(
            f"#id_{_PREFIX}-{int(problem.part) - 1}-scorecard_key" if problem.part else "#rules",
            problem.where,
            problem.message,
        )
        for problem in check_rules(draft)
    ]
