"""The figures of `metrics.definitions` over `metrics_accountmonth` (alias m), by account."""

from accounts.catalogue import MovementKind
from metrics.definitions import Accounts, Adds, MadeOf

_AMOUNTS = {
    Adds.START: "m.start_minor",
    Adds.END: "m.end_minor",
    Adds.CHANGE: "(m.end_minor - m.start_minor)",
    Adds.ONE: "1",
}


def amount_of(made_of: MadeOf) -> str:
    """SQL for what a row adds to a sum."""
    return f"{'-' if made_of.sign < 0 else ''}{_AMOUNTS[made_of.adds]}"


def condition_of(made_of: MadeOf) -> str:
    """SQL for which rows are part of a sum."""
    parts = [*_kind_conditions(made_of.kinds), *_account_conditions(made_of.of)]
    return " AND ".join(parts) or "true"


def sum_of(made_of: MadeOf) -> str:
    """SQL for the sum itself, as bigint."""
    amount, condition = amount_of(made_of), condition_of(made_of)
    return f"coalesce(sum({amount}) FILTER (WHERE {condition}), 0)::bigint"


def _kind_conditions(kinds: tuple[MovementKind, ...]) -> list[str]:
    named = ", ".join(f"'{kind.value}'" for kind in kinds)
    return [f"m.kind IN ({named})"] if kinds else []


def _account_conditions(accounts: Accounts) -> list[str]:
    columns = zip(("m.was_active", "m.is_active"), accounts.value, strict=True)
    return [column if flag else f"NOT {column}" for column, flag in columns if flag is not None]
