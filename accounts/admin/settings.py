"""How this installation counts days, money and what is sold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.admin.bases import KeptAdmin, TrackedAdmin
from accounts.admin.confirmation import ConfirmedAdmin
from accounts.catalogue import RevenueSource, Role
from accounts.loading.account_currencies import follow_reporting_currency
from accounts.loading.due_ledgers import mark_all_due
from accounts.loading.source_changes import effect_of_default
from accounts.models import (
    Account,
    BusinessEventKind,
    CurrencyRate,
    Feature,
    Function,
    Holiday,
    Installation,
    InteractionKind,
    Plan,
    Source,
)
from accounts.models.installation import WEEKDAYS
from accounts.queries.rates import rates_on


def lead_choices() -> list[tuple[str, str]]:
    """Who may lead: the CSM, their manager, or who has a function on the account's team."""
    functions = Function.objects.filter(is_active=True).order_by("position", "key")
    by_rule = [(Role.CSM.value, gettext("CSM")), (Role.MANAGER.value, gettext("Manager"))]
    return [*by_rule, *functions.values_list("key", "name")]


class InstallationForm(forms.ModelForm):
    """Another source of revenue is saved by who has read what it does to ARR."""

    working_days = forms.TypedMultipleChoiceField(
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing is due on another day, nor on a holiday."),
    )
    accept_effect = forms.BooleanField(
        required=False,
        label=_("Change the source of revenue"),
        help_text=_("What a change does to ARR is said before it is saved; then tick this."),
    )

    renewal_lead = forms.ChoiceField(
        label=_("Who leads renewals"),
        choices=lead_choices,
        help_text=_("Steps of playbooks that belong to the lead of a renewal go to them."),
    )
    expansion_lead = forms.ChoiceField(
        label=_("Who leads significant expansions"),
        choices=lead_choices,
        help_text=_(
            "A new product, use or department. Small expansions, such as more of a limit, stay"
            " with the CSM."
        ),
    )

    class Meta:
        model = Installation
        fields = "__all__"  # noqa: DJ007 -- the one row of settings

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        to = values.get("revenue_source")
        if to and "revenue_source" in self.changed_data and not values.get("accept_effect"):
            effect = effect_of_default(to=RevenueSource(to), day=clock.today())
            if effect:
                self.add_error(
                    "revenue_source",
                    gettext("%(effect)s. Tick “Change the source” to do it.") % {"effect": effect},
                )
        return values


@admin.register(Installation)
class InstallationAdmin(ConfirmedAdmin, KeptAdmin):
    # `visibility` decides whose accounts everybody sees.

    form = InstallationForm
    list_display = ("name", "time_zone", "currency", "visibility", "as_of")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "currency" in form.changed_data and (
            count := follow_reporting_currency(form.initial["currency"], obj.currency)
        ):
            messages.info(
                request,
                ngettext(
                    "%(count)s account without any amount in %(before)s is in %(currency)s now.",
                    "%(count)s accounts without any amount in %(before)s are in %(currency)s now.",
                    count,
                )
                % {
                    "count": f"{count:,}",
                    "before": form.initial["currency"],
                    "currency": obj.currency,
                },
            )
        if "revenue_source" in form.changed_data:
            count = mark_all_due()
            messages.warning(
                request,
                gettext(
                    "The ledgers of %(count)s accounts, but for exceptions, follow the new source"
                    " of revenue in some minutes."
                )
                % {"count": f"{count:,}"},
            )
        if "currency" in form.changed_data and (codes := _without_rate(obj.currency)):
            messages.warning(
                request,
                gettext(
                    "No rate brings %(currencies)s into %(currency)s: reports leave these"
                    " amounts out until there is one."
                )
                % {"currencies": ", ".join(codes), "currency": obj.currency},
            )


def _without_rate(base: str) -> list[str]:
    """Currencies of accounts that nothing converts."""
    rates = rates_on(clock.today(), base=base)
    codes = Account.objects.order_by().values_list("currency", flat=True).distinct()
    return sorted(code for code in codes if code not in rates)


@admin.register(Holiday)
class HolidayAdmin(TrackedAdmin):
    list_display = ("day", "name")
    ordering = ("-day",)
    date_hierarchy = "day"


@admin.register(Plan)
class PlanAdmin(KeptAdmin):
    list_display = ("name", "key", "first_value_days")
    ordering = ("name",)
    search_fields = ("name", "key")


@admin.register(Feature)
class FeatureAdmin(KeptAdmin):
    list_display = ("name", "key", "is_core", "plans", "valid_from", "valid_to")
    list_filter = ("is_core",)
    ordering = ("name",)
    search_fields = ("name", "key")


class KeyedAdmin(KeptAdmin):
    """Rows that others refer to by a key: it is suggested from the name, and never changed."""

    ordering: ClassVar[tuple[str, ...]] = ("name",)
    search_fields: ClassVar[tuple[str, ...]] = ("name", "key")
    prepopulated_fields: ClassVar[dict[str, Sequence[str]]] = {"key": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("key",)

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> dict[str, Sequence[str]]:
        return self.prepopulated_fields if obj is None else {}


@admin.register(Source)
class SourceAdmin(KeyedAdmin):
    """Systems that number their own records. What the platform itself posts is not listed."""

    list_display = ("name", "key")
    fields = ("name", "key")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request).exclude(kind=Source.Kind.INTERNAL)


class KindAdmin(KeyedAdmin):
    """What came with a record is marked until somebody has said what it means."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.met_in_data = False
        super().save_model(request, obj, form, change)


@admin.register(BusinessEventKind)
class BusinessEventKindAdmin(KindAdmin):
    list_display = ("name", "key", "meaning", "tone", "is_on_chart", "met_in_data")
    list_filter = ("met_in_data", "meaning")
    fields = ("name", "key", "meaning", "tone", "is_on_chart")


@admin.register(InteractionKind)
class InteractionKindAdmin(KindAdmin):
    list_display = ("name", "key", "is_conversation", "icon", "met_in_data")
    list_filter = ("met_in_data", "is_conversation")
    fields = ("name", "key", "is_conversation", "icon")


class RateForm(forms.ModelForm):
    class Meta:
        model = CurrencyRate
        fields = ("base", "currency", "rate", "valid_from")
        help_texts = {
            "base": _("The currency that reports convert into, such as USD."),
            "currency": _("The currency of amounts that came in, such as EUR."),
            "rate": _(
                "What one unit of it is worth in the base: 1.08 where a euro is 1.08 dollars."
            ),
            "valid_from": _(
                "Holds from this day on, until a later rate. Reports count again by it;"
                " segments and tiers follow tonight."
            ),
        }

    def clean_rate(self) -> Any:
        rate = self.cleaned_data["rate"]
        if rate <= 0:
            raise forms.ValidationError(gettext("A rate is above 0."))
        return rate

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("base") and values.get("base") == values.get("currency"):
            self.add_error("currency", gettext("A currency needs no rate into itself."))
        if self.instance.pk is None and self._is_there(values):
            self.add_error("valid_from", gettext("The pair has a rate from that day on already."))
        return values

    def _is_there(self, values: dict[str, Any]) -> bool:
        key = {name: values.get(name) for name in ("base", "currency", "valid_from")}
        return all(key.values()) and CurrencyRate.objects.filter(**key).exists()


@admin.register(CurrencyRate)
class CurrencyRateAdmin(TrackedAdmin):
    """The rate of a day is corrected; for another day or pair there is another row."""

    form = RateForm
    list_display = ("base", "currency", "rate", "valid_from")
    list_filter = ("base", "currency")
    ordering = ("base", "currency", "-valid_from")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("base", "currency", "valid_from")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"base": Installation.current().currency, **given}
