"""Is an account what a playbook, a wait or a branch asks for? Pure, on the values of the moment."""

from decimal import Decimal

from playbooks.triggers.behaviour import Behaviour, fits_doings
from playbooks.triggers.rules import AccountState, Conditions, RunningContract


def fits(
    *,
    conditions: Conditions,
    account_state: AccountState,
    contract: str = "",
    behaviour: Behaviour = Behaviour(),  # noqa: B008 -- frozen
) -> bool:
    """All that is said holds. What is not known, a score or an ARR without a rate, fits no bound.

    `contract` is the one that the trigger saw, by its id: of terms and lines it alone counts.
    Without it any contract that runs may be the one.
    """
    return (
        _is_allowed(conditions.segments, account_state.segment)
        and _is_allowed(conditions.touch_tiers, account_state.touch_tier)
        and _is_allowed(conditions.stages, account_state.stage)
        and _is_allowed(conditions.plans, account_state.plan)
        and (not conditions.tags or bool(conditions.tags & account_state.tags))
        and not conditions.without_tags & account_state.tags
        and _is_allowed(conditions.bands, account_state.band)
        and _is_allowed(conditions.renewal_risks, account_state.renewal_risk)
        and (not conditions.audiences or bool(conditions.audiences & account_state.audiences))
        and _is_within(account_state.score, conditions.score_at_least, conditions.score_below)
        and _is_within(account_state.arr, conditions.arr_at_least, conditions.arr_below)
        and (
            not conditions.is_about_contracts or _has_contract(conditions, account_state, contract)
        )
        and (
            not conditions.is_about_doings
            or fits_doings(conditions=conditions, behaviour=behaviour)
        )
    )


def _is_allowed(allowed: frozenset[str], value: str) -> bool:
    return not allowed or value in allowed


def _is_within(value: Decimal | None, at_least: Decimal | None, below: Decimal | None) -> bool:
    if value is None:
        return at_least is None and below is None
    return (at_least is None or value >= at_least) and (below is None or value < below)


def _has_contract(conditions: Conditions, account_state: AccountState, contract: str) -> bool:
    seen = (each for each in account_state.contracts if contract in ("", each.external_id))
    return any(_is_such(conditions, each) for each in seen)


def _is_such(conditions: Conditions, contract: RunningContract) -> bool:
    at_least, below = conditions.term_at_least, conditions.term_below
    return (
        (at_least is None or contract.term_months >= at_least)
        and (below is None or contract.term_months < below)
        and (not conditions.lines or bool(conditions.lines & contract.lines))
        and conditions.auto_renews in (None, contract.auto_renews)
    )
