"""What the fields of a record mean together: money, signs, order of dates, paired fields."""

from collections.abc import Callable, Mapping, MutableMapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.catalogue import SHRINKING, AmountUnit, ContractState, InvoiceState
from accounts.intake import numbers
from accounts.intake.annual_price import annualised
from accounts.intake.errors import FieldError
from accounts.intake.specs import Kind
from accounts.money.currencies import as_decimal_text

Problems = list[tuple[str, FieldError]]
_MONEY = ("arr", "mrr", "amount")


def amounts_as_minor_units(values: MutableMapping[str, Any]) -> Problems:
    """Replaces each amount by integer minor units of the record's own currency."""
    problems: Problems = []
    for name in _MONEY:
        exact = values.get(name)
        if isinstance(exact, Decimal):
            try:
                values[name] = numbers.minor_units(exact, code=values["currency"])
            except FieldError as error:
                problems.append((name, error))
    return problems


def _account_problems(values: Mapping[str, Any]) -> Problems:
    if values.get("owner") and values.get("pool"):
        return [("pool", FieldError("owner_or_pool", "is given beside an owner; keep one of both"))]
    if values.get("parent") == values["external_id"]:
        return [("parent", FieldError("own_parent", "names the account itself; name its parent"))]
    return []


def _contract_problems(values: MutableMapping[str, Any]) -> Problems:
    problems = _date_order_problems(values, first="starts_on", then="ends_on", strictly=True)
    problems += _date_order_problems(values, first="starts_on", then="cancelled_on")
    problems += _without_end(values) if values.get("ends_on", "as stored") is None else []
    problems += [] if problems else _price_problems(values)
    if values.get("renews") == values["external_id"]:
        message = "names the contract itself; name the one before it"
        problems.append(("renews", FieldError("own_renewal", message)))
    return problems


def _without_end(values: Mapping[str, Any]) -> Problems:
    state = values.get("state")
    if state == ContractState.EXPIRED:
        message = "is empty, but the contract has expired; write the day it ended"
        return [("ends_on", FieldError("open_ended", message))]
    if state == ContractState.CANCELLED and values.get("cancelled_on") is None:
        message = "is empty, and so is ends_on; write the day the cancellation takes effect"
        return [("cancelled_on", FieldError("open_ended", message))]
    return []


def _price_problems(values: MutableMapping[str, Any]) -> Problems:
    """Leaves a year's worth in `arr`, beside the amount it was stated as, if it was."""
    for name in ("arr", "amount"):
        if (values.get(name) or 0) < 0:
            return [(name, FieldError("negative", "is below zero; write it without the sign"))]
    arr, amount, unit = (values.get(name) for name in ("arr", "amount", "amount_per"))
    if amount is None:
        values["amount"] = values["amount_per"] = None
        if arr is None:
            return [("arr", FieldError("arr_or_amount", "is empty, and so is amount; give one"))]
        return []
    if unit is None:
        message = f"is missing; an amount is one of: {', '.join(sorted(AmountUnit))}"
        return [("amount_per", FieldError("amount_unit", message))]
    if unit == AmountUnit.TERM and values.get("ends_on") is None:
        message = "is term, but the contract has no end; write the price of a month or a year"
        return [("amount_per", FieldError("amount_unit", message))]
    values["arr"] = annualised(
        amount, unit=AmountUnit(unit), starts_on=values["starts_on"], ends_on=values.get("ends_on")
    )
    if arr is not None and arr != values["arr"]:
        code = values["currency"]
        said, annual = (as_decimal_text(n, currency=code) for n in (arr, values["arr"]))
        message = f"is {said}, but the amount is {annual} a year; correct or empty one of both"
        return [("arr", FieldError("arr_or_amount", message))]
    return []


def _movement_problems(values: MutableMapping[str, Any]) -> Problems:
    """Leaves one signed `arr`: a monthly amount counts twelve times, exactly. A file may have both
    columns, with either filled in a row."""
    arr, mrr = values.get("arr"), values.pop("mrr", None)
    if arr is None and mrr is None:
        return [("arr", FieldError("arr_or_mrr", "is empty, and so is mrr; give one of both"))]
    if arr is not None and mrr is not None and arr != mrr * 12:
        return [("arr", _contradicts_mrr(arr, mrr, code=values["currency"]))]
    name = "arr" if mrr is None else "mrr"
    annual: int = values["arr"] if mrr is None else mrr * 12
    values["arr"] = annual
    if annual == 0:
        return [
            (name, FieldError("no_change", "is zero; write what it changes, or remove the row"))
        ]
    if (annual < 0) != (values["kind"] in SHRINKING):
        sign = "negative" if values["kind"] in SHRINKING else "positive"
        return [(name, FieldError("sign", f"must be {sign} for {values['kind']}"))]
    return []


def _contradicts_mrr(arr: int, mrr: int, *, code: str) -> FieldError:
    said, monthly, annual = (as_decimal_text(n, currency=code) for n in (arr, mrr, mrr * 12))
    message = f"is {said}, but mrr {monthly} is {annual} a year; correct or empty one of both"
    return FieldError("arr_or_mrr", message)


def _ticket_problems(values: Mapping[str, Any]) -> Problems:
    problems = _date_order_problems(values, first="opened_at", then="first_reply_at")
    return problems + _date_order_problems(values, first="opened_at", then="solved_at")


def _contact_problems(values: Mapping[str, Any]) -> Problems:
    return _date_order_problems(values, first="met_on", then="left_on")


def _team_problems(values: Mapping[str, Any]) -> Problems:
    return _date_order_problems(values, first="since", then="until")


def _invoice_problems(values: Mapping[str, Any]) -> Problems:
    problems = _date_order_problems(values, first="issued_on", then="due_on")
    problems += _date_order_problems(values, first="issued_on", then="paid_on")
    if (values["state"] == InvoiceState.PAID) != (values.get("paid_on") is not None):
        message = "goes with the state paid, and only with it; correct one of both"
        problems.append(("paid_on", FieldError("paid_state", message)))
    return problems


def _date_order_problems(
    values: Mapping[str, Any], *, first: str, then: str, strictly: bool = False
) -> Problems:
    earlier: date | datetime | None = values.get(first)
    later: date | datetime | None = values.get(then)
    if earlier is None or later is None:
        return []
    if later < earlier or (strictly and later == earlier):
        relation = "not after" if strictly else "before"
        return [(then, FieldError("order", f"is {relation} {first}; correct one of both"))]
    return []


CHECKS: dict[Kind, Callable[[Any], Problems]] = {
    Kind.ACCOUNTS: _account_problems,
    Kind.TEAM: _team_problems,
    Kind.CONTACTS: _contact_problems,
    Kind.CONTRACTS: _contract_problems,
    Kind.MOVEMENTS: _movement_problems,
    Kind.TICKETS: _ticket_problems,
    Kind.INVOICES: _invoice_problems,
}
