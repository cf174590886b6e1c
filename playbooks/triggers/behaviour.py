"""What people of an account did and how a play began, as far as a branch or a wait asks."""

from dataclasses import dataclass

from playbooks.triggers.rules import Conditions

ACTIVE_DAYS = 7
FEATURE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Behaviour:
    """None where it is not known, as while usage does not come in.

    `active_users` within the last 7 days, `features` that somebody used within the last 30 (by
    key), `events` that ever happened (by kind). `onboarding_done`: every step of its onboarding
    plan; without a plan it is not known.

    Of the play that asks: `began_with`, the kind of signal that started it, and whether the
    contract that it saw is renewed.
    """

    used_since_start: bool | None = None
    active_users: int | None = None
    features: frozenset[str] | None = None
    events: frozenset[str] = frozenset()
    onboarding_done: bool | None = None
    began_with: str = ""
    contract_renewed: bool | None = None


def fits_doings(*, conditions: Conditions, behaviour: Behaviour) -> bool:
    """All that is said of them holds. What is not known fits nothing."""
    return (
        _is_as_said(conditions.used_since_start, behaviour.used_since_start)
        and _is_as_said(conditions.onboarding_done, behaviour.onboarding_done)
        and _is_as_said(conditions.contract_renewed, behaviour.contract_renewed)
        and (not conditions.began_with or behaviour.began_with in conditions.began_with)
        and _has_so_many(conditions, behaviour.active_users)
        and _has_used(conditions, behaviour.features)
        and (not conditions.events or bool(conditions.events & behaviour.events))
        and not conditions.without_events & behaviour.events
    )


def _is_as_said(said: bool | None, known: bool | None) -> bool:
    return said is None or known is said


def _has_so_many(conditions: Conditions, users: int | None) -> bool:
    at_least, below = conditions.active_users_at_least, conditions.active_users_below
    if users is None:
        return at_least is None and below is None
    return (at_least is None or users >= at_least) and (below is None or users < below)


def _has_used(conditions: Conditions, features: frozenset[str] | None) -> bool:
    used, unused = conditions.used_features, conditions.unused_features
    if features is None:
        return not used and not unused
    return (not used or bool(used & features)) and not unused & features
