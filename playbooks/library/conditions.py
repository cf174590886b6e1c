"""Conditions as their author writes them, and as they are stored: one shape, read and written."""

from decimal import Decimal
from typing import Any

from accounts.catalogue import LifecycleStage
from accounts.named_fields import Fields, filled
from playbooks.library.signals import read_signals
from playbooks.triggers.renewal_risk import RenewalRisk
from playbooks.triggers.rules import BEHAVIOUR_CONDITIONS, Conditions

_LONGEST_TERM = 240
_MOST_USERS = 1_000_000


def read_conditions(fields: Fields, *, in_play: bool = False) -> Conditions:
    """`in_play`: of a branch or a wait, which may ask what people of the account did as well."""
    conditions = Conditions(
        segments=frozenset(fields.texts("segments")),
        touch_tiers=frozenset(fields.texts("touch_tiers")),
        stages=frozenset(fields.texts("stages", [each.value for each in LifecycleStage])),
        plans=frozenset(fields.texts("plans")),
        tags=frozenset(fields.texts("tags")),
        without_tags=frozenset(fields.texts("without_tags")),
        bands=frozenset(fields.texts("bands")),
        score_at_least=fields.score("score_at_least"),
        score_below=fields.score("score_below"),
        arr_at_least=fields.amount("arr_at_least"),
        arr_below=fields.amount("arr_below"),
        term_at_least=_read_term(fields, "term_at_least"),
        term_below=_read_term(fields, "term_below"),
        lines=frozenset(fields.texts("lines")),
        audiences=frozenset(fields.texts("audiences")),
        renewal_risks=frozenset(fields.texts("renewal_risks", list(RenewalRisk))),
        auto_renews=fields.either("auto_renews"),
        used_since_start=fields.either("used_since_start"),
        active_users_at_least=_read_user_count(fields, "active_users_at_least"),
        active_users_below=_read_user_count(fields, "active_users_below"),
        used_features=frozenset(fields.texts("used_features")),
        unused_features=frozenset(fields.texts("unused_features")),
        events=frozenset(fields.texts("events")),
        without_events=frozenset(fields.texts("without_events")),
        onboarding_done=fields.either("onboarding_done"),
        began_with=frozenset(read_signals(fields, "began_with")),
        contract_renewed=fields.either("contract_renewed"),
        also_churned=fields.flag("also_churned"),
    )
    fields.refuse_others()
    if not in_play:
        for name in filter(fields.has, BEHAVIOUR_CONDITIONS):
            fields.wrong(name, "is for a branch or a wait: it is asked while a play runs")
    for name in ("score", "arr", "term", "active_users"):
        _refuse_impossible(fields, name, conditions)
    return conditions


def write_conditions(conditions: Conditions) -> dict[str, Any]:
    columns = {
        name: _as_stored_value(getattr(conditions, name))
        for name in Conditions.__dataclass_fields__
    }
    return filled(columns | {"also_churned": conditions.also_churned or None})


def _read_term(fields: Fields, name: str) -> int | None:
    return fields.number(name, lowest=1, highest=_LONGEST_TERM, default=None)


def _read_user_count(fields: Fields, name: str) -> int | None:
    return fields.number(name, lowest=1, highest=_MOST_USERS, default=None)


def _refuse_impossible(fields: Fields, name: str, conditions: Conditions) -> None:
    least, below = (getattr(conditions, f"{name}_{bound}") for bound in ("at_least", "below"))
    if least is not None and below is not None and least >= below:
        fields.wrong(f"{name}_below", f"nothing is at least {least} and below {below}")


def _as_stored_value(value: frozenset[str] | Decimal | bool | int | None) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return str(value) if isinstance(value, Decimal) else value
